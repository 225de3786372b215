import type { HeadId, NeuronId } from "#model/ids.ts";
import type { ModelSpec } from "#model/spec.ts";
import { residualInto } from "../capture.ts";
import type { Capture } from "../capture.ts";
import type { PatchSite } from "./names.ts";
import type { Patch } from "./wavefront.ts";

/** The run that goes on, and the one that values are taken from. Both of one length. */
export interface PatchedRuns {
  readonly receiver: Capture;
  readonly donor: Capture;
}

export interface PatchedPlaces {
  readonly site: PatchSite;
  /** Of z: this position alone; left out: all. */
  readonly position?: number | undefined;
  /** Of `post`: whose activations. */
  readonly neurons?: readonly NeuronId[] | undefined;
}

/**
 * One patch for each cell of a map: [layer][position]; of z [layer][head]; of `post` [neuron][position]. With r the receiver's values
 * and d the donor's at layer l and position p:
 *
 *     resid_pre    x_l[p] ← d         attn_out   a_l[p] ← d       z      z_{l,h} ← d, at all positions or one
 *     resid_post   x_{l+1}[p] ← d     mlp_out    m_l[p] ← d       post   the neuron's activation at p ← d
 *
 * A block's FFN works position by position, so what it makes of a patched resid_mid is the donor's resid_post: the two sites are one
 * patch. The attention's output at p is the output projection of all heads' z there, so that patching these patches it.
 */
export function patchRows(
  spec: ModelSpec,
  runs: PatchedRuns,
  { site, position, neurons = [] }: PatchedPlaces,
): Patch[][] {
  const positions = range(runs.receiver.ids.length);
  const layers = range(spec.layers);
  const grid = (patch: (layer: number, position: number) => Patch) =>
    layers.map((layer) => positions.map((at) => patch(layer, at)));
  switch (site) {
    case "resid_pre":
      return grid((layer, at) => residualPatch(runs, layer, [at]));
    case "resid_mid":
    case "resid_post":
      return grid((layer, at) => residualPatch(runs, layer + 1, [at]));
    case "attn_out":
      return grid((layer, at) => headsPatch(spec, runs, layer, range(spec.heads), [at]));
    case "mlp_out":
      return grid((layer, at) => ffnPatch(runs, layer, at));
    case "z":
      return layers.map((layer) =>
        range(spec.heads).map((head) =>
          headsPatch(spec, runs, layer, [head], position === undefined ? positions : [position]),
        ),
      );
    case "post":
      return neurons.map((neuron) => positions.map((at) => neuronPatch(spec, runs, neuron, [at])));
    default:
      throw new Error(`patching: unknown site ${String(site satisfies never)}`);
  }
}

/** The residual that enters a layer, or the unembedding, is the donor's at some positions. */
export const residualPatch = (runs: PatchedRuns, layer: number, positions: readonly number[]): Patch => ({
  layer,
  input: () =>
    withPositions(runs.receiver, layer, positions, (at) => {
      const { cols, data } = residualInto(runs.donor, layer);
      return data.subarray(at * cols, (at + 1) * cols);
    }),
});

/** The FFN's output at a position is the donor's: the receiver's resid_mid plus that. */
const ffnPatch = (runs: PatchedRuns, layer: number, position: number): Patch => ({
  layer: layer + 1,
  input: () =>
    withPositions(runs.receiver, layer + 1, [position], (at) => {
      const { cols } = residualInto(runs.donor, layer + 1);
      const of = (data: Float32Array) => data.subarray(at * cols, (at + 1) * cols);
      const [own, theirs] = [
        of(runs.receiver.layers[layer]!.residMid.data),
        of(runs.donor.layers[layer]!.residMid.data),
      ];
      return of(residualInto(runs.donor, layer + 1).data).map((after, i) => own[i]! + (after - theirs[i]!));
    }),
});

function withPositions(
  receiver: Capture,
  layer: number,
  positions: readonly number[],
  vectorAt: (position: number) => Float32Array,
): Float32Array {
  const { cols, data } = residualInto(receiver, layer);
  const values = data.slice();
  for (const at of positions) values.set(vectorAt(at), at * cols);
  return values;
}

/** Some heads' z is the donor's at some positions. */
export function headsPatch(
  { headDim }: ModelSpec,
  { receiver, donor }: PatchedRuns,
  layer: number,
  heads: readonly number[],
  positions: readonly number[],
): Patch {
  const length = receiver.ids.length;
  return {
    layer,
    addToZ(fill) {
      const z = { own: receiver.layers[layer]!.z, theirs: donor.layers[layer]!.z };
      turnHeads(fill, z, { heads, positions, length, headDim });
    },
  };
}

interface TurnedHeads {
  readonly heads: readonly number[];
  readonly positions: readonly number[];
  /** Positions that the prompt has. */
  readonly length: number;
  readonly headDim: number;
}

/** Sets what has to be added to z, [heads, positions, headDim], so that some heads' own at some positions is another's; without one, 0. */
export function turnHeads(
  fill: Float32Array,
  { own, theirs }: { readonly own: Float32Array; readonly theirs: Float32Array | undefined },
  { heads, positions, length, headDim }: TurnedHeads,
): void {
  for (const head of heads) {
    for (const position of positions) {
      const from = (head * length + position) * headDim;
      for (let i = from; i < from + headDim; i++) fill[i] = (theirs?.[i] ?? 0) - own[i]!;
    }
  }
}

/** One head's z in the place of its own at every position, [positions, headDim]. */
export const headPatch = ({ headDim }: ModelSpec, receiver: Capture, at: HeadId, z: Float32Array): Patch => ({
  layer: at.layer,
  addToZ(fill) {
    const from = at.head * receiver.ids.length * headDim;
    z.forEach((value, i) => (fill[from + i] = value - receiver.layers[at.layer]!.z[from + i]!));
  },
});

/** A neuron's activation is the donor's at some positions. */
export const neuronPatch = (
  spec: ModelSpec,
  { receiver, donor }: PatchedRuns,
  at: NeuronId,
  positions: readonly number[],
): Patch => activationPatch(spec, receiver, at, (position) => activationAt(donor, at, position), positions);

/** A neuron's activation is another number at some positions. */
export const activationPatch = (
  { neurons }: ModelSpec,
  receiver: Capture,
  at: NeuronId,
  valueAt: (position: number) => number,
  positions: readonly number[] = range(receiver.ids.length),
): Patch => ({
  layer: at.layer,
  addToPost(fill) {
    for (const position of positions) {
      fill[position * neurons + at.neuron] = valueAt(position) - activationAt(receiver, at, position);
    }
  },
});

const activationAt = ({ layers }: Capture, at: NeuronId, position: number) => {
  const { cols, data } = layers[at.layer]!.post;
  return data[position * cols + at.neuron]!;
};

const range = (length: number) => Array.from({ length }, (_, index) => index);
