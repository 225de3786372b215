import { beforeAll, describe, expect, test } from "vitest";
import type { Dtype } from "#model/checkpoint.ts";
import { comparedDifferences, differencesFromReference, NATS } from "#test/agreement.ts";
import { FAMILY_VARIANTS, randomCheckpoint } from "#test/checkpoints.ts";
import type { RandomCheckpoint } from "#test/checkpoints.ts";
import { askAll, unaborted } from "#test/engine.ts";
import { ADAPTER_VARIANTS, randomAdapter } from "#test/random/adapter.ts";
import type { RandomAdapter } from "#test/random/adapter.ts";
import { merged } from "#test/reference/adapter.ts";
import { chainClaims } from "#test/reference/chain.ts";
import { forward } from "#test/reference/forward.ts";
import type { ReferenceModel } from "#test/reference/families/family.ts";
import { atLast, lensOf } from "#test/reference/lens.ts";
import { headIncreases, headSweep, neuronIncrease, topTokens, valueVector } from "#test/reference/method.ts";
import { readModel } from "#test/reference/model.ts";
import { quantised } from "#test/reference/quantise.ts";
import { attach, variantsOf } from "#test/variants.ts";
import type { Progress, Variant } from "#protocol/engine.ts";
import type { LoadedVariants } from "./loaded-variants.ts";
import type { ModelSession } from "../session/model-session.ts";

const IDS = [1, 5, 9, 33, 2, 96];
const TARGET = 17;
const COUNT = 20;

/** Every analysis in both variants, and the comparison of the two, against the reference with the adapter merged. */
async function differences(
  checkpoint: Partial<RandomCheckpoint>,
  adapter: Partial<RandomAdapter>,
  dtype: Dtype = "f32",
): Promise<string[]> {
  const files = randomCheckpoint(checkpoint);
  const parts = randomAdapter(files, adapter);
  const exact = readModel(files);
  const base = dtype === "f32" ? exact : quantised(exact, dtype === "q8" ? 8 : 4);
  const adapted = merged(base, parts);
  const variants = await variantsOf(files, dtype);
  await attach(variants, parts);
  const question = { ids: IDS, target: TARGET, head: { layer: 1, head: 2 }, count: COUNT };
  const found = [
    ...differencesFromReference(base, await askAll(variants.session("base"), question)),
    ...differencesFromReference(adapted, await askAll(variants.session("adapted"), question)),
  ];
  for (const [before, after] of [
    ["base", "adapted"],
    ["adapted", "base"],
  ] as const) {
    const models = { base, adapted };
    const options = { variant: before, against: { variant: after }, target: TARGET, count: COUNT };
    const compared = await variants.compareNeurons(IDS, options, () => undefined, unaborted());
    expect(compared.certified).toBe(true);
    found.push(...comparedDifferences([models[before], models[after]], { ids: IDS, target: TARGET }, compared.rows));
  }
  found.push(...(await inspectionDifferences(adapted, variants.session("adapted"))));
  await variants.dispose();
  return found;
}

/** What is read of the weights outside the graphs: heads' outputs and value vectors. */
async function inspectionDifferences(model: ReferenceModel, session: ModelSession): Promise<string[]> {
  const run = forward(model, IDS);
  const lens = lensOf(model, run);
  const [head, neuron] = [
    { layer: 1, head: 2 },
    { layer: 1, neuron: 13 },
  ];
  const ofHead = await session.inspectHead(IDS, { target: TARGET, head }, unaborted());
  const ofNeuron = await session.inspectNeuron(IDS, { target: TARGET, neuron }, unaborted());
  const { logit } = topTokens(model, valueVector(model, neuron.layer, neuron.neuron), 1)[0]!;
  const pairs: [string, number, number][] = [
    ["head", ofHead.increase, headIncreases(lens, run, TARGET)[head.layer]![head.head]!],
    ["neuron", ofNeuron.increase, neuronIncrease(lens, run, neuron, TARGET)],
    ["promoted", ofNeuron.promotes[0]!.logit, logit],
  ];
  return pairs.flatMap(([name, got, want]) =>
    Math.abs(got - want) <= NATS.atol ? [] : [`${name}: ${got}, not ${want}`],
  );
}

describe.each(FAMILY_VARIANTS)("$name", ({ changes }) => {
  test("base, adapted and their comparison agree with the reference that has the adapter merged", async () => {
    expect(await differences(changes, {})).toEqual([]);
  });
});

test.each(ADAPTER_VARIANTS)("an adapter of $name agrees with the reference", async ({ base, changes }) => {
  expect(await differences(base, changes)).toEqual([]);
});

test("names may have the adapter's own in them", async () => {
  expect(await differences({}, { hasAdapterName: true })).toEqual([]);
});

test("on q8 weights: the quantised base plus the exact adapter", async () => {
  expect(await differences({}, {}, "q8")).toEqual([]);
  expect(await differences({ family: "gpt_neox" }, { modules: ["query_key_value", "dense_4h_to_h"] }, "q4")).toEqual(
    [],
  );
});

describe("laws", () => {
  const files = randomCheckpoint();
  let variants: LoadedVariants;
  beforeAll(async () => {
    variants = await variantsOf(files, "q8");
  });
  const logProbabilities = async (variant: "base" | "adapted") =>
    (await variants.session(variant).predict(IDS, { top: 97 }, () => undefined, unaborted())).top;

  test("an adapter whose B is 0 changes nothing, to the bit", async () => {
    await attach(variants, randomAdapter(files, { upFactor: 0 }));
    expect(await logProbabilities("adapted")).toEqual(await logProbabilities("base"));
  });

  test("the base's answers do not change by an adapter that is attached, nor by its going", async () => {
    const before = await logProbabilities("base");
    await attach(variants, randomAdapter(files));
    expect(await logProbabilities("adapted")).not.toEqual(before);
    expect(await logProbabilities("base")).toEqual(before);
    await variants.detach();
    expect(await logProbabilities("base")).toEqual(before);
  });

  test("twice the alpha is twice the change of what a value vector adds", async () => {
    const at = [{ layer: 2, neuron: 7 }];
    const vectorOf = async (variant: "base" | "adapted") =>
      (await variants.session(variant).neuron(at[0]!, { count: 97 })).promotes;
    const logitsOf = async (variant: "base" | "adapted") => {
      const logits = await vectorOf(variant);
      return logits.toSorted((a, b) => a.id - b.id).map(({ logit }) => logit);
    };
    const base = await logitsOf("base");
    const change = async (alpha: number) => {
      await attach(variants, randomAdapter(files, { modules: ["down_proj"], alpha }));
      return (await logitsOf("adapted")).map((logit, id) => logit - base[id]!);
    };
    const once = await change(4);
    expect(await change(8)).toBeAllClose(
      once.map((value) => 2 * value),
      NATS,
    );
    expect(Math.max(...once.map(Math.abs))).toBeGreaterThan(0.1);
  });

  test("below the lowest adapted layer nothing is computed anew: its neurons' change is exactly 0", async () => {
    await attach(variants, randomAdapter(files, { layers: [2] }));
    const options = { against: { variant: "adapted" }, count: 3 * 56 } as const;
    const { rows } = await variants.compareNeurons(IDS, options, () => undefined, unaborted());
    const below = rows.filter(({ layer }) => layer < 2);
    expect(below).toHaveLength(2 * 56);
    for (const { change, before, after } of below) expect([change, before]).toEqual([0, after]);
  });
});

describe("experiments", () => {
  const files = randomCheckpoint();
  const request = {
    kind: "heads",
    suite: { kind: "pasted", text: "a b,b\nb a,a\n" },
    per: "token",
    onlyCorrect: false,
    seed: 1,
  } as const;
  const run = (variants: LoadedVariants, variant: Variant) =>
    variants.experiments(variant).run({ ...request, variant }, () => undefined, { signal: unaborted() });

  test("are run on either variant, and an adapter whose B is 0 finds what the base finds", async () => {
    const variants = await variantsOf(files, "f32");
    const parts = randomAdapter(files);
    const base = await run(variants, "base");
    await attach(variants, randomAdapter(files, { upFactor: 0 }));
    expect((await run(variants, "adapted")).found).toEqual(base.found);
    await attach(variants, parts);
    // another adapter's steps are not taken for this one's
    expect((await run(variants, "adapted")).found).not.toEqual(base.found);
    expect((await run(variants, "base")).found).toEqual(base.found);
    await variants.dispose();
  });
});

describe("the logic chain", () => {
  /** So low that a random model's chain has parts in every stage. */
  const thresholds = { headEffect: 0, promotingShare: 0, neuronChange: 1e-4, enhancingDrop: 0 };
  const options = { head: { layer: 2, head: 1 }, thresholds };
  const chainOf = (variants: LoadedVariants, variant: Variant) =>
    variants.asked("chains", variant).chain(IDS, options, () => undefined, unaborted());
  const neuron = { layer: 2, neuron: 13 };
  const path = [{ layer: 1, head: 2, position: 3, weights: "attention" }] as const;
  const tracedIn = (variants: LoadedVariants, variant: Variant) =>
    variants.asked("traces", variant).traceNeurons(IDS, { neuron, path, layer: 0, count: COUNT });

  test("of an adapter whose B is 0 is the base's, and the base's does not change by an adapter beside it", async () => {
    const files = randomCheckpoint({ layers: 4 });
    const variants = await variantsOf(files, "f32");
    const [base, traced] = [await chainOf(variants, "base"), await tracedIn(variants, "base")];
    expect(new Set(base.nodes.map(({ kind }) => kind))).toContain("shallow-neuron");
    expect(base.edges.length).toBeGreaterThan(10);
    await attach(variants, randomAdapter(files, { upFactor: 0 }));
    expect(await chainOf(variants, "adapted")).toEqual(base);
    expect(await tracedIn(variants, "adapted")).toEqual(traced);
    await attach(variants, randomAdapter(files));
    expect(await chainOf(variants, "adapted")).not.toEqual(base);
    expect(await tracedIn(variants, "adapted")).not.toEqual(traced);
    expect(await chainOf(variants, "base")).toEqual(base);
    expect(await tracedIn(variants, "base")).toEqual(traced);
    await variants.dispose();
  });
});

test("a chain of the adapted model claims what the model with the adapter merged gives", async () => {
  const files = randomCheckpoint({ layers: 4 });
  const parts = randomAdapter(files);
  const variants = await variantsOf(files, "f32");
  await attach(variants, parts);
  const thresholds = { headEffect: 0, promotingShare: 0, neuronChange: 1e-4, transferShare: 0, enhancingDrop: 0 };
  const model = merged(readModel(files), parts);
  const run = forward(model, IDS);
  const below = headSweep(model, IDS, TARGET).flatMap((row, layer) =>
    row.map((value, head) => ({ layer, head, value })),
  );
  const inside = below.filter(({ layer }) => layer === 1 || layer === 2);
  const { layer, head } = inside.reduce((worst, each) => (each.value < worst.value ? each : worst));
  const options = { target: TARGET, head: { layer, head }, thresholds };
  const chain = await variants.asked("chains", "adapted").chain(IDS, options, () => undefined, unaborted());
  expect(chain.edges.length).toBeGreaterThan(10);
  const want = chainClaims(lensOf(model, run), run, chain, TARGET);
  const claimed = chain.edges.map((edge) => edge.claimed!);
  expect(claimed).toBeAllClose(
    want.map((claim) => claim.claimed),
    NATS,
  );
  await variants.dispose();
});

test("only the layers whose value vectors differ have their ranges found anew", async () => {
  const files = randomCheckpoint();
  const variants = await variantsOf(files, "q8");
  await attach(variants, randomAdapter(files, { layers: [0, 2], rankPattern: {}, modules: ["down_proj", "q_proj"] }));
  // a layer is reported when it is projected and when it is known
  const reported: number[] = [];
  const onProgress = ({ done }: { readonly done: number }) => reported.push(done / 56);
  await variants.session("base").ranges(onProgress, unaborted());
  expect(reported.splice(0)).toEqual([1, 1, 2, 2, 3, 3]);
  await variants.session("adapted").ranges(onProgress, unaborted());
  expect(reported.splice(0)).toEqual([1, 1, 2, 3, 3]);
  await variants.session("adapted").ranges(onProgress, unaborted());
  expect(reported).toEqual([]);
  await variants.dispose();
});

test("a comparison tells how far it is, of its ranges, its bounds and its search in one bar that ends full", async () => {
  const files = randomCheckpoint();
  const variants = await variantsOf(files, "q8");
  await attach(variants, randomAdapter(files));
  const interventions = [{ kind: "head", at: { layer: 0, head: 0 }, scale: 0 }] as const;
  for (const options of [{ interventions }, { against: { variant: "adapted" } as const }, { interventions }]) {
    const shares: number[] = [];
    const onProgress = ({ done, total }: Progress) => shares.push(done / total);
    await variants.compareNeurons(IDS, { count: 3, ...options }, onProgress, unaborted());
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.length).toBeGreaterThan(2);
    expect(shares.at(-1)).toBe(1);
  }
  await variants.dispose();
});

test("the adapted model's logits are the merged model's", async () => {
  const files = randomCheckpoint({ family: "gpt2" });
  const parts = randomAdapter(files);
  const variants = await variantsOf(files, "f32");
  await attach(variants, parts);
  const { top } = await variants.session("adapted").predict(IDS, { top: 97 }, () => undefined, unaborted());
  const logits = atLast(forward(merged(readModel(files), parts), IDS).logits);
  const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
  expect(top.map(({ logProbability }) => logProbability)).toBeAllClose(
    top.map(({ id }) => logits[id]! - total),
    NATS,
  );
  await variants.dispose();
});
