import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { Intervention } from "#model/interventions.ts";
import type { HeadId } from "#model/ids.ts";
import { forward } from "./reference/forward.ts";
import { atLast, lensOf, logProbability } from "./reference/lens.ts";
import { compareNeurons, headSweep, layerIncreases, neuronIncreases, rankNeurons } from "./reference/method.ts";
import type { ReferenceModel } from "./reference/model.ts";

/** What an engine says about one prompt, on whatever backend, with the target it was asked about. */
export interface Answers {
  readonly ids: readonly number[];
  readonly target: number;
  /** The head that is switched off for `compared`. */
  readonly head: HeadId;
  readonly logProbability: number;
  readonly sweep: readonly (readonly number[])[];
  readonly attention: readonly number[];
  readonly ffn: readonly number[];
  readonly neurons: readonly {
    readonly layer: number;
    readonly neuron: number;
    readonly increase: number;
    readonly activation: number;
  }[];
  readonly compared: readonly {
    readonly layer: number;
    readonly neuron: number;
    readonly change: number;
    readonly before: number;
    readonly after: number;
    readonly activationBefore: number;
    readonly activationAfter: number;
  }[];
}

/** Log-probabilities within 1e-4 nats: float32 sums of a few hundred terms, through six layers, on logits of up to 30. */
export const NATS = { atol: 1e-4 };
/** Activations reach 40, and float32 keeps seven digits of sums whose terms are larger than the sum. */
const ACTIVATION = { atol: 1e-4, rtol: 1e-5 };

/** Holds an engine's answers to the float64 reference on the same weights. */
export function expectAgreement(model: ReferenceModel, answers: Answers): void {
  const { ids, target, head } = answers;
  const clean = forward(model, ids);
  const lens = lensOf(model, clean);
  expect([answers.logProbability]).toBeAllClose([logProbability(atLast(clean.logits), target)], NATS);
  expect(answers.sweep).toBeAllClose(headSweep(model, ids, target), NATS);
  const layers = layerIncreases(lens, clean, target);
  expect(answers.attention).toBeAllClose(layers.attention, NATS);
  expect(answers.ffn).toBeAllClose(layers.ffn, NATS);

  const ranked = rankNeurons(neuronIncreases(lens, clean, target));
  expect(answers.neurons.map(({ increase }) => increase)).toBeAllClose(
    ranked.slice(0, answers.neurons.length).map(({ increase }) => increase),
    NATS,
  );
  const increaseOf = new Map(ranked.map((row) => [`${row.layer}.${row.neuron}`, row]));
  for (const row of answers.neurons) {
    expect([row.increase]).toBeAllClose([increaseOf.get(`${row.layer}.${row.neuron}`)!.increase], NATS);
    expect([row.activation]).toBeAllClose([atLast(clean.activation[row.layer]!)[row.neuron]!], ACTIVATION);
  }

  const off: Intervention[] = [{ kind: "head", at: head, scale: 0 }];
  const compared = compareNeurons(lens, clean, forward(model, ids, off), target);
  expect(answers.compared.map(({ change }) => change)).toBeAllClose(
    compared.slice(0, answers.compared.length).map(({ change }) => change),
    NATS,
  );
  const comparedOf = new Map(compared.map((row) => [`${row.layer}.${row.neuron}`, row]));
  for (const row of answers.compared) {
    const wanted = comparedOf.get(`${row.layer}.${row.neuron}`)!;
    expect([row.change, row.before, row.after]).toBeAllClose([wanted.change, wanted.before, wanted.after], NATS);
    expect([row.activationBefore, row.activationAfter]).toBeAllClose(
      [wanted.activationBefore, wanted.activationAfter],
      ACTIVATION,
    );
  }
}

/** One of the nine prompts of `golden/abacus.json`, from an independent float64 implementation. */
export interface GoldenCase {
  readonly prompt: string;
  readonly ids: number[];
  readonly target: number;
  readonly logprob: number;
  readonly top: [id: number, probability: number][];
  readonly head_logprob_after_ablation: number[][];
  readonly most_important_head: [layer: number, head: number];
  readonly layer_increase: { readonly attn: number[]; readonly ffn: number[] };
  readonly neuron_increase_top: [layer: number, neuron: number, increase: number][];
  readonly cna_top: readonly {
    readonly layer: number;
    readonly neuron: number;
    readonly change: number;
    readonly before: number;
    readonly after: number;
    readonly coef_before: number;
    readonly coef_after: number;
    readonly top_tokens: string[];
  }[];
}

export const goldenCases = (
  JSON.parse(readFileSync(join(import.meta.dirname, "golden", "abacus.json"), "utf8")) as {
    readonly cases: GoldenCase[];
  }
).cases;

/** Holds an engine's answers in f32 to the published numbers of one prompt, in their order. */
export function expectGolden(golden: GoldenCase, answers: Answers): void {
  expect([answers.logProbability]).toBeAllClose([golden.logprob], NATS);
  expect(answers.sweep).toBeAllClose(golden.head_logprob_after_ablation, NATS);
  expect(answers.attention).toBeAllClose(golden.layer_increase.attn, NATS);
  expect(answers.ffn).toBeAllClose(golden.layer_increase.ffn, NATS);
  expect(answers.neurons.map(({ increase }) => increase)).toBeAllClose(
    golden.neuron_increase_top.slice(0, answers.neurons.length).map(([, , increase]) => increase),
    NATS,
  );
  const compared = golden.cna_top.slice(0, answers.compared.length);
  for (const column of ["change", "before", "after"] as const) {
    expect(answers.compared.map((row) => row[column])).toBeAllClose(
      compared.map((row) => row[column]),
      NATS,
    );
  }
  expect(answers.compared.map(({ layer, neuron }) => `L${layer}N${neuron}`)).toEqual(
    compared.map(({ layer, neuron }) => `L${layer}N${neuron}`),
  );
  expect(answers.compared.map((row) => row.activationBefore)).toBeAllClose(
    compared.map((row) => row.coef_before),
    ACTIVATION,
  );
  expect(answers.compared.map((row) => row.activationAfter)).toBeAllClose(
    compared.map((row) => row.coef_after),
    ACTIVATION,
  );
}

/** Of a sweep: the head whose loss leaves the target the least. */
export function mostImportantHead(sweep: readonly (readonly number[])[]): [layer: number, head: number] {
  const cells = sweep.flatMap((row, layer) => row.map((value, head) => ({ layer, head, value })));
  const { layer, head } = cells.reduce((worst, each) => (each.value < worst.value ? each : worst));
  return [layer, head];
}
