/** A worker holds a Web Lock of its own name while it lives, so that its death can be noticed; see `client/worker-engine.ts`. */
export const ALIVE_LOCK_PREFIX = "arithmoscope-engine-";

/** The type of the message by which the worker tells that its GPU device is gone: `{ type, reason }`. */
export const DEVICE_LOST_MESSAGE = "arithmoscope-device-lost";

/** The type of the message by which the page tells a fresh worker how many threads it was asked to compute on: `{ type, threads }`. */
export const THREADS_MESSAGE = "arithmoscope-threads";

/** The message by which the worker tells that it is at work; any other message of its says so too. */
export const SIGN_MESSAGE = "arithmoscope-sign";
