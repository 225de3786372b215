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
/** Bits that a weight of a Q4_K_M file takes in memory: most are of 4 bits, an eighth and the unembedding of 6, held in 8 (docs/memory.md). */
const Q4_K_M_BITS = 6.6;

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
  /** What it is estimated in: what was asked for or, where that is too much, the smallest; undefined for a file that is held as it is. */
  readonly dtype: Dtype | undefined;
  readonly peakBytes: number;
  /** On WASM; of a graphics processor nothing is known beforehand. */
  readonly times: ExpectedTimes | undefined;
  /** Why it will not fit, as a clause; undefined where it fits. */
  readonly tooMuch: string | undefined;
}

export function estimateOf(
  { shape, parameters, stored, file, fileBytes }: CatalogueEntry,
  wanted: Dtype,
  device: Device,
): Estimate {
  const { backend, threads, expected } = device;
  const tried = file === undefined ? [wanted, "q4" as const] : [undefined];
  const costs = tried.map((dtype) => {
    const footprint = footprintOf(shape, dtype === undefined ? Q4_K_M_BITS : heldBits(dtype));
    const peak = peakBytes(footprint, backend);
    const cannot = backend === "wasm" && footprint.heldBytes > MAX_WASM_BYTES;
    return {
      dtype,
      peakBytes: peak,
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
    times: backend === "wasm" ? expectedTimes(shape, TOKENS, threads) : undefined,
  };
}
