import type { Fault } from "#core/fault.ts";
import type { CallName, Found, Passed, Report } from "#protocol/calls.ts";
import type { CallOptions } from "./call-options.ts";

export type { CallOptions };

/** Whether the worker went by itself or at a person's word. */
export type End = "lost" | "asked";

/** Every call of the catalogue, followed and stopped by what is passed last. */
export type EngineCalls = {
  readonly [Name in CallName]: (...args: [...Passed<Name>, call?: CallOptions<Report<Name>>]) => Promise<Found<Name>>;
};

/**
 * The engine as the page sees it. Every promise settles, also when the worker dies ("engine-stopped") or the GPU is lost ("device-lost");
 * failures are `Fault`s with a code.
 */
export interface Engine extends EngineCalls {
  /** Called when the worker is gone, with the reason; the next call starts another, in which the model has to be loaded again. */
  onStopped(listener: (reason: Fault, end: End) => void): () => void;
  /** Called when a worker that is waited for has given no sign for too long, with how long, and with undefined when it does again or is gone. */
  onSilence(listener: (ms: number | undefined) => void): () => void;
  /** Ends the worker as if it had been lost: what is pending fails with "engine-stopped", and `onStopped` is told. */
  restart(): void;
}
