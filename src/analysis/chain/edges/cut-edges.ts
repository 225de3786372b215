import { logProbability } from "#core/numeric/softmax.ts";
import type { Activations } from "../../ablation/activations.ts";
import { effectOf } from "../../ablation/effect.ts";
import type { Capture } from "../../capture.ts";
import { patchEach } from "../../patching/wavefront.ts";
import type { Runner } from "../../runner.ts";
import type { PathEffect } from "../chain.ts";
import type { Cut } from "./cuts.ts";
import { receiverJobs } from "./receivers.ts";
import { senderJobs } from "./senders.ts";

export interface CutQuestion {
  readonly target: number;
  /** What a sender is taken away for; left out: 0. */
  readonly ablationSource?: Activations | undefined;
  /** Told each time that the cuts of one receiver are known: all that are, in the order of those asked for. */
  readonly onFound?: (found: readonly (PathEffect | undefined)[]) => void;
  /** Told how many rows have gone through a block, of all that will. */
  readonly onWork?: (done: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Path ablation: what log p(target) loses when one sender is taken away for one receiver alone. With s the sender's output at its position,
 * s₀ the same where the sender is ablated, and r what the receiver reads there,
 *
 *     r′ = r + s₀ − s
 *
 * of which a neuron's activation is made, or the values that heads mix by the attention that they have; everything else is held at what
 * it is in the clean run, and from the receiver's new output on the run is free. It is path patching (`pathPatches`) from the ablation's
 * source, at the sender's position and into the receiver's.
 *
 * @returns in the order of `cuts`
 * @throws what `signal` was aborted with
 */
export async function cutEdges(
  runner: Runner,
  clean: Capture,
  cuts: readonly Cut[],
  question: CutQuestion,
): Promise<PathEffect[]> {
  const { target, ablationSource, signal, onFound, onWork } = question;
  const { spec } = runner;
  const senders = senderJobs(
    runner,
    clean,
    cuts.map(({ sender }) => sender),
    { ablationSource, signal },
  );
  const receivers = receiverJobs(runner, clean, cuts, senders.changeBy);
  const jobs = [...senders.jobs, ...receivers.jobs];
  const groups = [...Map.groupBy(cuts.keys(), (index) => JSON.stringify(cuts[index]!.receiver)).values()].sort(
    (a, b) => layerOf(a) - layerOf(b),
  );
  const ahead = jobs.reduce((sum, { rows }) => sum + rows, 0);
  const total = ahead + cuts.reduce((sum, _, index) => sum + spec.layers - layerOf([index]), 0);
  let done = 0;
  for (const job of jobs) {
    signal?.throwIfAborted();
    await job.run();
    onWork?.((done += job.rows), total);
  }
  const baseline = logProbability(clean.logits, target);
  const found: PathEffect[] = [];
  const patches = groups.map((indices) => indices.map((index) => receivers.patches.get(index)!));
  await patchEach(runner, clean, patches, {
    tokens: [target],
    rowByRow: true,
    signal,
    onWork: (rows) => onWork?.(ahead + rows, total),
    onRow(row, readouts) {
      groups[row]!.forEach((index, col) => {
        const { logits, logSumExp } = readouts[col]!;
        const activation = receivers.activations.get(index);
        found[index] = {
          effect: effectOf({ baseline, withoutIt: logits[0]! - logSumExp }),
          ...(activation && { activation }),
        };
      });
      onFound?.(found);
    },
  });
  return found;

  function layerOf([index]: readonly number[]): number {
    const { receiver } = cuts[index!]!;
    if (receiver.kind === "unembedding") return spec.layers;
    return receiver.kind === "neuron" ? receiver.at.layer : receiver.layer;
  }
}
