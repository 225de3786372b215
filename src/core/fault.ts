/**
 * Why something could not be done, as a closed set: what a caller decides by. The sentence for a person is in the
 * message (what was found, what is needed); what to do about it is the page's to add, keyed by this code.
 */
export type FaultCode =
  | "empty-prompt"
  | "prompt-too-long"
  | "bad-request"
  | "missing-file"
  | "overflow"
  | "unreachable"
  | "needs-token"
  | "storage-full"
  | "storage-failed"
  | "too-large"
  | "bad-file"
  | "damaged-file"
  | "other-format"
  | "bad-config"
  | "unknown-architecture"
  | "no-webgpu"
  | "device-lost"
  | "engine-stopped"
  | "not-loaded"
  | "cancelled"
  | "internal";

/** An error whose `code` survives the way from the worker to the page and to `window.arithmoscope`. */
export class Fault extends Error {
  override readonly name = "Fault";
  readonly code: FaultCode;

  constructor(code: FaultCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Makes the faults of one code whose sentences all begin alike, with the file or the part of a request that they are about. */
export const faultsOf = (code: FaultCode, beginning: string) => (found: string) => new Fault(code, beginning + found);

/** The code of anything that was thrown: an abort is a cancellation, an unknown error is ours. */
export function faultCode(reason: unknown): FaultCode {
  if (reason instanceof Fault) return reason.code;
  if (reason instanceof Error && reason.name === "AbortError") return "cancelled";
  return "internal";
}

/** The engine itself is gone: whoever starts it again tells that once, and not each call that went with it. */
export const isEngineEnd = (reason: unknown): boolean =>
  faultCode(reason) === "engine-stopped" || faultCode(reason) === "device-lost";
