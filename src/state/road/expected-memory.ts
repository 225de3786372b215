import { deviceShareBytes } from "#model/cost/memory.ts";

/** What a browser says of its machine, as far as it bears on memory. */
export interface SaidOfDevice {
  /** In GiB, rounded by the browser, and never more than it says at most; Chromium alone tells it. */
  readonly deviceMemory?: number | undefined;
  readonly userAgent: string;
  readonly maxTouchPoints: number;
}

/** How much a page can be expected to get. */
export interface ExpectedMemory {
  readonly bytes: number;
  /** How that is known, as a clause. */
  readonly reason: string;
}

/** iOS ends a page that takes more, and opens it again, which would take it again. */
const IOS_BYTES = 1e9;
/** What a browser that says nothing gives a page on a computer of today. */
const UNTOLD_BYTES = 4e9;
/** The page itself takes nearly as much, and is open. */
const LEAST_BYTES = 0.6e9;
/** The most that Chromium says of a machine's memory, in its versions. */
const SAID_AT_MOST: ReadonlySet<number> = new Set([8, 32]);

/** What a page on this device can be expected to have; no browser tells it, and a person may know better. */
export function expectedMemory(said: SaidOfDevice): ExpectedMemory {
  if (isIos(said)) return { bytes: IOS_BYTES, reason: "an iPhone or iPad ends a page that takes more than about 1 GB" };
  const { deviceMemory } = said;
  if (deviceMemory === undefined) {
    return {
      bytes: UNTOLD_BYTES,
      reason: "this browser does not say how much memory there is, and a page seldom gets more than 4 GB",
    };
  }
  const bytes = deviceShareBytes(deviceMemory);
  if (bytes < LEAST_BYTES) {
    const reason = `this device says it has ${deviceMemory} GB, too little for much more than the page itself`;
    return { bytes: LEAST_BYTES, reason };
  }
  const atLeast = SAID_AT_MOST.has(deviceMemory) ? " or more" : "";
  return { bytes, reason: `this device says it has ${deviceMemory} GB${atLeast}, of which a page gets about half` };
}

/** iPads call themselves Macs; no Mac has a touch screen. */
const isIos = ({ userAgent, maxTouchPoints }: SaidOfDevice) =>
  /iPhone|iPad|iPod/.test(userAgent) || (userAgent.includes("Macintosh") && maxTouchPoints > 1);

/** The memory that the browser which the page is open in can be expected to give. */
export function expectedHere(): ExpectedMemory {
  const { deviceMemory, userAgent, maxTouchPoints } = navigator as Navigator & { readonly deviceMemory?: number };
  return expectedMemory({ deviceMemory, userAgent, maxTouchPoints });
}
