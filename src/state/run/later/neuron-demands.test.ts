import { expect, test } from "vitest";
import { askedMoment, callsOf, CLEAN, OFF } from "#test/asked-moment.ts";
import type { Moment } from "../demand.ts";
import { neuronDemands } from "./neuron-demands.ts";

const moment = (changes: Partial<Moment>): Moment => askedMoment({ tab: "neurons", ...changes });
const calls = (now: Moment) => callsOf(neuronDemands(now, CLEAN));

test("while nothing is off the neurons that give most are asked of the variant that is shown, and nothing where nobody looks", async () => {
  expect(await calls(moment({}))).toEqual([["topNeurons", "3+5=", { target: 12, count: 10 }]]);
  expect(await calls(moment({ tab: "heads" }))).toEqual([]);
});

test("with something off, or with an adapter, it is a comparison", async () => {
  expect(await calls(moment({ interventions: [OFF] }))).toEqual([
    ["compareNeurons", "3+5=", { target: 12, count: 10, interventions: [OFF] }],
  ]);
  expect(await calls(moment({ hasAdapter: true, variant: "adapted" }))).toEqual([
    ["compareNeurons", "3+5=", { target: 12, count: 10, against: { variant: "adapted" } }],
  ]);
});

test("another prompt, target, variant or length of the list is another question", () => {
  const keyOf = (changes: Partial<Moment>, target = 12) =>
    neuronDemands(moment(changes), { tokens: [], target: { id: target, text: "" } }).topNeurons!.key;
  const keys = [
    keyOf({}),
    keyOf({ prompt: "3+6=" }),
    keyOf({}, 13),
    keyOf({ variant: "adapted" }),
    keyOf({ count: 20 }),
  ];
  expect(new Set(keys).size).toBe(keys.length);
  // what would stand in for parts that are ablated has no part in it
  expect(keyOf({ ablationSource: ["4+4="] })).toBe(keys[0]);
});
