import { rowOf } from "#core/numeric/matrix.ts";
import { rowsThatFit } from "../../batch-budget.ts";
import { residualInto } from "../../capture.ts";
import type { Capture } from "../../capture.ts";
import { tappedValue } from "../../lens/subvalues.ts";
import { heldHeads, tapped } from "../../patching/one-layer.ts";
import { activationPatch } from "../../patching/sites.ts";
import type { Patch } from "../../patching/wavefront.ts";
import type { Runner } from "../../runner.ts";
import type { PathEffect } from "../chain.ts";
import type { Cut, CutReceiver, CutSender, Job } from "./cuts.ts";

type OfKind<Kind extends CutReceiver["kind"]> = Extract<CutReceiver, { kind: Kind }>;

/** A cut and its place among those asked for. */
interface Placed<Kind extends CutReceiver["kind"]> {
  readonly index: number;
  readonly sender: CutSender;
  readonly receiver: OfKind<Kind>;
}

/** The receivers as they would be if they alone missed their sender, and neurons' activations with and without it: known once the jobs have run. */
export interface Receivers {
  readonly jobs: readonly Job[];
  readonly patches: ReadonlyMap<number, Patch>;
  readonly activations: ReadonlyMap<number, NonNullable<PathEffect["activation"]>>;
}

/** @param changeBy s₀ − s of a sender; asked once the senders are known */
export function receiverJobs(
  runner: Runner,
  clean: Capture,
  cuts: readonly Cut[],
  changeBy: (sender: CutSender) => Float32Array,
): Receivers {
  const { spec } = runner;
  const positions = clean.ids.length;
  const patches = new Map<number, Patch>();
  const activations = new Map<number, NonNullable<PathEffect["activation"]>>();
  const of = <Kind extends CutReceiver["kind"]>(kind: Kind) =>
    cuts.flatMap(({ sender, receiver }, index) =>
      receiver.kind === kind ? [{ index, sender, receiver: receiver as OfKind<Kind> } satisfies Placed<Kind>] : [],
    );
  for (const { index, sender } of of("unembedding")) {
    patches.set(index, { layer: spec.layers, input: () => changedInto(spec.layers, sender) });
  }
  const jobs = [
    ...batched(of("neuron"), ({ at }) => at.layer, 0, activated),
    ...batched(of("values"), ({ layer }) => layer, 1, mixed),
  ];
  return { jobs, patches, activations };

  /** The cuts of one layer, as many together as fit beside `own` rows that are as the layer is. */
  function batched<Kind extends CutReceiver["kind"]>(
    placed: readonly Placed<Kind>[],
    layerOf: (receiver: OfKind<Kind>) => number,
    own: number,
    run: (layer: number, some: readonly Placed<Kind>[]) => Promise<void>,
  ): Job[] {
    const atOnce = Math.max(1, rowsThatFit(spec, positions) - own);
    return [...Map.groupBy(placed, ({ receiver }) => layerOf(receiver))].flatMap(([layer, all]) =>
      Array.from({ length: Math.ceil(all.length / atOnce) }, (_, batch): Job => {
        const some = all.slice(batch * atOnce, (batch + 1) * atOnce);
        return { rows: some.length + own, run: () => run(layer, some) };
      }),
    );
  }

  /** What enters a layer, or the unembedding, with a sender's change at its position: [positions, modelDim]. */
  function changedInto(layer: number, sender: CutSender): Float32Array {
    const values = residualInto(clean, layer).data.slice();
    const row = values.subarray(sender.position * spec.modelDim, (sender.position + 1) * spec.modelDim);
    changeBy(sender).forEach((value, i) => (row[i]! += value));
    return values;
  }

  async function activated(layer: number, some: readonly Placed<"neuron">[]): Promise<void> {
    const inputs = some.map(({ sender }) => changedInto(layer, sender));
    const { post } = await tapped(runner, layer, inputs, ["post"], heldHeads(spec, clean, layer));
    some.forEach(({ index, sender: { position }, receiver: { at } }, row) => {
      const before = rowOf(clean.layers[layer]!.post, position)[at.neuron]!;
      const after = post![(row * positions + position) * spec.neurons + at.neuron]!;
      activations.set(index, { before, after });
      patches.set(
        index,
        activationPatch(spec, clean, at, () => after, [position]),
      );
    });
  }

  /** The values at the sender's position made anew, and mixed by the attention that there is. */
  async function mixed(layer: number, some: readonly Placed<"values">[]): Promise<void> {
    const inputs = [residualInto(clean, layer).data, ...some.map(({ sender }) => changedInto(layer, sender))];
    const { v } = await tapped(runner, layer, inputs, ["v"]);
    const { pattern } = clean.layers[layer]!;
    some.forEach(({ index, sender: { position }, receiver: { heads, query } }, row) => {
      const changes = heads.map((head) => {
        const weight = pattern[(head * positions + query) * positions + position]!;
        const own = tappedValue(spec, v!, { row: 0, head, position, positions });
        const heard = tappedValue(spec, v!, { row: row + 1, head, position, positions });
        return heard.map((value, i) => weight * (value - own[i]!));
      });
      patches.set(index, {
        layer,
        addToZ: (fill) =>
          heads.forEach((head, which) => fill.set(changes[which]!, (head * positions + query) * spec.headDim)),
      });
    });
  }
}
