/** More would tell nothing new. */
const EVERY_MS = 1_000;

let tell: () => void = () => undefined;
let last = Number.NEGATIVE_INFINITY;

/** Sets the listener that hears the signs of life of whatever runs here: a worker's composition root. */
export function tellSigns(listener: () => void): void {
  tell = listener;
}

/** A sign of life: something was done or has arrived, so that whoever waits can tell what is slow from what is stuck. */
export function sign(now = performance.now()): void {
  if (now - last < EVERY_MS) return;
  last = now;
  tell();
}

/**
 * Awaits what is not this side's to hasten (a person, another tab, a pause that a server asked for), with signs meanwhile: to wait for
 * it is right, however long it takes.
 */
export async function heldUp<T>(by: Promise<T>): Promise<T> {
  const timer = setInterval(() => sign(), EVERY_MS);
  try {
    return await by;
  } finally {
    clearInterval(timer);
  }
}
