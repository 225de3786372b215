import { expect, test } from "vitest";
import { crowdedChain, handedOnChain, measuredChain } from "#test/chains.ts";
import { READ_OFF } from "../../shared/words/read-off.ts";
import { edgeName, nodeName, nodeTitle, pathText, roleText } from "./chain-words.ts";

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

test("an edge says that it is a claim only, or what it is worth with it alone cut", () => {
  const [claimed, measured] = [crowdedChain(), measuredChain()];
  const into = measured.edges.findIndex(({ kind }) => kind === "predicts");
  const last = measured.edges.length - 1;
  expect(pathText(claimed.edges[into]!)).toBe("claimed only");
  expect(pathText({ ...measured.edges[into]!, path: { effect: 0.25, activation: { before: 4, after: 3 } } })).toBe(
    "activation 4.00 → 3.00, log p −0.25 nats",
  );
  expect(pathText(measured.edges[last]!)).toBe("log p −0.13 nats");
  expect(edgeName(claimed.edges[into]!, claimed)).toBe("L3H1 → L3N0; claimed: 1.00, share 40.0\u202f%; claimed only");
  expect(edgeName(measured.edges[last]!, measured)).toBe(
    "L5N7 → prediction; claimed: +1.00 nats; measured, cut alone: log p −0.13 nats",
  );
  const published = { ...claimed, provenance: { kind: "published", model: "Llama-7B", source: "a paper" } } as const;
  expect(edgeName(published.edges[last]!, published)).toBe("L5N7 → prediction; claimed: +1.00 nats");
});

test("what a part says itself is told as read off at its layer: e^1 is 2.72", () => {
  const chain = crowdedChain();
  const neuron = chain.nodes.find(({ kind }) => kind === "deep-neuron")!;
  expect(nodeName({ ...neuron, contribution: 1, effect: undefined, switchOff: [] }, false, true)).toBe(
    `deep FFN neuron at ${neuron.position}, makes the answer 2.7 times more likely, ${READ_OFF}`,
  );
  expect(edgeName(chain.edges.at(-1)!, chain, true)).toContain(
    `L5N7 → prediction; makes the answer 2.7 times more likely, ${READ_OFF}`,
  );
});
