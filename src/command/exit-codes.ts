import { faultCode } from "#core/fault.ts";
import type { FaultCode } from "#core/fault.ts";

/** What a script decides by. */
export const EXIT = {
  done: 0,
  failed: 1,
  /** The command line, a plan or a request is wrong: to run it again changes nothing. */
  usage: 2,
  /** The model cannot be read or does not fit. */
  model: 3,
  /** The disk or the store refuses. */
  storage: 4,
  /** Parts are missing. */
  gaps: 5,
  /** Others have to finish first, or a server has to come back: the same command later goes on (EX_TEMPFAIL). */
  later: 75,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export function exitCodeOf(reason: unknown): ExitCode {
  return CODES[faultCode(reason)];
}

const CODES: Readonly<Record<FaultCode, ExitCode>> = {
  "empty-prompt": EXIT.usage,
  "prompt-too-long": EXIT.usage,
  "bad-request": EXIT.usage,
  "missing-file": EXIT.model,
  overflow: EXIT.failed,
  unreachable: EXIT.later,
  "needs-token": EXIT.model,
  "storage-full": EXIT.storage,
  "storage-failed": EXIT.storage,
  "too-large": EXIT.model,
  "bad-file": EXIT.model,
  "damaged-file": EXIT.model,
  "other-format": EXIT.model,
  "bad-config": EXIT.model,
  "unknown-architecture": EXIT.model,
  "no-webgpu": EXIT.model,
  "device-lost": EXIT.later,
  "engine-stopped": EXIT.failed,
  "not-loaded": EXIT.failed,
  cancelled: EXIT.interrupted,
  internal: EXIT.failed,
};
