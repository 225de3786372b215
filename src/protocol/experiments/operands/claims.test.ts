import { expect, test } from "vitest";
import { helix } from "./helix.ts";
import type { HelixGroup } from "./helix.ts";
import { heuristics } from "./heuristics.ts";
import type { HeuristicGroup } from "./heuristics.ts";

const exact = (value: number) => ({ value, low: value, high: value });

test("a link claims of each operation how many neurons have a rule, and what is left at the largest k", () => {
  const count = (matched: number) => ({
    neurons: 8,
    matched,
    kinds: { identical: 0, value: 0, modulo: 0, range: matched, pattern: 0 },
  });
  const left = (value: number) => ({ accuracy: exact(value), nats: exact(1) });
  const row = (k: number, own: number) => ({
    count: k,
    neurons: k,
    own: left(own),
    others: left(0.75),
    random: left(1),
    difference: exact(0.75 - own),
  });
  const group: HeuristicGroup = {
    name: "+",
    pairs: 118,
    isHeldOut: true,
    heuristics: 60,
    sorted: { own: count(6), shuffled: count(1), others: count(5) },
    examples: [],
    tested: 4,
    correct: 4,
    rows: [row(2, 0.5), row(20, 0.25)],
  };
  expect(heuristics.claims({ fromLayer: 3, groups: [group] })).toEqual([
    { name: "+ sorted", value: 0.75 },
    { name: "+ off 20", value: 0.25 },
    { name: "+ others 20", value: 0.75 },
  ]);
  const none = { ...group, sorted: { ...group.sorted, own: { ...count(0), neurons: 0 } }, rows: [] };
  expect(heuristics.claims({ fromLayer: 3, groups: [none] })).toEqual([]);
});

test("a link claims of each operation the fit behind the first layer, and where each stand-in moves most", () => {
  const effect = (value: number) => ({ logit: exact(value), nats: exact(value), kept: exact(1) });
  const layer = (whole: number, own: number) => ({
    layer: effect(whole),
    helix: effect(own),
    leftOut: effect(0),
    components: effect(7),
    circle: effect(0),
    polynomial: effect(0),
    line: effect(0),
    shuffled: effect(0.5),
  });
  const fit = (own: number) => ({
    helix: own,
    circle: 0,
    polynomial: 0,
    line: 0,
    components: 1,
    leftOut: 0,
    shuffled: 0.1,
  });
  const group: HelixGroup = {
    name: "-",
    numbers: 90,
    least: 10,
    most: 99,
    sizes: { helix: 8, circle: 7, polynomial: 9, line: 1, components: 8 },
    fits: [fit(0.25), fit(0.5)],
    tested: 3,
    correct: 3,
    clean: { logit: exact(8), nats: exact(8) },
    layers: [layer(8, 2), layer(4, 3)],
  };
  expect(helix.claims({ groups: [group], left: [] })).toEqual([
    { name: "- R² L1", value: 0.5 },
    { name: "- layer", value: 8, unit: "logits" },
    { name: "- helix", value: 3, unit: "logits" },
    { name: "- components", value: 7, unit: "logits" },
    { name: "- shuffled", value: 0.5, unit: "logits" },
  ]);
  expect(helix.claims({ groups: [{ ...group, fits: [], layers: [] }], left: [] })).toEqual([]);
});
