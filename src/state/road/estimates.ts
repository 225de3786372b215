import type { Backend, Dtype } from "#model/checkpoint.ts";
import { footprintOf, heldBits, MAX_WASM_BYTES, peakBytes } from "#model/cost/memory.ts";
import { expectedTimes } from "#model/cost/time.ts";
import type { ExpectedTimes } from "#model/cost/time.ts";
import { usualDtype } from "#model/gguf/source.ts";
import type { CatalogueEntry } from "./catalogue.ts";
import type { ExpectedMemory } from "./expected-memory.ts";

/** Bytes of a weight in the repository; where that is not known, the most. */
const STORED_BYTES = { F32: 4, F16: 2, BF16: 2, Q4_K_M: 0.61 } as const satisfies Record<
  NonNullable<CatalogueEntry["stored"]>,
  number
>;
/** Bits that a weight of a Q4_K_M file takes in memory as the file has it (docs/memory.md). */
const Q4_K_M_BITS = 6.6;

/** Tokens of a sum with its beginning, as the measured ones have. */
const TOKENS = 6;

export interface Device {
  readonly backend: Backend;
  readonly threads: number;
  readonly expected: ExpectedMemory;
}

/** What a model of the catalogue will cost on a device, before anything of it is read. */
export interface CostEstimate {
  readonly downloadBytes: number;
  /** What it is estimated in: what was asked for, of a GGUF file its own blocks or, where that is too much, 4 bits. */
  readonly dtype: Dtype;
  readonly peakBytes: number;
  /** On WASM; of a graphics processor nothing is known beforehand. */
  readonly times: ExpectedTimes | undefined;
  /**
   * Why it will not fit: it takes more than the device is expected to give, of which a person may know better, or more than WASM can
   * address. Undefined where it fits.
   */
  readonly tooMuch: "expected" | "addressable" | undefined;
}

/** @param wanted how the model at hand is held; what only a GGUF file can be is no wish for another model */
export function estimateOf(
  { shape, parameters, stored, repo, file, fileBytes }: CatalogueEntry,
  wanted: Dtype,
  device: Device,
): CostEstimate {
  const { backend, threads, expected } = device;
  const tried: readonly Dtype[] = [
    usualDtype({ kind: "hub", repo, ...(file !== undefined && { file }) }, wanted),
    "q4",
  ];
  const costs = tried.map((dtype) => {
    const footprint = footprintOf(shape, file !== undefined && dtype === "stored" ? Q4_K_M_BITS : heldBits(dtype));
    const peak = peakBytes(footprint, backend);
    const cannot = backend === "wasm" && footprint.heldBytes > MAX_WASM_BYTES;
    const isTooMuch = peak > expected.bytes;
    return { dtype, peakBytes: peak, tooMuch: cannot ? "addressable" : isTooMuch ? "expected" : undefined } as const;
  });
  const fitting = costs.find(({ tooMuch }) => tooMuch === undefined) ?? costs.at(-1)!;
  return {
    ...fitting,
    downloadBytes: fileBytes ?? parameters * STORED_BYTES[stored ?? "F32"],
    times: backend === "wasm" && fitting.tooMuch !== "addressable" ? expectedTimes(shape, TOKENS, threads) : undefined,
  };
}
