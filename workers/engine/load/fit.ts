import { grouped } from "#core/grouped.ts";
import { deviceShareBytes, expandedBytes, MAX_WASM_BYTES } from "#model/cost/memory.ts";
import type { Footprint } from "#model/cost/memory.ts";
import type { StorageReport } from "#protocol/engine.ts";
import { checkpointBytes, fillsOf } from "../weights/fills.ts";
import type { Fill } from "../weights/fills.ts";
import { packedBytes } from "../weights/model-parts.ts";
import type { ModelPlan } from "../weights/model-parts.ts";
import type { Runtime } from "../run/runtime.ts";

/** A file of weights is addressed with signed 32-bit numbers on its way into the runtime. */
const MAX_PART_BYTES = 2 ** 31 - 1;

/** What the sessions hold of weights; the embedding's tables stay in storage. */
export const memoryBytes = ({ parts }: Pick<ModelPlan, "parts">): number =>
  packedBytes(parts.filter(({ graph }) => graph !== undefined));

/** What of the model takes memory, as its headers say. */
export function footprint({ spec, parts }: Pick<ModelPlan, "spec" | "parts">): Footprint {
  const run = parts.filter(({ graph }) => graph !== undefined);
  const linear = run.flatMap(({ layout }) => [...layout.linear.values()]);
  return {
    heldBytes: packedBytes(run),
    largestPartBytes: Math.max(...run.map(({ layout }) => layout.totalBytes)),
    expandedBytes: Math.max(
      ...linear.flatMap(({ cols, bands }) => bands.map(({ rows, bits }) => expandedBytes([rows * cols], bits))),
    ),
    vocabulary: spec.vocabulary,
  };
}

/** Why the model cannot run here, with the numbers; undefined if it can, as far as can be known beforehand. */
export function runRefusal(
  plan: ModelPlan,
  runtime: Pick<Runtime, "backend" | "device" | "provider">,
): string | undefined {
  const large = plan.parts.find(({ layout }) => layout.totalBytes > MAX_PART_BYTES);
  if (large) {
    return `the ${large.name} takes ${megabytes(large.layout.totalBytes)} in ${plan.dtype}; at most ${megabytes(MAX_PART_BYTES)} can be read as one part`;
  }
  const memory = memoryBytes(plan);
  if (isWasm(runtime) && memory > MAX_WASM_BYTES) {
    return `the weights take ${megabytes(memory)} of memory in ${plan.dtype}; WASM can hold some ${megabytes(MAX_WASM_BYTES)} of them`;
  }
  const { device } = runtime;
  const limit = device ? Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize) : Infinity;
  const widest = widestWeight(plan);
  if (widest.bytes > limit) {
    return `${widest.name} takes ${megabytes(widest.bytes)} in ${plan.dtype}; this graphics processor binds at most ${megabytes(limit)} at once`;
  }
  return undefined;
}

/**
 * Why the blocks that an adapter changes cannot be held beside what is held already; undefined if they can, as far as can be
 * known beforehand.
 */
export function adapterRefusal(
  { heldBytes, moreBytes }: { readonly heldBytes: number; readonly moreBytes: number },
  runtime: Pick<Runtime, "backend" | "provider">,
): string | undefined {
  if (!isWasm(runtime) || heldBytes + moreBytes <= MAX_WASM_BYTES) return undefined;
  return `the blocks that the adapter changes take ${megabytes(moreBytes)} of memory beside the ${megabytes(heldBytes)} that are held; WASM can hold some ${megabytes(MAX_WASM_BYTES)} in all`;
}

/** Memory that is addressed by 32 bits. */
const isWasm = ({ backend, provider }: Pick<Runtime, "backend" | "provider">) =>
  backend === "wasm" && provider === undefined;

/** The largest single tensor that a graph binds. Quantised ones are split where they would be too large. */
function widestWeight({ parts }: ModelPlan): { readonly name: string; readonly bytes: number } {
  const bound = parts.flatMap(({ name: part, layout, graph }) =>
    graph
      ? [
          ...[...layout.linear].flatMap(([name, { bands }]) =>
            bands.map(({ bits, values, offsets }) => ({
              name: `${name} of the ${part}`,
              bytes: bits === 32 ? values.bytes : offsets.bytes,
            })),
          ),
          ...[...layout.plain].map(([name, { place }]) => ({ name: `${name} of the ${part}`, bytes: place.bytes })),
        ]
      : [],
  );
  return bound.reduce((widest, each) => (each.bytes > widest.bytes ? each : widest), { name: "", bytes: 0 });
}

/** What is still to be stored: of all parts, the share that the steps left to do have of the checkpoint. */
export function bytesToStore(plan: ModelPlan, missing: readonly Fill[]): number {
  return missing.length === 0
    ? 0
    : (packedBytes(plan.parts) * checkpointBytes(missing)) / checkpointBytes(fillsOf(plan));
}

/** How much a page may hold of packs in memory: what every browser gives, and at most a page's share of what a device is said to have. */
const MAX_HELD_BYTES = 4 * 2 ** 30;
/** Limit for a device that does not tell its memory: half of what even phones have. */
const HELD_UNTOLD_BYTES = 2 * 2 ** 30;

/** What of a model can be held in memory where the browser does not store it. */
export function heldLimit(): number {
  const { deviceMemory } = (globalThis.navigator ?? {}) as { readonly deviceMemory?: number };
  return deviceMemory === undefined ? HELD_UNTOLD_BYTES : Math.min(MAX_HELD_BYTES, deviceShareBytes(deviceMemory));
}

/** Why the model cannot be held in memory either; undefined if it can, as far as can be known beforehand. */
export function heldRefusal({ parts, dtype }: Pick<ModelPlan, "parts" | "dtype">): string | undefined {
  const bytes = packedBytes(parts);
  return bytes <= heldLimit()
    ? undefined
    : `held in memory it takes ${megabytes(bytes)} in ${dtype}, and at most ${megabytes(heldLimit())} are held here`;
}

/** Why the model cannot be stored here; undefined if it can, as far as the browser says. */
export function storageRefusal(
  neededBytes: number,
  { isPersistent, quotaBytes, usedBytes }: StorageReport,
): string | undefined {
  if (!isPersistent || quotaBytes === undefined || usedBytes === undefined || neededBytes <= quotaBytes - usedBytes) {
    return undefined;
  }
  return roomSentence(neededBytes, { quotaBytes, usedBytes });
}

/** What storing takes, and what the browser says that there is. */
export function roomSentence(
  neededBytes: number,
  { quotaBytes, usedBytes }: Pick<StorageReport, "quotaBytes" | "usedBytes">,
): string {
  const needed = `storing it takes ${megabytes(neededBytes)} more`;
  if (quotaBytes === undefined || usedBytes === undefined) return needed;
  const free = Math.max(0, quotaBytes - usedBytes);
  return `${needed}, and the browser gives this page ${megabytes(free)} (${megabytes(usedBytes)} of ${megabytes(quotaBytes)} are taken)`;
}

export const megabytes = (bytes: number) => `${grouped(Math.ceil(bytes / 1e6))} MB`;
