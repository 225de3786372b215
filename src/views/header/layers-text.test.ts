import { expect, test } from "vitest";
import { layersText } from "./layers-text.ts";

test.each([
  [[3], "layer 3"],
  [[0, 1, 2, 3, 4, 5], "layers 0 to 5"],
  [[2, 3], "layers 2, 3"],
  [[0, 2, 3], "layers 0, 2, 3"],
])("%j are %s", (layers, text) => {
  expect(layersText(layers)).toBe(text);
});
