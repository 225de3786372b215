import type { Backend, Dtype } from "#model/checkpoint.ts";
import { footprintOf, heldBits, MAX_WASM_BYTES, peakBytes } from "#model/cost/memory.ts";
import { expectedTimes } from "#model/cost/time.ts";
import type { ExpectedTimes } from "#model/cost/time.ts";
import type { CatalogueEntry } from "./catalogue.ts";
import type { ExpectedMemory } from "./expected-memory.ts";

/** How many bytes of a weight lie in the repository. Where that is not known, the most. */
const STORED_BYTES = { F32: 4, F16: 2, BF16: 2, Q4_K_M: 0.61 } as const satisfies Record<
  NonNullable<CatalogueEntry["stored"]>,
  number
>;
/** Tokens of a sum with its beginning, as the measured ones have. */
const TOKENS = 6;

export interface Device {
  readonly backend: Backend;
  readonly threads: number;
  readonly expected: ExpectedMemory;
}

/** What a model of the catalogue will cost on a device, before anything of it is read. */
export interface Estimate {
  readonly downloadBytes: number;
  /** What it is estimated in: what was asked for or, where that is too much and for files of 4 bits, the smallest. */
  readonly dtype: Dtype;
  readonly peakBytes: number;
  /** On WASM; of a graphics processor nothing is known beforehand. */
  readonly times: ExpectedTimes | undefined;
  /** Why it will not fit, as a clause; undefined where it fits. */
  readonly tooMuch: string | undefined;
  /** Whether a person may know better: not where memory cannot even be addressed. */
  readonly canOverrule: boolean;
}

export function estimateOf(
  { shape, parameters, stored, file, fileBytes }: CatalogueEntry,
  wanted: Dtype,
  device: Device,
): Estimate {
  const { backend, threads, expected } = device;
  const tried = file === undefined ? [wanted, "q4" as const] : ["q4" as const];
  const costs = tried.map((dtype) => {
    const footprint = footprintOf(shape, heldBits(dtype));
    const peak = peakBytes(footprint, backend);
    const cannot = backend === "wasm" && footprint.heldBytes > MAX_WASM_BYTES;
    return {
      dtype,
      peakBytes: peak,
      canOverrule: !cannot,
      tooMuch: cannot
        ? "WASM cannot hold its weights: a graphics processor is needed"
        : peak > expected.bytes
          ? expected.reason
          : undefined,
    };
  });
  const fitting = costs.find(({ tooMuch }) => tooMuch === undefined) ?? costs.at(-1)!;
  return {
    ...fitting,
    downloadBytes: fileBytes ?? parameters * STORED_BYTES[stored ?? "F32"],
    times: backend === "wasm" && fitting.canOverrule ? expectedTimes(shape, TOKENS, threads) : undefined,
  };
}
