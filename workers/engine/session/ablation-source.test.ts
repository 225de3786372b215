import { beforeAll, describe, expect, test } from "vitest";
import type { Intervention } from "#model/interventions.ts";
import type { RequestFor } from "#protocol/experiments.ts";
import { NATS } from "#test/agreement.ts";
import { abacusFiles, randomCheckpoint } from "#test/checkpoints.ts";
import { loadInNode, unaborted } from "#test/engine.ts";
import { meanOfSource } from "#test/reference/experiments.ts";
import type { ReferenceModel } from "#test/reference/families/family.ts";
import { forward } from "#test/reference/forward.ts";
import type { AblationSource } from "#test/reference/forward.ts";
import { atLast, lensOf, logProbability } from "#test/reference/lens.ts";
import { compareNeurons } from "#test/reference/method.ts";
import { readModel } from "#test/reference/model.ts";
import { headAt, neuronAt } from "#test/interventions.ts";
import { ChainSession } from "../chain/chain-session.ts";
import { ExperimentSession } from "../experiments/experiment-session.ts";
import { LabSession } from "../lab/lab-session.ts";
import type { LoadedModel } from "../load/load-model.ts";
import { ModelSession } from "./model-session.ts";
import { NeuronIndex } from "../lab/neuron-index.ts";
import { memoryStore } from "../store/file-store.ts";

const IDS = [1, 5, 9, 33, 2, 96];
const TARGET = 17;
const PROMPTS = { "one other prompt": [IDS.with(2, 40)], "three prompts": [IDS, IDS.with(2, 40), IDS.with(4, 8)] };
/** Off, half way, beyond, and the other way. */
const CHANGED = [headAt(0, 1), headAt(1, 0, 0.5), neuronAt(0, 3), neuronAt(1, 11, -1), neuronAt(1, 2, 2)];

const FAMILIES = [
  {},
  { family: "gpt2", heads: 3, kvHeads: 3, headDim: 14, modelDim: 42, layers: 2, seed: 14 },
] as const;

describe.each(FAMILIES)("in f32 on a random model, %o, the float64 reference", (changes) => {
  let model: LoadedModel;
  let session: ModelSession;
  let lab: LabSession;
  let reference: ReferenceModel;
  beforeAll(async () => {
    const files = randomCheckpoint(changes);
    model = await loadInNode(files, "f32");
    const index = new NeuronIndex(model.runner);
    session = new ModelSession(model, index);
    lab = new LabSession(model, index, session);
    reference = readModel(files);
  });

  const answered = (
    ablationSource: AblationSource,
    interventions: readonly Intervention[],
    ids: readonly number[] = IDS,
  ) => logProbability(atLast(forward(reference, ids, interventions, ablationSource).logits), TARGET);

  describe.each(Object.entries(PROMPTS))("with the mean of %s in their place", (_, ablationSource) => {
    let wanted: AblationSource;
    beforeAll(() => {
      wanted = meanOfSource(reference, ablationSource);
    });

    test("has the answer", async () => {
      const { target } = await session.predict(
        IDS,
        { top: 10, target: TARGET, interventions: CHANGED, ablationSource },
        () => undefined,
        unaborted(),
      );
      expect(target.logProbability).toBeAllClose(answered(wanted, CHANGED), NATS);
    });

    test("has every head's loss", async () => {
      const found = await session.sweepHeads(IDS, { target: TARGET, ablationSource }, () => undefined, unaborted());
      const rows = Array.from({ length: reference.layers }, (_layer, layer) =>
        Array.from({ length: reference.heads }, (_head, head) => answered(wanted, [headAt(layer, head)])),
      );
      expect(found.logProbability).toBeAllClose(rows, NATS);
    });

    test("has the neurons that lose most", async () => {
      const asked = { target: TARGET, interventions: [headAt(0, 1)], ablationSource, count: 12 };
      const { rows, certified } = await session.compareNeurons(IDS, asked, () => undefined, unaborted());
      const clean = forward(reference, IDS);
      const changed = forward(reference, IDS, [headAt(0, 1)], wanted);
      const want = compareNeurons(lensOf(reference, clean), clean, changed, TARGET).slice(0, rows.length);
      expect(certified).toBe(true);
      expect(rows.map(({ change }) => change)).toBeAllClose(
        want.map(({ change }) => change),
        NATS,
      );
    });

    test("has a head's and a neuron's own loss on top of others", async () => {
      const asked = { target: TARGET, interventions: CHANGED, ablationSource };
      const head = await session.inspectHead(IDS, { ...asked, head: { layer: 1, head: 1 } }, unaborted());
      expect(head.withoutIt).toBeAllClose(answered(wanted, [...CHANGED, headAt(1, 1)]), NATS);
      const neuron = await session.inspectNeuron(IDS, { ...asked, neuron: { layer: 1, neuron: 7 } }, unaborted());
      expect([neuron.baseline, neuron.withoutIt]).toBeAllClose(
        [answered(wanted, CHANGED), answered(wanted, [...CHANGED, neuronAt(1, 7)])],
        NATS,
      );
    });

    test("has a group's loss", async () => {
      const neurons = [
        { layer: 0, neuron: 3 },
        { layer: 1, neuron: 11 },
      ];
      const asked = { target: TARGET, interventions: [headAt(1, 1, 0.5)], ablationSource, neurons, draws: 1, seed: 1 };
      const { baseline, withoutGroup } = await lab.neuronGroup(IDS, asked, unaborted());
      const off = neurons.map(({ layer, neuron }) => neuronAt(layer, neuron));
      expect([baseline, withoutGroup]).toBeAllClose(
        [answered(wanted, asked.interventions), answered(wanted, [...asked.interventions, ...off])],
        NATS,
      );
    });
  });

  test("has an answer of several tokens, which the other prompts are followed by as well", async () => {
    const answer = [7, TARGET];
    const { tokens } = await session.scoreAnswer(
      IDS,
      { answer, interventions: CHANGED, ablationSource: PROMPTS["three prompts"] },
      unaborted(),
    );
    const wanted = meanOfSource(
      reference,
      PROMPTS["three prompts"].map((ids) => [...ids, 7]),
    );
    expect(tokens[1]!.logProbability).toBeAllClose(answered(wanted, CHANGED, [...IDS, 7]), NATS);
  });

  test("changes nothing where a prompt stands in for itself", async () => {
    const asked = { target: TARGET, ablationSource: [IDS] };
    const { target } = await session.predict(
      IDS,
      { top: 10, ...asked, interventions: CHANGED },
      () => undefined,
      unaborted(),
    );
    const clean = await session.predict(IDS, { top: 10, target: TARGET }, () => undefined, unaborted());
    expect(target.logProbability).toBeAllClose(clean.target.logProbability, NATS);
    const { logProbability: swept } = await session.sweepHeads(IDS, asked, () => undefined, unaborted());
    expect(swept.flat()).toBeAllClose(
      swept.flat().map(() => clean.target.logProbability),
      NATS,
    );
  });
});

describe("on the bundled model", () => {
  let model: LoadedModel;
  let session: ModelSession;
  beforeAll(async () => {
    model = await loadInNode(abacusFiles(), "f32");
    session = new ModelSession(model);
  });

  test.each([
    ["mean", ["3+5=", "2+4=", "7+1="]],
    ["resample", ["2+4="]],
  ] as const)("a suite's %s ablation of a case is that of its prompt", async (ablation, ablationSource) => {
    const suite = {
      kind: "pasted",
      text: ["3+5=,8", "2+4=,6", "7+1=,8"].slice(0, ablation === "mean" ? 3 : 2).join("\n"),
    } as const;
    const request: RequestFor<"heads"> = { kind: "heads", suite, per: "token", onlyCorrect: false, seed: 1, ablation };
    const experiments = new ExperimentSession({
      model,
      index: new NeuronIndex(model.runner),
      fingerprint: "test",
      store: memoryStore(),
    });
    const { found } = await experiments.run(request, () => undefined, { signal: unaborted() });
    if (!("heads" in found)) throw new Error("no table");
    // what all cases lose together is what each loses by itself
    const losses = async (prompt: string, answer: string, others: readonly string[]) => {
      const [target] = (await session.tokenize(answer)).ids.slice(-1);
      const asked = { ...(target !== undefined && { target }), ablationSource: others };
      const { baseline, logProbability: swept } = await session.sweepHeads(prompt, asked, () => undefined, unaborted());
      return swept.flat().map((value) => baseline - value);
    };
    const each =
      ablation === "mean"
        ? [
            await losses("3+5=", "8", ablationSource),
            await losses("2+4=", "6", ablationSource),
            await losses("7+1=", "8", ablationSource),
          ]
        : [await losses("3+5=", "8", ["2+4="]), await losses("2+4=", "6", ["3+5="])];
    expect(found.heads.map(({ all }) => all.change.value)).toBeAllClose(
      each[0]!.map((_, head) => each.reduce((sum, values) => sum + values[head]!, 0) / each.length),
      NATS,
    );
  });

  test("a chain's head is off as everywhere else", async () => {
    const asked = { ablationSource: ["2+4=", "7+1=", "6+2="] };
    const chain = await new ChainSession(model, session).chain("3+5=", asked, () => undefined, unaborted());
    const { baseline, logProbability: swept } = await new ModelSession(model).sweepHeads(
      "3+5=",
      asked,
      () => undefined,
      unaborted(),
    );
    const evidence = chain.stages.find(({ name }) => name === "feature-predicting")!.evidence!;
    if (evidence.stage !== "feature-predicting") throw new Error("no predicting stage");
    expect(evidence.effect).toBeAllClose(baseline - Math.min(...swept.flat()), NATS);
  });

  test.each([
    [
      ["3+5=8"],
      "ablation-source: “3+5=8” has 6 tokens and what it stands in for has 5; position by position, it needs as many",
    ],
    [[[1, 7]], "ablation-source: the prompt 1 7 has 2 tokens and what it stands in for has 5"],
    [[""], "the prompt is empty"],
  ])("%j are refused with what was found", async (ablationSource, sentence) => {
    const asked = session.predict(
      "3+5=",
      { top: 10, interventions: [headAt(0, 7)], ablationSource },
      () => undefined,
      unaborted(),
    );
    await expect(asked).rejects.toThrow(sentence);
  });

  test("a plot's prompts need the ablation-source' length", async () => {
    const lab = new LabSession(model, new NeuronIndex(model.runner), session);
    const plot = (template: string) =>
      lab.operandPlot(
        {
          template,
          operation: "+",
          a: { from: 2, to: 3 },
          b: { from: 5, to: 5 },
          quantity: { kind: "head", at: { layer: 0, head: 7 } },
          ablationSource: ["2+4="],
        },
        () => undefined,
        unaborted(),
      );
    const { values } = await plot("{a}+{b}=");
    const { baseline, logProbability: swept } = await session.sweepHeads(
      "3+5=",
      { target: 12, ablationSource: ["2+4="] },
      () => undefined,
      unaborted(),
    );
    expect(values[1]![0]).toBeAllClose(baseline - swept[0]![7]!, NATS);
    await expect(plot("{a}+{b}+1=")).rejects.toThrow(
      "ablation-source: “2+4=” has 5 tokens and what it stands in for has 7",
    );
  });
});
