import { expect, test } from "vitest";
import { NATS } from "#test/agreement.ts";
import { randomCheckpoint } from "#test/checkpoints.ts";
import { loadInNode, unaborted } from "#test/engine.ts";
import { headAt, neuronAt } from "#test/interventions.ts";
import { meanOfSource } from "#test/reference/experiments.ts";
import { forward } from "#test/reference/forward.ts";
import { atLast, logProbability } from "#test/reference/lens.ts";
import { targetOf } from "#test/reference/method.ts";
import { readModel } from "#test/reference/model.ts";
import { ModelSession } from "./model-session.ts";

const IDS = [1, 5, 9, 33, 2, 96];
const TARGET = 17;
/** Off, half way, turned round, and a neuron of the first and of the last layer. */
const UNDER = [headAt(0, 1), headAt(1, 0, 0.5), headAt(1, 2, -1), neuronAt(0, 3), neuronAt(1, 11, 2)];

const MODELS = [
  { family: "llama" },
  { family: "gpt2", neurons: 58 },
  { family: "gptj" },
  { family: "gpt_neox", parallel: false },
] as const;
const SOURCES = [undefined, [IDS.with(2, 40), IDS.with(4, 8)]] as const;

test.each(MODELS.flatMap((changes) => SOURCES.map((source) => ({ changes, source }))))(
  "every head off on top of what is off: as the reference on $changes.family, replaced from $source",
  async ({ changes, source }) => {
    const files = randomCheckpoint(changes);
    const reference = readModel(files);
    const session = new ModelSession(await loadInNode(files, "f32"));
    const asked = { target: TARGET, interventions: UNDER, ...(source && { ablationSource: source }) };
    const found = await session.sweepHeads(IDS, asked, () => undefined, unaborted());
    const wanted = source && meanOfSource(reference, source);
    const answered = (...more: typeof UNDER) =>
      logProbability(atLast(forward(reference, IDS, [...UNDER, ...more], wanted).logits), TARGET);
    expect(found.baseline).toBeAllClose(answered(), NATS);
    const rows = Array.from({ length: reference.layers }, (_layer, layer) =>
      Array.from({ length: reference.heads }, (_head, head) => answered(headAt(layer, head))),
    );
    expect(found.logProbability).toBeAllClose(rows, NATS);
  },
);

test("what is off is part of what a sweep is remembered by, and the target is the clean run's", async () => {
  const files = randomCheckpoint();
  const session = new ModelSession(await loadInNode(files, "f32"));
  const swept = (options: object) => session.sweepHeads(IDS, options, () => undefined, unaborted());
  const clean = await swept({});
  const under = await swept({ interventions: [headAt(0, 1)] });
  expect(clean.target).toBe(targetOf(forward(readModel(files), IDS)));
  expect(under.target).toBe(clean.target);
  expect(under.baseline).toBeAllClose(clean.logProbability[0]![1]!, NATS);
  // that head is ablated already
  expect(under.logProbability[0]![1]).toBeAllClose(under.baseline, NATS);
  expect(under.logProbability[0]![0]).not.toBeCloseTo(clean.logProbability[0]![0]!, 3);
  expect(await swept({})).toEqual(clean);
});

test("row by row gives the same sweep under interventions", async () => {
  const model = await loadInNode(randomCheckpoint(), "f32");
  const swept = (rowByRow: boolean) =>
    new ModelSession(model).sweepHeads(IDS, { interventions: UNDER, rowByRow }, () => undefined, unaborted());
  expect((await swept(true)).logProbability).toBeAllClose((await swept(false)).logProbability, NATS);
});
