import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FAMILY_VARIANTS, randomCheckpoint } from "../checkpoints.ts";
import { ADAPTER_VARIANTS, randomAdapter } from "../random/adapter.ts";
import { merged } from "./adapter.ts";
import { forward } from "./forward.ts";
import { atLast, lensOf } from "./lens.ts";
import {
  compareNeurons,
  headSweep,
  layerIncreases,
  mostImportantHead,
  neuronIncreases,
  rankNeurons,
  targetOf,
} from "./method.ts";
import { readModel } from "./model.ts";

interface GoldenCase {
  readonly name: string;
  readonly ids: number[];
  readonly target: number;
  /** At the last position. */
  readonly logits: number[];
  readonly head_logprob_after_ablation: number[][];
  readonly layer_increase: { readonly attn: number[]; readonly ffn: number[] };
  readonly neuron_increase_top: [layer: number, neuron: number, increase: number][];
  readonly most_important_head: [layer: number, head: number];
  readonly cna_top: {
    readonly layer: number;
    readonly neuron: number;
    readonly before: number;
    readonly after: number;
    readonly coef_before: number;
    readonly coef_after: number;
  }[];
}

interface AdapterCase {
  readonly name: string;
  readonly ids: number[];
  /** Logits at the last position, without the adapter and with it. */
  readonly base: number[];
  readonly adapted: number[];
}

const golden = <Case>(file: string) =>
  (
    JSON.parse(readFileSync(join(import.meta.dirname, "..", "golden", file), "utf8")) as {
      readonly cases: readonly Case[];
    }
  ).cases;
const cases = golden<GoldenCase>("families.json");
const adapterCases = golden<AdapterCase>("adapters.json");

/** Transformers rotates in float32, and most families' norms and softmaxes are float32 too. */
const FLOAT32_INSIDE = { atol: 2e-5, rtol: 1e-6 };
/** Nothing in gpt2 is float32, so that only the order of sums differs. */
const FLOAT64 = { atol: 1e-12, rtol: 1e-12 };

test("there are outputs of transformers for every variant", () => {
  expect(cases.map(({ name }) => name)).toEqual(FAMILY_VARIANTS.map(({ name }) => name));
});

describe.each(FAMILY_VARIANTS)("agrees with Hugging Face transformers: $name", ({ name, changes }) => {
  const want = cases.find((each) => each.name === name)!;
  const close = changes.family === "gpt2" ? FLOAT64 : FLOAT32_INSIDE;
  const model = readModel(randomCheckpoint(changes));
  const clean = forward(model, want.ids);
  const lens = lensOf(model, clean);

  test("in the logits", () => {
    expect(atLast(clean.logits)).toBeAllClose(want.logits, close);
    expect(targetOf(clean)).toBe(want.target);
  });

  test("with every head off", () => {
    const sweep = headSweep(model, want.ids, want.target);
    expect(sweep).toBeAllClose(want.head_logprob_after_ablation, close);
    const [layer, head] = want.most_important_head;
    expect(mostImportantHead(sweep)).toEqual({ layer, head });
  });

  test("in the increases of layers and neurons", () => {
    const { attention, ffn } = layerIncreases(lens, clean, want.target);
    expect([attention, ffn]).toBeAllClose([want.layer_increase.attn, want.layer_increase.ffn], close);
    const increases = neuronIncreases(lens, clean, want.target);
    const listed = want.neuron_increase_top.map(([layer, neuron]) => increases[layer]![neuron]!);
    expect(listed).toBeAllClose(
      want.neuron_increase_top.map(([, , value]) => value),
      close,
    );
    const top = rankNeurons(increases).slice(0, listed.length);
    expect(top.map((row) => row.increase)).toBeAllClose(listed, close);
  });

  test("in the comparison with the most important head off", () => {
    const [layer, head] = want.most_important_head;
    const changed = forward(model, want.ids, [{ kind: "head", at: { layer, head }, scale: 0 }]);
    const compared = compareNeurons(lens, clean, changed, want.target);
    const listed = want.cna_top.map((row) =>
      compared.find((each) => each.layer === row.layer && each.neuron === row.neuron),
    );
    expect(listed.map((row) => [row!.before, row!.after, row!.activationBefore, row!.activationAfter])).toBeAllClose(
      want.cna_top.map((row) => [row.before, row.after, row.coef_before, row.coef_after]),
      close,
    );
    expect(compared.slice(0, listed.length).map(({ change }) => change)).toBeAllClose(
      listed.map((row) => row!.change),
      close,
    );
  });
});

test("there are outputs of PEFT for every kind of adapter", () => {
  expect(adapterCases.map(({ name }) => name)).toEqual(ADAPTER_VARIANTS.map(({ name }) => name));
});

test.each(ADAPTER_VARIANTS)("an adapter merged agrees with Hugging Face PEFT: $name", ({ name, base, changes }) => {
  const want = adapterCases.find((each) => each.name === name)!;
  const close = base.family === "gpt2" ? FLOAT64 : FLOAT32_INSIDE;
  const files = randomCheckpoint(base);
  const model = readModel(files);
  expect(atLast(forward(model, want.ids).logits)).toBeAllClose(want.base, close);
  const adapted = merged(model, randomAdapter(files, changes));
  expect(atLast(forward(adapted, want.ids).logits)).toBeAllClose(want.adapted, close);
  // or nothing was shown
  expect(Math.max(...want.adapted.map((logit, id) => Math.abs(logit - want.base[id]!)))).toBeGreaterThan(0.05);
});
