import { activationLoss, lowestOf } from "#analysis/experiments/neuron-cases.ts";
import type { NeuronCase, TokenCase } from "#analysis/experiments/neuron-cases.ts";
import type { CaseScore, ScoredCase } from "#analysis/experiments/suite/scored-cases.ts";
import { randomGroups } from "#analysis/ablation/neuron-group.ts";
import type { Intervention } from "#model/interventions.ts";
import type { HeadId, NeuronId } from "#model/ids.ts";
import type { ReferenceModel } from "./families/family.ts";
import { forward } from "./forward.ts";
import type { AblationSource } from "./forward.ts";
import { atLast, lensOf, logProbability } from "./lens.ts";
import { compareNeurons } from "./method.ts";

/** The experiments, case by case and switch by switch, one forward pass over each prefix: nothing shared, nothing batched. */

export function caseScore(
  model: ReferenceModel,
  { ids, answerIds }: ScoredCase,
  interventions: readonly Intervention[] = [],
  ablationSource?: AblationSource,
): CaseScore {
  const tokens = answerIds.map((id, token) =>
    targetScore(model, [...ids, ...answerIds.slice(0, token)], id, interventions, ablationSource),
  );
  return {
    logProbability: tokens.map(({ logProbability: each }) => each),
    isTop: tokens.map(({ isTop }) => isTop),
  };
}

/** One case with every head on, and with each single one off. */
export function sweptCase(model: ReferenceModel, asked: ScoredCase, ablationSource?: AblationSource) {
  const at = Array.from({ length: model.layers * model.heads }, (_, index) => ({
    layer: Math.floor(index / model.heads),
    head: index % model.heads,
  }));
  return {
    baseline: caseScore(model, asked),
    heads: at.map((head) => caseScore(model, asked, [{ kind: "head", at: head, scale: 0 }], ablationSource)),
  };
}

export const ablatedNeurons = (neurons: readonly NeuronId[], scale = 0): Intervention[] =>
  neurons.map((at) => ({ kind: "neuron", at, scale }));

/** All neurons from a layer on but these. */
export const allBut = (model: ReferenceModel, neurons: readonly NeuronId[], fromLayer: number): Intervention[] => {
  const kept = new Set(neurons.map(({ layer, neuron }) => layer * model.neurons + neuron));
  return ablatedNeurons(
    Array.from({ length: model.layers * model.neurons }, (_, index) => index)
      .filter((index) => index >= fromLayer * model.neurons && !kept.has(index))
      .map((index) => ({ layer: Math.floor(index / model.neurons), neuron: index % model.neurons })),
  );
};

/** ln p(target) and whether it is the first, of one run. */
function targetScore(
  model: ReferenceModel,
  ids: readonly number[],
  target: number,
  interventions: readonly Intervention[] = [],
  ablationSource?: AblationSource,
) {
  const logits = atLast(forward(model, ids, interventions, ablationSource).logits);
  return { logProbability: logProbability(logits, target), isTop: logits.every((logit) => logit <= logits[target]!) };
}

/** Every neuron by what it loses to a head, for a given target. */
export function lostTo(
  model: ReferenceModel,
  { ids, target }: TokenCase,
  head: HeadId,
  ablationSource?: AblationSource,
) {
  const clean = forward(model, ids);
  const changed = forward(model, ids, [{ kind: "head", at: head, scale: 0 }], ablationSource);
  return compareNeurons(lensOf(model, clean), clean, changed, target);
}

/** Each neuron's activation at the last position. */
export const activationsOf = (
  model: ReferenceModel,
  ids: readonly number[],
  interventions: readonly Intervention[],
  ablationSource?: AblationSource,
) => {
  const run = forward(model, ids, interventions, ablationSource);
  return ({ layer, neuron }: NeuronId) => atLast(run.activation[layer]!)[neuron]!;
};

/** How a token's neurons are asked for. */
export interface NeuronQuestion {
  readonly head: HeadId;
  readonly counts: readonly number[];
  readonly draws: number;
  /** Of this token's random sets. */
  readonly seed: number;
  readonly fromLayer?: number;
  readonly ablationSource?: AblationSource;
}

/** Mask, keep, loss of activation and the lowest neuron of one answer token, straight from their definitions. */
export function neuronCase(model: ReferenceModel, token: TokenCase, question: NeuronQuestion): NeuronCase {
  const { ids, target } = token;
  const { head, draws, seed, fromLayer = head.layer, ablationSource } = question;
  const off = [{ kind: "head", at: head, scale: 0 }] as const;
  const scored = (interventions: readonly Intervention[]) =>
    targetScore(model, ids, target, interventions, ablationSource);
  const lost = lostTo(model, token, head, ablationSource);
  const [before, after] = [activationsOf(model, ids, []), activationsOf(model, ids, off, ablationSource)];
  return {
    baseline: scored([]),
    withoutHead: scored(off),
    certified: true,
    points: question.counts.map((count) => {
      const list = lost.slice(0, count);
      const lowest = lowestOf(list);
      const random = randomGroups(model, list, { draws, seed });
      const others = list.filter((at) => at !== lowest);
      return {
        count,
        mask: scored(ablatedNeurons(list)),
        keep: scored(allBut(model, list, fromLayer)),
        randomMask: random.map((set) => scored(ablatedNeurons(set))),
        randomKeep: random.map((set) => scored(allBut(model, set, fromLayer))),
        activationLoss: activationLoss(list, before, after),
        lowestLoss: activationLoss(others, before, activationsOf(model, ids, ablatedNeurons([lowest]), ablationSource)),
        lowest: { layer: lowest.layer, neuron: lowest.neuron },
      };
    }),
  };
}

/** What one run has of each part. */
export function ablationSourceOf(model: ReferenceModel, ids: readonly number[]): AblationSource {
  const { z, activation } = forward(model, ids);
  return { z, activation };
}

/** The different prompts of a suite with as many tokens of prompt and answer, each with its answer but the last token. */
export function promptsLike(asked: ScoredCase, all: readonly ScoredCase[]): number[][] {
  const alike = all.filter(
    ({ ids, answerIds }) => ids.length === asked.ids.length && answerIds.length === asked.answerIds.length,
  );
  const forced = alike.map(({ ids, answerIds }) => [...ids, ...answerIds.slice(0, -1)]);
  return [...new Map(forced.map((ids) => [ids.join(), ids])).values()];
}

/** The mean of several runs, position by position. */
export function meanOfSource(model: ReferenceModel, prompts: readonly (readonly number[])[]): AblationSource {
  const runs = prompts.map((ids) => ablationSourceOf(model, ids));
  const mean = (of: (run: AblationSource) => ArrayLike<number>) =>
    Float64Array.from(of(runs[0]!), (_, i) => runs.reduce((sum, run) => sum + of(run)[i]!, 0) / runs.length);
  const [first] = runs;
  return {
    z: first!.z.map((heads, layer) =>
      heads.map((rows, head) => rows.map((_, position) => mean((run) => run.z[layer]![head]![position]!))),
    ),
    activation: first!.activation.map((rows, layer) =>
      rows.map((_, position) => mean((run) => run.activation[layer]![position]!)),
    ),
  };
}
