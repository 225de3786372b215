import { beforeAll, describe, expect, test } from "vitest";
import { sum } from "#core/numeric/sum.ts";
import type { Dtype } from "#model/checkpoint.ts";
import { NATS } from "#test/agreement.ts";
import { abacusFiles, FAMILY_VARIANTS, randomCheckpoint } from "#test/checkpoints.ts";
import { loadInNode, unaborted } from "#test/engine.ts";
import { headAt, neuronAt } from "#test/interventions.ts";
import type { ReferenceModel } from "#test/reference/families/family.ts";
import { forward } from "#test/reference/forward.ts";
import { lensOf } from "#test/reference/lens.ts";
import { readModel } from "#test/reference/model.ts";
import { quantised } from "#test/reference/quantise.ts";
import { directLogits, logitLens } from "#test/reference/reading.ts";
import { ModelSession } from "../session/model-session.ts";
import { LensSession } from "./lens-session.ts";

const IDS = [1, 20, 9, 33, 2, 31];
const TARGET = 17;
const AGAINST = 40;
const UNDER = [headAt(0, 1), headAt(1, 0, 0.5), neuronAt(1, 11, -1)];
const silent = () => undefined;

interface Started {
  readonly reference: ReferenceModel;
  readonly session: ModelSession;
  readonly lens: LensSession;
}

async function started(files: ReturnType<typeof randomCheckpoint>, dtype: Dtype = "f32"): Promise<Started> {
  const model = await loadInNode(files, dtype);
  const exact = readModel(files);
  const session = new ModelSession(model);
  const reference = dtype === "f32" ? exact : quantised(exact, dtype === "q8" ? 8 : 4);
  return { reference, session, lens: new LensSession(model, session) };
}

const MODELS = [
  ...FAMILY_VARIANTS.map((variant) => ({ ...variant, dtype: "f32" as const })),
  // a pair of a Llama's kind, one with biases everywhere, one whose FFN stands beside attention
  ...(["llama", "gpt2", "gptj"] as const).map((family) => ({
    name: family,
    changes: { family },
    dtype: "q4" as const,
  })),
];

describe.each(MODELS)("$name in $dtype", ({ changes, dtype }) => {
  let at: Started;
  beforeAll(async () => {
    at = await started(randomCheckpoint(changes), dtype);
  });

  test.each([[[]], [UNDER]])(
    "with %o, every part's direct effect is the reference's, and all add up to the logit",
    async (interventions) => {
      const { reference, lens } = at;
      const run = forward(reference, IDS, interventions);
      for (const against of [undefined, AGAINST]) {
        const wanted = directLogits(reference, run, TARGET, against);
        const asked = { target: TARGET, interventions, layer: 1, ...(against !== undefined && { against }) };
        const found = await lens.directLogits(IDS, asked, silent, unaborted());
        expect(found.total).toBeAllClose(wanted.total, NATS);
        expect(found.embedding).toBeAllClose(wanted.embedding, NATS);
        expect(found.heads).toBeAllClose(wanted.heads, NATS);
        expect(found.attention).toBeAllClose(wanted.heads.map(sum), NATS);
        expect(found.ffn).toBeAllClose(wanted.neurons.map(sum), NATS);
        expect(found.layer).toBe(1);
        expect(found.neurons!).toBeAllClose(wanted.neurons[1]!, NATS);
        expect(found.bias).toBeAllClose(wanted.bias, NATS);
        const parts = found.embedding + sum(found.attention) + sum(found.ffn) + found.bias;
        expect(parts).toBeAllClose(found.total, NATS);
        // said where the model has one: what adds up is the logit before it
        expect(found.softcap).toBe(reference.logitCap);
      }
    },
  );

  test.each([
    ["own", []],
    ["final", []],
    ["own", UNDER],
    ["final", UNDER],
  ] as const)("the lens at every layer and position, with the %s norm and %o", async (norm, interventions) => {
    const { reference, lens } = at;
    const frozen = lensOf(reference, forward(reference, IDS));
    const wanted = logitLens(frozen, forward(reference, IDS, interventions), norm, TARGET);
    const { layers } = await lens.logitLens(IDS, { target: TARGET, interventions, norm }, silent, unaborted());
    const names = ["embedding", ...Array.from({ length: reference.layers }, (_, layer) => `layer ${layer}`)];
    expect(layers.map(({ name }) => name)).toEqual(names);
    const found = layers.map(({ positions }) => positions);
    const numbers = ({ probability, logProbability }: { probability: number; logProbability: number }) => [
      probability,
      logProbability,
    ];
    expect(
      found.flat().map(({ top, logProbability }) => numbers({ probability: top.probability, logProbability })),
    ).toBeAllClose(wanted.flat().map(numbers), NATS);
    expect(found.map((row) => row.map(({ top, rank }) => [top.id, rank]))).toEqual(
      wanted.map((row) => row.map(({ top, rank }) => [top, rank])),
    );
  });
});

describe("on the bundled model", () => {
  let at: Started;
  beforeAll(async () => {
    at = await started(abacusFiles());
  });

  test("behind the last layer and through its own norm the lens is the prediction, the position's of a shorter prompt too", async () => {
    const { session, lens } = at;
    const read = await lens.logitLens("3+5=", { norm: "own" }, silent, unaborted());
    const ids = (await session.tokenize("3+5=")).ids;
    expect(read.first).toBe(0);
    for (const position of [1, 2, ids.length - 1]) {
      const { target, top } = await session.predict(
        ids.slice(0, position + 1),
        { top: 1, target: read.target },
        silent,
        unaborted(),
      );
      const reading = read.layers.at(-1)!.positions[position]!;
      expect(reading.top.text).toBe(top[0]!.text);
      expect([reading.logProbability, reading.top.probability]).toBeAllClose(
        [target.logProbability, top[0]!.probability],
        NATS,
      );
      expect(reading.rank).toBe(target.rank);
    }
  });

  test("the last positions alone are those of all", async () => {
    const { lens } = at;
    const all = await lens.logitLens("3+5=", { norm: "final" }, silent, unaborted());
    const done: number[] = [];
    const two = await lens.logitLens(
      "3+5=",
      { norm: "final", last: 2 },
      ({ done: sofar, total }) => done.push(sofar / total),
      unaborted(),
    );
    expect(two.first).toBe(all.layers[0]!.positions.length - 2);
    expect(two.layers.map(({ positions }) => positions)).toEqual(
      all.layers.map(({ positions }) => positions.slice(-2)),
    );
    expect(done.at(-1)).toBe(1);
  });

  test("what cannot be asked is refused with what is needed", async () => {
    const { lens } = at;
    await expect(lens.directLogits("3+5=", { target: 12, against: 12 }, silent, unaborted())).rejects.toThrow(
      "against: token 12 is the target itself",
    );
    await expect(lens.directLogits("3+5=", { layer: 6 }, silent, unaborted())).rejects.toThrow(
      "layer: 6 must be a whole number from 0 to 5",
    );
  });
});
