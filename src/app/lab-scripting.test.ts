import { expect, test } from "vitest";
import type { Engine } from "#client/engine.ts";
import { labSurface } from "./lab-scripting.ts";

/** A fake engine that remembers what it was asked; its tokenizer knows "8", with a BOS before it. */
function scripted() {
  const asked: unknown[][] = [];
  const remember =
    (name: string) =>
    (...args: unknown[]) => {
      asked.push([name, ...args]);
      return Promise.resolve({});
    };
  const names = ["buildIndex", "searchNeurons", "searchConcepts", "operandPlot", "neuronGroup", "neuronWiring"];
  const engine = {
    ...Object.fromEntries(names.map((name) => [name, remember(name)])),
    tokenize: () => Promise.resolve({ ids: [1, 12], texts: ["<s>", "8"], added: [0], unknown: [] }),
  };
  return { surface: labSurface(engine as unknown as Engine), asked };
}

/** A script is not type-checked. */
const untyped = () => scripted().surface as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;

test("asks the engine as it is asked, with what is left out filled in", async () => {
  const { surface, asked } = scripted();
  await surface.buildIndex();
  await surface.searchNeurons("8");
  await surface.searchNeurons(12, { by: "rank", end: "suppresses", count: 3 });
  await surface.searchConcepts({ words: ["three"], belowLayer: 2 });
  await surface.operandPlot({
    template: "{a}+{b}=",
    operation: "+",
    a: { from: 0, to: 9 },
    b: { from: 1, to: 2 },
    quantity: { neuron: "L4N425" },
    interventions: [{ head: "L0H7" }],
  });
  await surface.neuronGroup("3+5=", { neurons: ["L4N425", { layer: 5, neuron: 13 }], draws: 2, seed: 0, target: "8" });
  await surface.neuronWiring("4.425", { count: 5 });
  expect(asked).toEqual([
    ["buildIndex", {}],
    ["searchNeurons", { token: 12, count: 20, by: "logit", end: "promotes" }],
    ["searchNeurons", { token: 12, count: 3, by: "rank", end: "suppresses" }],
    ["searchConcepts", { words: ["three"], atLeast: 1, count: 20, belowLayer: 2 }],
    [
      "operandPlot",
      {
        template: "{a}+{b}=",
        operation: "+",
        a: { from: 0, to: 9 },
        b: { from: 1, to: 2 },
        quantity: { kind: "activation", at: { layer: 4, neuron: 425 } },
        interventions: [{ kind: "head", at: { layer: 0, head: 7 }, scale: 0 }],
      },
    ],
    [
      "neuronGroup",
      "3+5=",
      {
        neurons: [
          { layer: 4, neuron: 425 },
          { layer: 5, neuron: 13 },
        ],
        draws: 2,
        seed: 0,
        target: 12,
      },
    ],
    ["neuronWiring", { layer: 4, neuron: 425 }, { count: 5 }],
  ]);
});

const RANGE = { from: 0, to: 1 };
const PLOT = { template: "{a}+{b}=", operation: "+", a: RANGE, b: RANGE };

test.each([
  ["searchNeurons", [], "the token is missing"],
  ["searchNeurons", ["8", { by: "size" }], "by is “size”; it needs to be one of logit, rank"],
  ["searchNeurons", ["8", { limit: 3 }], "there is no option “limit”"],
  ["searchConcepts", [{ words: "three" }], "words are “three”"],
  ["searchConcepts", [{ words: ["3"], lastAttention: -1 }], "lastAttention is -1"],
  ["operandPlot", [{ ...PLOT, template: 3 }], "template is 3"],
  ["operandPlot", [{ ...PLOT, operation: undefined }], "operation is missing"],
  ["operandPlot", [{ ...PLOT, operation: "%" }], "operation is “%”; it needs to be one of +, -, *, /"],
  ["operandPlot", [{ ...PLOT, a: { from: 1 } }], "a is an object; it needs to be as { from: 0, to: 9 }"],
  ["operandPlot", [{ ...PLOT, quantity: { neuron: "L0H7" } }], "quantity is an object"],
  ["neuronGroup", ["3+5=", { neurons: "L4N425" }], "neurons are “L4N425”"],
  ["neuronGroup", ["3+5=", { neurons: ["L0H7"] }], "neuron is “L0H7”"],
  ["neuronWiring", [{ layer: 1 }], "neuron is"],
])("%s refuses what it cannot use: %j", async (call, args, message) => {
  await expect(untyped()[call]!(...args)).rejects.toMatchObject({
    code: "bad-request",
    message: expect.stringContaining(message) as unknown,
  });
});
