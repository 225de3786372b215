import { expect, test } from "vitest";
import { prunedJson, prunedSnippet } from "./pruned-set.ts";

const set = {
  model: "abacus\nimport os",
  foundBy: "increase",
  neuronsPerLayer: 8,
  kept: [
    { layer: 3, neurons: [0, 7] },
    { layer: 4, neurons: [] },
  ],
};

test("a pruned set reads back from its file", () => {
  expect(JSON.parse(prunedJson(set))).toEqual(set);
});

test("the function for PyTorch names every layer, what stays, and nothing that a name brings along", () => {
  const snippet = prunedSnippet(set);
  expect(snippet.split("\n")[0]).toBe("# abacus import os: keeps 2 of the 16 neurons of the layers from 3 on.");
  expect(snippet).toContain("KEPT = {\n    3: [0, 7],\n    4: [],\n}\n");
  expect(snippet).toContain('assert weight.shape[1] == 8, f"layer {layer} has {weight.shape[1]} neurons, not 8"');
  expect(snippet).not.toMatch(/^import os/m);
});
