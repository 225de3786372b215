import { sign } from "./sign.ts";

/** Between two breaths: often enough that a stop is felt at once, seldom enough that it costs next to nothing. */
const EVERY_MS = 50;

let last = 0;

/**
 * Lets messages in, a stop and other calls among them, unless that was done a moment ago. On WASM everything that is awaited is settled
 * at once, so that a worker would look at no message before all its work is done. Who breathes has done something, which is a sign.
 */
export async function breathe(now = performance.now()): Promise<void> {
  sign(now);
  if (now - last >= EVERY_MS) await breatheNow();
}

/** Lets messages in, and whoever goes on with something that is settled. */
export async function breatheNow(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  // a timer would do, but browsers hold one that follows on others back for 4 milliseconds
  await new Promise<void>((resolve) => {
    port1.onmessage = () => resolve();
    port2.postMessage(undefined);
  });
  port1.close();
  last = performance.now();
}
