import { beforeEach, describe, expect, test, vi } from "vitest";
import { DEFAULT_THRESHOLDS } from "#analysis/chain/thresholds.ts";
import { askedMoment, callsOf, CLEAN, OFF } from "#test/asked-moment.ts";
import { crowdedChain } from "#test/chains.ts";
import {
  publishedShown,
  resetThresholds,
  setMeasured,
  setOtherPrompt,
  setOtherVariant,
  setPredictingHead,
  setPublished,
  setThreshold,
} from "./chain-view.ts";
import { changedSettings, lowerThreshold } from "./chain-nodes.ts";
import { DEFAULT_CHAIN, VIEWS } from "./link/finding.ts";
import type { ChainSettings } from "./link/finding.ts";
import { chainDemands } from "./run/later/chain-demands.ts";
import type { Moment } from "./run/demand.ts";
import { EMPTY_SLOT, results } from "./run/results.ts";
import { setChain, showTab, view } from "./view.ts";

const settings = () => view.getState().chain;

beforeEach(() => setChain(DEFAULT_CHAIN));

test("a published record is what the page shows on the chain's tab alone, and only while it is chosen", () => {
  const shown = () => VIEWS.filter((tab) => (showTab(tab), publishedShown(view.getState()) !== undefined));
  expect(shown()).toEqual([]);
  setPublished("llama-7b-3plus5");
  expect(shown()).toEqual(["chain"]);
  setPublished(undefined);
  expect(shown()).toEqual([]);
});

describe("how a chain is looked at", () => {
  test("leaves the link as soon as it is as it begins", () => {
    expect(changedSettings(settings())).toBeUndefined();
    setThreshold("headEffect", 1);
    setThreshold("transferShare", 0.2);
    setPredictingHead({ layer: 3, head: 6 });
    setOtherPrompt("4+5=");
    setOtherVariant("adapted");
    expect(changedSettings(settings())).toEqual({
      thresholds: { headEffect: 1, transferShare: 0.2 },
      head: { layer: 3, head: 6 },
      other: "4+5=",
      otherVariant: "adapted",
    });
    setThreshold("headEffect", DEFAULT_THRESHOLDS.headEffect);
    expect(settings().thresholds).toEqual({ transferShare: 0.2 });
    resetThresholds();
    setPredictingHead(undefined);
    setOtherPrompt(undefined);
    setOtherVariant(undefined);
    expect(settings()).toEqual(DEFAULT_CHAIN);
  });

  test.each([
    ["head-effect", 0.289, { name: "headEffect", value: 0.28 }],
    ["promoting-share", 0.2, { name: "promotingShare", value: 0.2 }],
    ["deep-neurons", 0, { name: "neuronChange", value: 0 }],
    // a head that raises the answer is none at any threshold
    ["head-effect", -0.3, undefined],
  ] as const)("a chain that lacks its head for %s %d can be had at %j", (measure, value, lower) => {
    const chain = crowdedChain();
    const criteria = [{ measure, value, threshold: 1, holds: false }];
    const stages = chain.stages.map((stage) => (stage.name === "feature-predicting" ? { ...stage, criteria } : stage));
    expect(lowerThreshold({ ...chain, stages })).toEqual(lower);
  });
});

describe("what is asked of the engine", () => {
  const moment = (changes: Partial<Moment> = {}): Moment =>
    askedMoment({ tab: "chain", chain: DEFAULT_CHAIN, ...changes });
  const calls = (now: Moment, chain: ChainSettings = DEFAULT_CHAIN) => callsOf(chainDemands(now, chain, CLEAN));
  const base = { thresholds: {}, target: 12, interventions: [] };

  test("one chain, and with something off the same in both runs", async () => {
    expect(await calls(moment())).toEqual([["chain", "3+5=", base]]);
    expect(await calls(moment({ interventions: [OFF] }))).toEqual([
      ["chain", "3+5=", base],
      ["chain", "3+5=", { ...base, interventions: [OFF] }],
    ]);
  });

  test("another prompt answers for itself, another variant about the same target, and only where there is one", async () => {
    const other = await calls(moment(), { ...DEFAULT_CHAIN, other: "4+5=" });
    expect(other[1]).toEqual(["chain", "4+5=", { thresholds: {}, interventions: [] }]);
    const beside = { ...DEFAULT_CHAIN, otherVariant: "adapted" } as const;
    expect((await calls(moment({ hasAdapter: true }), beside))[1]).toEqual([
      "chain",
      "3+5=",
      { ...base, variant: "adapted" },
    ]);
    expect(await calls(moment(), beside)).toHaveLength(1);
    const shown = await calls(moment({ hasAdapter: true, variant: "adapted" }), { ...beside, otherVariant: "base" });
    expect(shown).toEqual([
      ["chain", "3+5=", { ...base, variant: "adapted" }],
      ["chain", "3+5=", base],
    ]);
  });

  test("the two variants' chains, and two prompts', have keys of their own", () => {
    const key = (now: Moment) => chainDemands(now, DEFAULT_CHAIN, CLEAN).chain!.key;
    const keys = [moment(), moment({ variant: "adapted" }), moment({ prompt: "4+5=" })].map(key);
    expect(new Set(keys).size).toBe(3);
  });

  test("the edges are measured where somebody asks for it, of the chain that is there, and reported as they are known", async () => {
    const { key } = chainDemands(moment(), DEFAULT_CHAIN, CLEAN).chain!;
    const chain = { ...EMPTY_SLOT, value: crowdedChain(), answers: key, status: "done" } as const;
    const slots = { ...results.getInitialState(), chain };
    const measured = { ...DEFAULT_CHAIN, isMeasured: true } as const;
    const names = async (now: Moment, how: ChainSettings) => (await calls(now, how)).map(([name]) => name);
    expect(await names(moment({ slots }), DEFAULT_CHAIN)).not.toContain("chainEdges");
    expect(await names(moment(), measured)).not.toContain("chainEdges");
    // what is ablated has no part in them, what stands in for it has
    const asked = moment({ slots, ablationSource: ["4+5="] });
    const { key: ofSource } = chainDemands(asked, measured, CLEAN).chain!;
    const there = { ...slots, chain: { ...chain, answers: ofSource } };
    expect((await calls({ ...asked, slots: there, interventions: [OFF] }, measured)).at(-1)).toEqual([
      "chainEdges",
      "3+5=",
      { thresholds: {}, target: 12, ablationSource: ["4+5="] },
    ]);
    const { chainEdges } = chainDemands(moment({ slots }), measured, CLEAN);
    const [partial, progress] = [vi.fn<(part: unknown) => void>(), vi.fn<(done: object) => void>()];
    const engine = {
      chainEdges: (_: unknown, __: unknown, { onProgress }: { onProgress: (report: unknown) => void }) => {
        onProgress({ done: 1, total: 4 });
        onProgress({ edges: [] });
      },
    };
    void chainEdges!.run(engine as never, { signal: AbortSignal.abort(), partial, progress });
    expect([partial.mock.calls, progress.mock.calls]).toEqual([[[{ edges: [] }]], [[{ done: 1, total: 4 }]]]);
    setMeasured(true);
    expect(changedSettings(settings())).toEqual({ isMeasured: true });
    setMeasured(false);
    expect(changedSettings(settings())).toBeUndefined();
  });

  test("the control is of the deep neurons that the chain has, once it is there", async () => {
    const { key } = chainDemands(moment(), DEFAULT_CHAIN, CLEAN).chain!;
    const chain = { ...EMPTY_SLOT, value: crowdedChain(), answers: key, status: "done" } as const;
    const slots = { ...results.getInitialState(), chain };
    const [, control] = await calls(moment({ slots }));
    const neurons = Array.from({ length: 8 }, (_, neuron) => ({ layer: 3 + (neuron % 5), neuron }));
    expect(control).toEqual(["neuronGroup", "3+5=", { neurons, draws: 5, target: 12 }]);
    const ofEarlier = { ...slots, chain: { ...chain, answers: "an earlier question" } };
    expect(await calls(moment({ slots: ofEarlier }))).toHaveLength(1);
  });
});
