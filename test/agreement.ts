import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Intervention } from "#model/interventions.ts";
import type { HeadId } from "#model/ids.ts";
import { farthest } from "./farthest.ts";
import type { Numbers, Tolerance } from "./farthest.ts";
import { forward } from "./reference/forward.ts";
import { atLast, lensOf, logProbability } from "./reference/lens.ts";
import { compareNeurons, headSweep, layerIncreases, neuronIncreases, rankNeurons } from "./reference/method.ts";
import type { ReferenceModel } from "./reference/families/family.ts";

/** What an engine says about one prompt, on whatever backend, with the target it was asked about. */
export interface Answers {
  readonly ids: readonly number[];
  readonly target: number;
  /** The head that is ablated for `compared`. */
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

/** Where an engine's answers are not the float64 reference's on the same weights: a line each, none if they agree. */
export function differencesFromReference(model: ReferenceModel, answers: Answers): string[] {
  const { ids, target, head } = answers;
  const clean = forward(model, ids);
  const lens = lensOf(model, clean);
  const layers = layerIncreases(lens, clean, target);
  const ranked = rankNeurons(neuronIncreases(lens, clean, target));
  const off: Intervention[] = [{ kind: "head", at: head, scale: 0 }];
  const compared = compareNeurons(lens, clean, forward(model, ids, off), target);
  const inRanked = byName(ranked);
  const inCompared = byName(compared);
  const activations = clean.activation.map(atLast);
  return differences([
    ["log p", [answers.logProbability], [logProbability(atLast(clean.logits), target)], NATS],
    ["sweep", answers.sweep, headSweep(model, ids, target), NATS],
    ["attention", answers.attention, layers.attention, NATS],
    ["ffn", answers.ffn, layers.ffn, NATS],
    // the list's values in its order, then each listed neuron's own: two that are equal to seven digits may change places
    [
      "increases",
      column(answers.neurons, "increase"),
      column(ranked.slice(0, answers.neurons.length), "increase"),
      NATS,
    ],
    [
      "increase",
      column(answers.neurons, "increase"),
      answers.neurons.map((row) => inRanked.get(nameOf(row))!.increase),
      NATS,
    ],
    [
      "activation",
      column(answers.neurons, "activation"),
      answers.neurons.map((row) => activations[row.layer]![row.neuron]!),
      ACTIVATION,
    ],
    ["changes", column(answers.compared, "change"), column(compared.slice(0, answers.compared.length), "change"), NATS],
    ...COMPARED.map(([name, tolerance]): Check => [
      name,
      column(answers.compared, name),
      answers.compared.map((row) => inCompared.get(nameOf(row))![name]),
      tolerance,
    ]),
  ]);
}

/** Where a comparison of one prompt through two models is not the reference's; target's lens is the first one's clean run's. */
export function comparedDifferences(
  [first, second]: readonly [ReferenceModel, ReferenceModel],
  { ids, target }: Pick<Answers, "ids" | "target">,
  rows: Answers["compared"],
): string[] {
  const clean = forward(first, ids);
  const changed = forward(second, ids);
  const { scale } = lensOf(first, clean);
  const before = neuronIncreases({ model: first, scale }, clean, target);
  const after = neuronIncreases({ model: second, scale }, changed, target);
  const all = before.flatMap((values, layer) =>
    Array.from(values, (value, neuron) => ({
      layer,
      neuron,
      change: value - after[layer]![neuron]!,
      before: value,
      after: after[layer]![neuron]!,
      activationBefore: atLast(clean.activation[layer]!)[neuron]!,
      activationAfter: atLast(changed.activation[layer]!)[neuron]!,
    })),
  );
  const ranked = all.toSorted((a, b) => b.change - a.change);
  const inRanked = byName(ranked);
  return differences([
    ["changes of variants", column(rows, "change"), column(ranked.slice(0, rows.length), "change"), NATS],
    ...COMPARED.map(([name, tolerance]): Check => [
      `${name} of variants`,
      column(rows, name),
      rows.map((row) => inRanked.get(nameOf(row))![name]),
      tolerance,
    ]),
  ]);
}

/** The columns of a comparison and what each may be off by. */
const COMPARED = [
  ["change", NATS],
  ["before", NATS],
  ["after", NATS],
  ["activationBefore", ACTIVATION],
  ["activationAfter", ACTIVATION],
] as const;

type Check = readonly [what: string, got: Numbers, want: Numbers, tolerance: Tolerance];

const differences = (checks: readonly Check[]): string[] =>
  checks.flatMap(([what, got, want, tolerance]) => {
    const found = farthest(got, want, tolerance);
    return found === undefined ? [] : [`${what}: ${found}`];
  });

const nameOf = ({ layer, neuron }: { readonly layer: number; readonly neuron: number }) => `L${layer}N${neuron}`;
const byName = <Row extends { readonly layer: number; readonly neuron: number }>(rows: readonly Row[]) =>
  new Map(rows.map((row) => [nameOf(row), row]));
const column = <Name extends string>(rows: readonly { readonly [name in Name]: number }[], name: Name) =>
  rows.map((row) => row[name]);

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

/** Where an engine's answers in f32 are not the published numbers of one prompt, in their order. */
export function differencesFromGolden(golden: GoldenCase, answers: Answers): string[] {
  const neurons = golden.neuron_increase_top.slice(0, answers.neurons.length);
  const compared = golden.cna_top.slice(0, answers.compared.length);
  const [got, want] = [answers.compared, compared].map((rows) => rows.map(nameOf).join(" "));
  return [
    ...differences([
      ["log p", [answers.logProbability], [golden.logprob], NATS],
      ["sweep", answers.sweep, golden.head_logprob_after_ablation, NATS],
      ["attention", answers.attention, golden.layer_increase.attn, NATS],
      ["ffn", answers.ffn, golden.layer_increase.ffn, NATS],
      ["increases", column(answers.neurons, "increase"), neurons.map(([, , increase]) => increase), NATS],
      ["change", column(answers.compared, "change"), column(compared, "change"), NATS],
      ["before", column(answers.compared, "before"), column(compared, "before"), NATS],
      ["after", column(answers.compared, "after"), column(compared, "after"), NATS],
      ["activation before", column(answers.compared, "activationBefore"), column(compared, "coef_before"), ACTIVATION],
      ["activation after", column(answers.compared, "activationAfter"), column(compared, "coef_after"), ACTIVATION],
    ]),
    ...(got === want ? [] : [`order: ${got}, expected ${want}`]),
  ];
}

/** Of a sweep: the head whose loss leaves the target the least. */
export function mostImportantHead(sweep: readonly (readonly number[])[]): [layer: number, head: number] {
  const cells = sweep.flatMap((row, layer) => row.map((value, head) => ({ layer, head, value })));
  const { layer, head } = cells.reduce((worst, each) => (each.value < worst.value ? each : worst));
  return [layer, head];
}
