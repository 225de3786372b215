import { describe, expect, test } from "vitest";
import type { Engine } from "#client/engine.ts";
import { chainSurface } from "./chain-scripting.ts";

/** An engine that remembers what it was asked and answers nothing. */
function scripted() {
  const asked: unknown[][] = [];
  const engine = new Proxy(
    {},
    {
      get:
        (_, name: string) =>
        (...args: unknown[]) => {
          asked.push([name, ...args]);
          return Promise.resolve({});
        },
    },
  ) as Engine;
  return { surface: chainSurface(engine), asked };
}

const neuron = { layer: 4, neuron: 425 };
const off = [{ kind: "head", at: { layer: 0, head: 7 }, scale: 0 }];

describe("a call", () => {
  test.each<[string, (surface: ReturnType<typeof chainSurface>) => Promise<unknown>, unknown[]]>([
    ["layers", (s) => s.layerValues("3+5="), ["layerValues", "3+5=", {}]],
    [
      "heads under an intervention",
      (s) => s.headValues("3+5=", { interventions: [{ head: "L0H7" }], target: 12 }),
      ["headValues", "3+5=", { interventions: off, target: 12 }],
    ],
    [
      "positions in a head",
      (s) => s.positionValues("3+5=", { head: "0.7" }),
      ["positionValues", "3+5=", { at: { layer: 0, head: 7 } }],
    ],
    [
      "two prompts",
      (s) => s.comparePrompts("3+5=", { other: [1, 2], count: 5 }),
      ["comparePrompts", "3+5=", { other: [1, 2], count: 5 }],
    ],
    [
      "a transfer",
      (s) => s.featureTransfer("3+5=", { neuron: "L4N425", layer: 0 }),
      ["featureTransfer", "3+5=", { neuron, layer: 0 }],
    ],
    [
      "a trace through a head and a layer",
      (s) =>
        s.traceNeurons("3+5=", {
          neuron,
          path: [
            { head: "L3H6", position: 4 },
            { layer: 1, position: 2, weights: "attention" },
          ],
          layer: 0,
          count: 3,
        }),
      [
        "traceNeurons",
        "3+5=",
        {
          neuron,
          path: [
            { layer: 3, head: 6, position: 4, weights: "none" },
            { layer: 1, position: 2, weights: "attention" },
          ],
          layer: 0,
          count: 3,
        },
      ],
    ],
    [
      "a graph",
      (s) => s.enhancingGraph("3+5=", { neurons: ["L4N425", { layer: 1, neuron: 452 }] }),
      ["enhancingGraph", "3+5=", { neurons: [neuron, { layer: 1, neuron: 452 }] }],
    ],
    [
      "a chain with a head and a threshold",
      (s) => s.chain("3+5=", { head: "L0H7", thresholds: { headEffect: 1 } }),
      ["chain", "3+5=", { head: { layer: 0, head: 7 }, thresholds: { headEffect: 1 } }],
    ],
    [
      "a chain of the adapted model",
      (s) => s.chain("3+5=", { variant: "adapted" }),
      ["chain", "3+5=", { variant: "adapted" }],
    ],
    [
      "a trace in the adapted model",
      (s) => s.traceSources("3+5=", { neuron: "L4N425", path: [{ layer: 3, position: 4 }], variant: "adapted" }),
      ["traceSources", "3+5=", { neuron, path: [{ layer: 3, position: 4, weights: "none" }], variant: "adapted" }],
    ],
    [
      "a graph of the base",
      (s) => s.enhancingGraph("3+5=", { neurons: ["L4N425"], variant: "base" }),
      ["enhancingGraph", "3+5=", { neurons: [neuron], variant: "base" }],
    ],
    [
      "query neurons of thirty",
      (s) => s.queryNeurons("3+5=", { count: 5 }),
      ["queryNeurons", "3+5=", { count: 5, of: 30 }],
    ],
  ])("for %s asks the engine in its own terms", async (_name, call, want) => {
    const { surface, asked } = scripted();
    await call(surface);
    expect(asked).toEqual([want]);
  });
});

describe("refuses", () => {
  const surface = scripted().surface as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
  test.each<[string, unknown[], string]>([
    ["chain", ["3+5=", { threshold: {} }], "chain: there is no option “threshold”; it takes thresholds, head,"],
    ["chain", ["3+5=", { thresholds: { heads: 1 } }], "thresholds: there is no option “heads”"],
    [
      "chain",
      ["3+5=", { thresholds: { headEffect: "1" } }],
      "threshold headEffect is “1”; it needs to be a number from 0",
    ],
    ["chain", ["3+5=", { variant: "lora" }], "variant is “lora”; it needs to be one of base, adapted"],
    ["chain", ["3+5=", { head: 7 }], 'head is 7; it needs to be as "L0H7"'],
    ["comparePrompts", ["3+5=", { count: 3 }], "comparePrompts: other is missing; it is the prompt to compare with"],
    ["traceSources", ["3+5=", { neuron: "L4N425", path: "L3H6" }], "path is “L3H6”; it needs to be an array as"],
    [
      "traceSources",
      ["3+5=", { neuron: "L4N425", path: [{ position: 1 }] }],
      "hop has neither head nor layer; one of them is needed",
    ],
    [
      "traceSources",
      ["3+5=", { neuron: "L4N425", path: [{ head: "L3H6", position: 1, weights: "all" }] }],
      "weights is “all”; it needs to be one of none, attention",
    ],
    ["featureTransfer", ["3+5=", { neuron: "L4N425", layer: -1 }], "layer is -1; it needs to be a whole number from 0"],
    [
      "enhancingGraph",
      ["3+5=", { neurons: "L4N425" }],
      "enhancingGraph: neurons are “L4N425”; they need to be an array",
    ],
  ])("%s with %j", async (name, args, message) => {
    await expect(surface[name]!(...args)).rejects.toMatchObject({ code: "bad-request" });
    await expect(surface[name]!(...args)).rejects.toThrow(message);
  });
});
