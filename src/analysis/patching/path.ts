import { softmax } from "#core/numeric/softmax.ts";
import type { HeadId, NeuronId } from "#model/ids.ts";
import { keyHeadOf } from "#model/spec.ts";
import type { ModelSpec } from "#model/spec.ts";
import { residualInto } from "../capture.ts";
import type { BlockOutput, Runner } from "../runner.ts";
import { heldHeads, tapped, writtenChanges } from "./one-layer.ts";
import { activationPatch, headPatch, headsPatch, neuronPatch } from "./sites.ts";
import type { PatchedRuns } from "./sites.ts";
import type { Patch } from "./wavefront.ts";

export type PathPart =
  | { readonly kind: "head"; readonly at: HeadId }
  | { readonly kind: "neuron"; readonly at: NeuronId };

/** What of a receiving head hears the sender. */
export const HEAD_INPUTS = ["q", "k", "v"] as const;
export type HeadInput = (typeof HEAD_INPUTS)[number];

/** One way from a sender into a receiver, and the receiver as it would be if it alone had heard of the patched sender. */
export interface PathPatch {
  /** Of a head one for each of its inputs; a neuron has but one. */
  readonly by: HeadInput | "input";
  readonly patch: Patch;
}

/** Whether what the sender writes is among what the receiver reads: a neuron hears its own layer's heads where its FFN comes after them. */
export const isPath = ({ block }: Pick<ModelSpec, "block">, from: PathPart, to: PathPart): boolean =>
  from.at.layer < to.at.layer ||
  (from.at.layer === to.at.layer && from.kind === "head" && to.kind === "neuron" && block === "sequential");

/**
 * Path patching (Wang et al. 2023; Goldowsky-Dill et al. 2023) of one sender into one receiver, every other part being held at what it
 * is in the receiving run. With s the sender's output and r what the receiver reads, at every position,
 *
 *     r' = r + s(donor) − s(receiving run)
 *
 * and of r' are made a head's queries, or its keys, or its values, the other two staying as they were, or a neuron's activation. From
 * the receiver's new z or activation on the run is free. Both ends cost runs of single layers.
 *
 * @returns patches of the receiving run, one for each way into the receiver
 */
export async function pathPatches(
  runner: Runner,
  runs: PatchedRuns,
  { from, to }: { readonly from: PathPart; readonly to: PathPart },
): Promise<PathPatch[]> {
  const { spec } = runner;
  const { receiver } = runs;
  const { layer } = to.at;
  const change = await senderChange(runner, runs, from);
  const { data } = residualInto(receiver, layer);
  const changed = data.map((value, i) => value + change[i]!);
  if (to.kind === "neuron") {
    const { post } = await tapped(runner, layer, [changed], ["post"], heldHeads(spec, receiver, layer));
    const activation = (position: number) => post![position * spec.neurons + to.at.neuron]!;
    return [{ by: "input", patch: activationPatch(spec, receiver, to.at, activation) }];
  }
  const [own, heard] = [
    await tapped(runner, layer, [data], HEAD_INPUTS),
    await tapped(runner, layer, [changed], HEAD_INPUTS),
  ];
  return HEAD_INPUTS.map((by) => ({
    by,
    patch: headPatch(spec, receiver, to.at, mixedValues(spec, to.at, { ...own, [by]: heard[by] })),
  }));
}

/** s(donor) − s(receiving run) as the residual gets it, [positions, modelDim]. */
async function senderChange(runner: Runner, runs: PatchedRuns, from: PathPart): Promise<Float32Array> {
  const { spec } = runner;
  const { layer } = from.at;
  const positions = Array.from(runs.receiver.ids.keys());
  const patch =
    from.kind === "head"
      ? headsPatch(spec, runs, layer, [from.at.head], positions)
      : neuronPatch(spec, runs, from.at, positions);
  const [change] = await writtenChanges(runner, runs.receiver, layer, [patch]);
  return change!;
}

/**
 * z_i = Σ_j softmax_j(cap(q_i · k_j · scale)) · v_j of one head, [positions, headDim], over the j ≤ i that the layer's window has: the block's
 * own attention. Query heads that share a key head follow each other.
 */
export function mixedValues(spec: ModelSpec, { layer, head }: HeadId, taps: BlockOutput["taps"]): Float32Array {
  const { heads, headDim, softcap, scales } = spec;
  const scale = scales?.attention ?? 1 / Math.sqrt(headDim);
  const cap = softcap?.attention;
  const score = (product: number) => (cap === undefined ? product * scale : cap * Math.tanh((product * scale) / cap));
  const window = spec.perLayer?.[layer]?.window ?? Infinity;
  const [q, k, v] = [taps.q!, taps.k!, taps.v!];
  const positions = q.length / (heads * headDim);
  const shared = keyHeadOf(spec, head);
  const row = (values: Float32Array, group: number, at: number) =>
    values.subarray((group * positions + at) * headDim, (group * positions + at + 1) * headDim);
  const z = new Float32Array(positions * headDim);
  for (let query = 0; query < positions; query++) {
    const own = row(q, head, query);
    const first = Math.max(0, query + 1 - window);
    const weights = softmax(
      Array.from({ length: query + 1 - first }, (_, seen) => score(inner(own, row(k, shared, first + seen)))),
    );
    weights.forEach((weight, seen) => {
      row(v, shared, first + seen).forEach((value, i) => (z[query * headDim + i]! += weight * value));
    });
  }
  return z;
}

const inner = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
