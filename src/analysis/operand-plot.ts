import type { HeadId, NeuronId } from "#model/ids.ts";
import type { ModelSpec } from "#model/spec.ts";
import { rowsThatFit } from "./batch-budget.ts";
import { changedBlock, changedRows } from "./ablation/changes.ts";
import type { Changes } from "./ablation/changes.ts";
import { throughLayers } from "./lens/layers.ts";
import type { BlockRun, Runner } from "./runner.ts";
import { effectOf } from "./ablation/effect.ts";

/**
 * The quantity of a plot, measured at each prompt's last position:
 * - `activation` of a neuron, the paper's coefficient score;
 * - `head`: log p(answer) as it is − log p(answer) with the head ablated, in nats: positive supports the answer;
 * - `probability` and `logProbability` (nats) of the answer.
 */
export type PlotQuantity =
  | { readonly kind: "activation"; readonly at: NeuronId }
  | { readonly kind: "head"; readonly at: HeadId }
  | { readonly kind: "probability" }
  | { readonly kind: "logProbability" };

/** One cell of a plot. */
export interface PlotPrompt {
  readonly ids: readonly number[];
  /** The answer's first token; left out where there is none: only an activation can be measured then. */
  readonly target?: number | undefined;
}

export interface PlotOptions {
  readonly quantity: PlotQuantity;
  /** In every prompt; those with ablation-source need prompts of one length. */
  readonly changes: Changes;
  /** Told after each batch. */
  readonly onValues?: (indices: readonly number[], values: readonly number[]) => void;
  readonly signal?: AbortSignal;
}

/** Beyond this a batch saves no more time, and what has arrived would be shown later. */
const MAX_BATCH = 256;

/**
 * One quantity for many prompts, NaN where a prompt has no answer to measure: prompts of one length share a batch, so that a
 * hundred of them cost little more than `layers` session runs. An activation is known at its layer, the rest of the model is not run;
 * a head's effect takes two rows a prompt from the head's layer on.
 *
 * @throws what `signal` was aborted with
 */
export async function operandPlot(
  runner: Runner,
  prompts: readonly PlotPrompt[],
  options: PlotOptions,
): Promise<Float64Array> {
  const values = new Float64Array(prompts.length).fill(Number.NaN);
  for (const indices of batches(runner.spec, prompts, options.quantity)) {
    options.signal?.throwIfAborted();
    const measured = await measure(
      runner,
      indices.map((index) => prompts[index]!),
      options,
    );
    indices.forEach((index, row) => (values[index] = measured[row]!));
    options.onValues?.(indices, measured);
  }
  return values;
}

/** Prompts that can be measured, by length, in their order; as many at once as the memory allows. */
function batches(spec: ModelSpec, prompts: readonly PlotPrompt[], { kind }: PlotQuantity): number[][] {
  const byLength = new Map<number, number[]>();
  prompts.forEach(({ ids, target }, index) => {
    if (kind !== "activation" && target === undefined) return;
    const others = byLength.get(ids.length);
    if (others) others.push(index);
    else byLength.set(ids.length, [index]);
  });
  return [...byLength].flatMap(([length, indices]) => {
    const rowsEach = kind === "head" ? 2 : 1;
    const size = Math.max(1, Math.min(MAX_BATCH, Math.floor(rowsThatFit(spec, length) / rowsEach)));
    return Array.from({ length: Math.ceil(indices.length / size) }, (_, batch) =>
      indices.slice(batch * size, (batch + 1) * size),
    );
  });
}

async function measure(runner: Runner, prompts: readonly PlotPrompt[], options: PlotOptions): Promise<number[]> {
  const { quantity } = options;
  if (quantity.kind === "activation") return activations(runner, prompts, quantity.at, options);
  const logProbabilities = await answers(runner, prompts, quantity, options);
  switch (quantity.kind) {
    case "head":
      return prompts.map((_, row) =>
        effectOf({ baseline: logProbabilities[row]!, withoutIt: logProbabilities[row + prompts.length]! }),
      );
    case "probability":
      return logProbabilities.map(Math.exp);
    case "logProbability":
      return logProbabilities;
    default:
      throw new Error(`operand plot: unknown quantity ${String(quantity satisfies never)}`);
  }
}

async function activations(
  runner: Runner,
  prompts: readonly PlotPrompt[],
  at: NeuronId,
  { changes, signal }: PlotOptions,
): Promise<number[]> {
  const { spec } = runner;
  const positions = prompts[0]!.ids.length;
  const runOf = (layer: number) => changedBlock(spec, layer, changes);
  const start = await runner.embedBatch(prompts.map(({ ids }) => ids));
  const residual = await throughLayers(runner, start, { to: at.layer, runOf, signal });
  try {
    const { residual: after, taps } = await runner.block(at.layer, residual, { ...runOf(at.layer), taps: ["post"] });
    runner.release(after);
    return prompts.map((_, row) => taps.post![((row + 1) * positions - 1) * spec.neurons + at.neuron]!);
  } finally {
    runner.release(residual);
  }
}

/** log p(answer) of every prompt; for a head's effect followed by the same with that head ablated. */
async function answers(
  runner: Runner,
  prompts: readonly PlotPrompt[],
  quantity: PlotQuantity,
  { changes, signal }: PlotOptions,
): Promise<number[]> {
  const { spec } = runner;
  const positions = prompts[0]!.ids.length;
  const runOf = (layer: number) =>
    quantity.kind === "head" && quantity.at.layer === layer
      ? cleanAndAblated(spec, changes, quantity.at, prompts.length)
      : changedBlock(spec, layer, changes);
  const start = await runner.embedBatch(prompts.map(({ ids }) => ids));
  const residual = await throughLayers(runner, start, { runOf, signal });
  try {
    const targets = [...new Set(prompts.map(({ target }) => target!))];
    const { logSumExp, targetLogits } = await runner.unembed(residual, {
      positions: [positions - 1],
      targets,
      wants: ["logSumExp", "targetLogits"],
    });
    return Array.from(logSumExp, (total, row) => {
      const target = targets.indexOf(prompts[row % prompts.length]!.target!);
      return targetLogits[row * targets.length + target]! - total;
    });
  } finally {
    runner.release(residual);
  }
}

/** Changes for a batch that has every row twice, the second time with the head ablated whatever its scale was. */
function cleanAndAblated(spec: ModelSpec, changes: Changes, at: HeadId, rows: number): BlockRun {
  const without: Changes = { ...changes, interventions: [...changes.interventions, { kind: "head", at, scale: 0 }] };
  const each = Array.from({ length: 2 * rows }, (_, row) => (row < rows ? changes : without));
  return { ...changedRows(spec, at.layer, each), variants: each.map((_, row) => row % rows) };
}
