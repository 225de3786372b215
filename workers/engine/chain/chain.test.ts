import { beforeAll, describe, expect, test } from "vitest";
import type { Chain, StageName } from "#analysis/chain/chain.ts";
import type { Intervention } from "#model/interventions.ts";
import { abacusFiles, randomCheckpoint } from "#test/checkpoints.ts";
import { countBlocks } from "#test/counted-blocks.ts";
import type { CountedBlocks } from "#test/counted-blocks.ts";
import { loadInNode, unaborted } from "#test/engine.ts";
import { ChainSession } from "./chain-session.ts";
import type { LoadedModel } from "../load/load-model.ts";
import { ModelSession } from "../session/model-session.ts";
import { TraceSession } from "./trace-session.ts";

const NATS = { atol: 1e-4 };
/** More tokens than any vocabulary here has. */
const ALL = 10_000;

interface Started {
  readonly session: ModelSession;
  readonly chains: ChainSession;
  readonly traces: TraceSession;
  readonly counted: CountedBlocks;
}

/** A session whose every block is counted. */
function start(loaded: LoadedModel): Started {
  const counted = countBlocks(loaded.runner);
  const model = { ...loaded, runner: counted.runner } as LoadedModel;
  const session = new ModelSession(model);
  return { session, chains: new ChainSession(model, session), traces: new TraceSession(model, session), counted };
}

const ask = (
  { chains }: Started,
  ...[prompt, options = {}]: [string | number[], Parameters<ChainSession["chain"]>[1]?]
) => chains.chain(prompt, options, () => undefined, unaborted());

const stage = (chain: Chain, name: StageName) => chain.stages.find((each) => each.name === name)!;
const node = (chain: Chain, id: string) => chain.nodes.find((each) => each.id === id)!;
const evidenced = (chain: Chain) => chain.stages.filter(({ hasEvidence }) => hasEvidence).map(({ name }) => name);

describe("on the bundled model", () => {
  let started: Started;
  beforeAll(async () => {
    started = start(await loadInNode(abacusFiles(), "f32"));
  });

  test("3+5= is predicted by L0H7, whose neurons say eight and enhance each other; below layer 0 there is nothing", async () => {
    const chain = await ask(started, "3+5=");
    expect(chain.target.text).toBe("8");
    expect(evidenced(chain)).toEqual(["feature-predicting", "prediction-enhancing"]);
    const { evidence, nodes } = stage(chain, "feature-predicting");
    expect(evidence).toMatchObject({ head: { layer: 0, head: 7 }, compared: 10, promoting: 8 });
    expect(nodes).toEqual(["L0H7"]);
    expect(node(chain, "L0H7").effect!).toBeCloseTo(7.916, 3);
    expect(
      node(chain, "L4N425")
        .promotes.slice(0, 3)
        .map(({ text }) => text),
    ).toEqual(["8", "huit", "VIII"]);
    const [layers] = stage(chain, "feature-transferring").criteria;
    expect(layers).toEqual({ measure: "shallow-layers", value: 0, threshold: 1, holds: false });
    // the head reads the sign of addition itself
    expect(chain.edges.filter(({ kind }) => kind === "enhances").map(({ from, to }) => [from, to])).toEqual([
      ["E@2", "L0H7"],
    ]);
  });

  test.each(["12/4=", "9-4=", "6*7=", "45+27=", "72/8=", "the sum of 3 and 5 is", "three plus five is", "III + V ="])(
    "%s has a predicting head and neurons that it raises",
    async (prompt) => {
      const chain = await ask(started, prompt);
      expect(evidenced(chain)).toContain("feature-predicting");
      const deep = chain.nodes.filter(({ kind }) => kind === "deep-neuron");
      expect(deep.length).toBeGreaterThan(1);
      for (const { id, change, contribution } of deep) {
        expect(change).toBeGreaterThanOrEqual(0.05);
        expect(contribution).toBeGreaterThan(0);
        const edge = chain.edges.find(({ to, kind }) => to === id && kind === "predicts")!;
        expect(Math.abs(edge.measured!.before)).toBeGreaterThan(Math.abs(edge.measured!.after));
      }
    },
  );

  test.each([
    ["the capital of france is", ["head-effect"]],
    ["the nurse said that", ["head-effect"]],
    ["the doctor said that", ["head-effect"]],
    // a head does matter here, but what falls without it does not say rome
    ["the capital of italy is", ["promoting-share"]],
  ])("%s has no such head, and the chain says why", async (prompt, why) => {
    const chain = await ask(started, prompt);
    expect(evidenced(chain)).toEqual([]);
    expect([chain.nodes, chain.edges, chain.ablation]).toEqual([[], [], undefined]);
    const { criteria, evidence } = stage(chain, "feature-predicting");
    expect(criteria.filter(({ holds }) => !holds).map(({ measure }) => measure)).toEqual(why);
    expect(evidence).toMatchObject({ stage: "feature-predicting" });
    for (const name of ["feature-enhancing", "feature-transferring", "prediction-enhancing"] as const) {
      expect(stage(chain, name)).toMatchObject({ criteria: [], nodes: [], evidence: undefined });
    }
  });

  test("thresholds are the person's: moved up they take parts away, moved down they bring them", async () => {
    const few = await ask(started, "3+5=", { thresholds: { neuronChange: 0.25 } });
    const count = (chain: Chain) => chain.nodes.filter(({ kind }) => kind === "deep-neuron").length;
    expect(count(few)).toBe(3);
    const none = await ask(started, "3+5=", { thresholds: { headEffect: 8 } });
    expect(evidenced(none)).toEqual([]);
    const france = await ask(started, "the capital of france is", {
      thresholds: { headEffect: 0.1, promotingShare: 0.1 },
    });
    expect(evidenced(france)).toContain("feature-predicting");
  });

  test("a head of a higher layer has shallow neurons, which say the word only behind the head's transformation", async () => {
    const thresholds = { headEffect: 0.3, promotingShare: 0, neuronChange: 0.01 };
    const chain = await ask(started, "III + V =", { head: { layer: 3, head: 6 }, thresholds });
    const enhancing = stage(chain, "feature-enhancing");
    expect(enhancing.hasEvidence).toBe(true);
    expect(enhancing.evidence).toMatchObject({ neurons: 3, hiddenInterpretable: 3, positions: [1] });
    const shallow = chain.nodes.filter(({ kind }) => kind === "shallow-neuron");
    for (const { promotes, transformed } of shallow) {
      expect(transformed!.slice(0, 4).map(({ text }) => text)).toContain("III");
      expect(promotes.map(({ text }) => text)).not.toContain("III");
    }
  });

  test.each(["3+5=", "12/4=", "45+27=", "the sum of 3 and 5 is", "the capital of france is"])(
    "the chain of %s costs less than 60 forwards, a switch in it less than 6",
    async (prompt) => {
      const fresh = start(await loadInNode(abacusFiles(), "q8"));
      // the neurons' ranges belong to the model, not to the prompt
      await fresh.session.ranges(() => undefined, unaborted());
      fresh.counted.restart();
      const chain = await ask(fresh, prompt);
      expect(fresh.counted.forwards()).toBeLessThan(60);
      for (const { switchOff } of chain.nodes.filter((each) => each.switchOff.length > 0)) {
        fresh.counted.restart();
        await ask(fresh, prompt, { interventions: switchOff });
        await fresh.session.predict(prompt, { top: 10, interventions: switchOff }, () => undefined, unaborted());
        expect(fresh.counted.forwards()).toBeLessThan(6);
      }
    },
  );

  test("the map of heads and the chain share one sweep, whichever is asked first", async () => {
    const forwards = async (fresh: Started, first: "map" | "chain") => {
      await fresh.session.ranges(() => undefined, unaborted());
      const map = () => fresh.session.sweepHeads("3+5=", {}, () => undefined, unaborted());
      const chain = () => ask(fresh, "3+5=");
      fresh.counted.restart();
      for (const step of first === "map" ? [map, chain] : [chain, map]) await step();
      return fresh.counted.forwards();
    };
    const alone = start(await loadInNode(abacusFiles(), "q8"));
    await alone.session.ranges(() => undefined, unaborted());
    alone.counted.restart();
    await ask(alone, "3+5=");
    const cost = alone.counted.forwards();
    for (const first of ["map", "chain"] as const) {
      expect(await forwards(start(await loadInNode(abacusFiles(), "q8")), first)).toBeCloseTo(cost, 9);
    }
  });

  test("progress goes from nothing to the whole, and never back", async () => {
    const fresh = start(await loadInNode(abacusFiles(), "q8"));
    const seen: number[] = [];
    const report = ({ done, total }: { readonly done: number; readonly total: number }) => seen.push(done / total);
    await fresh.chains.chain("3+5=", {}, report, unaborted());
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.length).toBeGreaterThan(6);
    expect(seen.at(-1)).toBe(1);
    // the neurons' ranges are there now
    seen.length = 0;
    await fresh.chains.chain("4+5=", {}, report, unaborted());
    // the sweep is four fifths: the first block's 8 heads and the clean run, of 8 · (1 + … + 6) + 5 rows
    expect(seen[0]).toBeCloseTo((0.8 * 9) / 173, 12);
    // and what comes behind it is told step by step
    expect(seen.filter((share) => share > 0.8 && share < 1)).toHaveLength(5);
    expect(seen.at(-1)).toBe(1);
  });

  test("a stop is felt", async () => {
    const asked = started.chains.chain("8-3=", {}, () => undefined, AbortSignal.abort());
    await expect(asked).rejects.toMatchObject({ name: "AbortError" });
  });
});

/** A model in which all four stages have parts, once thresholds are low: random weights do nothing in particular. */
const LOW = { headEffect: 0, promotingShare: 0, neuronChange: 1e-4, enhancingDrop: -1 };
const MODELS = [
  ["the bundled model", abacusFiles, [1, 30, 1004, 21, 1008], { layer: 3, head: 6 }],
  ["random weights", () => randomCheckpoint({ layers: 4 }), [1, 5, 9, 33, 2, 96], { layer: 2, head: 1 }],
  ["random GPT-J", () => randomCheckpoint({ family: "gptj", layers: 4 }), [1, 5, 9, 33, 2, 41], { layer: 2, head: 1 }],
] as const;

describe.each(MODELS)("what a chain claims on %s", (_name, files, ids, head) => {
  let started: Started;
  let chain: Chain;
  const thresholds = { ...LOW, enhancingDrop: 0 };
  beforeAll(async () => {
    started = start(await loadInNode(files(), "f32"));
    chain = await ask(started, [...ids], { head, thresholds });
  });

  const without = async (switchOff: readonly Intervention[]) =>
    (
      await started.session.predict(
        ids,
        { top: 10, interventions: switchOff, target: chain.target.id! },
        () => undefined,
        unaborted(),
      )
    ).target.logProbability;

  test("stands on nodes that are there, each in at most one stage", () => {
    const ids = chain.nodes.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { from, to } of chain.edges) expect([ids.includes(from), ids.includes(to)]).toEqual([true, true]);
    const staged = chain.stages.flatMap(({ nodes }) => nodes);
    expect(new Set(staged).size).toBe(staged.length);
    const free = ids.filter((id) => !staged.includes(id) && id !== "prediction" && !id.startsWith("E@"));
    expect(free).toEqual([]);
    expect(chain.edges.length).toBeGreaterThan(10);
  });

  test("every node's effect is what switching it off does", async () => {
    const switchable = chain.nodes.filter(({ switchOff }) => switchOff.length > 0);
    for (const { switchOff, effect } of switchable) {
      expect(effect).toBeAllClose(chain.baseline - (await without(switchOff)), NATS);
    }
    expect(switchable.map(({ kind }) => kind)).toContain("shallow-neuron");
  });

  test("what leads with the head or without it has its probability in both", async () => {
    const { before, after } = chain.ablation!;
    const idsOf = (list: typeof before) => list.map(({ id }) => id!);
    expect(new Set(idsOf(after))).toEqual(new Set(idsOf(before)));
    expect(before.length).toBeGreaterThanOrEqual(10);
    const { switchOff } = chain.nodes.find(({ kind }) => kind === "head")!;
    for (const [list, interventions] of [
      [before, []],
      [after, switchOff],
    ] as const) {
      const { top } = await started.session.predict(ids, { interventions, top: ALL }, () => undefined, unaborted());
      expect(idsOf(list).slice(0, 10)).toEqual(top.slice(0, 10).map(({ id }) => id));
      const probabilities = new Map(top.map(({ id, probability }) => [id, probability]));
      expect(list.map(({ probability }) => probability!)).toBeAllClose(
        idsOf(list).map((id) => probabilities.get(id)!),
        NATS,
      );
    }
  });

  test("every edge that was measured is what its sender's loss does to its receiver", async () => {
    const after = async ({ from, to, measured }: Chain["edges"][number]) => {
      const { switchOff } = node(chain, from);
      if (measured!.quantity === "log-probability") return without(switchOff);
      const at = { layer: node(chain, to).layer!, neuron: node(chain, to).index! };
      const { activations } = await started.session.inspectNeuron(
        ids,
        { neuron: at, interventions: switchOff },
        unaborted(),
      );
      return activations.at(-1)!;
    };
    const measured = chain.edges.filter((edge) => edge.measured);
    for (const edge of measured) expect(edge.measured!.after).toBeAllClose(await after(edge), NATS);
    expect(new Set(measured.map(({ kind }) => kind))).toContain("predicts");
  });

  test("what arrives at the head and what is written for each place are shares of one whole", () => {
    const bySender = (to: string, kind: string) =>
      chain.edges.filter((edge) => edge.to === to && edge.kind === kind).map(({ share }) => share!);
    for (const each of chain.edges) {
      if (each.share === undefined) continue;
      expect(each.share).toBeGreaterThanOrEqual(0);
      expect(each.share).toBeLessThanOrEqual(1 + 1e-6);
    }
    const { id } = chain.nodes.find(({ kind }) => kind === "head")!;
    // all places that the head reads, those that it reads itself among them, are at most the whole
    const direct = new Map(
      chain.edges.flatMap(({ position, placeShare }) => (placeShare === undefined ? [] : [[position, placeShare]])),
    );
    const places = [...bySender(id, "transfers"), ...direct.values()];
    expect(places.reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(1 + 1e-6);
    for (const { to, kind, placeShare } of chain.edges) {
      expect(placeShare !== undefined).toBe(kind === "enhances" && to === id);
    }
  });

  test("switching a node off gives the same chain with the numbers of that run", async () => {
    const deep = chain.nodes.find(({ kind }) => kind === "deep-neuron")!;
    const changed = await ask(started, [...ids], { head, thresholds, interventions: deep.switchOff });
    expect(changed.baseline).toBeAllClose(chain.baseline - deep.effect!, NATS);
    expect(changed.nodes.map(({ id }) => id)).toEqual(chain.nodes.map(({ id }) => id));
    expect(changed.edges.map(({ from, to }) => [from, to])).toEqual(chain.edges.map(({ from, to }) => [from, to]));
    const off = node(changed, deep.id);
    // x + 0 differs from x by nothing
    expect([off.activation, off.contribution]).toBeAllClose([0, 0], { atol: 1e-6 });
    const sent = changed.edges.filter(({ from, kind }) => from === deep.id && kind === "amplifies");
    for (const { claimed } of sent) expect(Math.abs(claimed!)).toBe(0);
    const { id } = changed.nodes.find(({ kind }) => kind === "head")!;
    const noHead = await ask(started, [...ids], { head, thresholds, interventions: node(chain, id).switchOff });
    const predicts = noHead.edges.filter(({ kind }) => kind === "predicts" || kind === "transfers");
    for (const { claimed } of predicts) expect(Math.abs(claimed!)).toBeLessThan(1e-6);
    const again = await ask(started, [...ids], { head, thresholds });
    expect(again).toEqual(chain);
  });
});

describe("refuses with a sentence", () => {
  let started: Started;
  beforeAll(async () => {
    started = start(await loadInNode(randomCheckpoint(), "f32"));
  });
  const ids = [1, 5, 9];
  const neuron = { layer: 2, neuron: 3 };

  test.each<[string, () => Promise<unknown>, string]>([
    [
      "a head that the model does not have",
      () => ask(started, ids, { head: { layer: 0, head: 9 } }),
      "head L0H9 is not in this model",
    ],
    [
      "a layer above the neuron",
      () => started.traces.featureTransfer(ids, { neuron: { layer: 0, neuron: 3 }, layer: 1 }),
      "transfer: layer 1 is not on the way; layers 0 to 0 reach it",
    ],
    [
      "a hop upwards",
      () =>
        started.traces.traceSources(ids, {
          neuron,
          path: [
            { layer: 1, head: 0, position: 2, weights: "none" },
            { layer: 1, position: 0, weights: "none" },
          ],
        }),
      "trace: layer 1 is not on the way; layers 0 to 0 reach it",
    ],
    [
      "a position beyond the prompt",
      () => started.traces.traceSources(ids, { neuron, path: [{ layer: 1, head: 0, position: 3, weights: "none" }] }),
      "trace: position 3 is not in the prompt; it has positions 0 to 2",
    ],
    [
      "neurons of an FFN that lies above the path",
      () =>
        started.traces.traceNeurons(ids, {
          neuron,
          path: [{ layer: 0, head: 0, position: 2, weights: "none" }],
          layer: 0,
          count: 3,
        }),
      "trace: layer 0 is not on the way; no layer reaches it",
    ],
  ])("%s", async (_name, call, message) => {
    await expect(call()).rejects.toMatchObject({ code: "bad-request" });
    await expect(call()).rejects.toThrow(message);
  });
});
