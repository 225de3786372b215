import { expect, test } from "vitest";
import { handedOnChain } from "#test/chains.ts";
import { nodeTitle, roleText } from "./chain-words.ts";

test.each([
  ["E@1", "“drei” at 1", "the word’s embedding"],
  ["L0N0@1", "L0N0 at 1", "shallow FFN neuron, writes at 1 “drei”"],
  ["L1A", "attention L1", "shallow attention layer, writes at 5 “=”"],
  ["L1A@3", "attention L1 at 3", "shallow attention layer, writes at 3 “fünf”"],
  ["L3H1", "L3H1", "predicting head, writes at 5 “=”"],
  ["L4N1", "L4N1", "deep FFN neuron, writes at 5 “=”"],
  ["prediction", "prediction", "the prediction, writes at 5 “=”"],
])("%s is told apart by its name and by where it writes", (id, title, role) => {
  const chain = handedOnChain();
  const node = chain.nodes.find((each) => each.id === id)!;
  expect(nodeTitle(node)).toBe(title);
  expect(roleText(node, chain)).toBe(role);
});

test("no two parts of a chain bear one name", () => {
  const titles = handedOnChain().nodes.map(nodeTitle);
  expect(new Set(titles).size).toBe(titles.length);
});
