import { Fault } from "#core/fault.ts";
import { fc } from "#test/fast-check.ts";
import { expect, test } from "vitest";
import { checkHead, checkNeuron, formatHead, formatNeuron, parseHead, parseNeuron } from "./ids.ts";

const extent = { layers: 6, heads: 8, neurons: 512 };

test.each(["L17H22", "l17h22", "L17 H22", "L17.H22", "17.22", "17_22", "17^22", "  L17H22 "])(
  "reads %j as L17H22",
  (text) => {
    expect(parseHead(text)).toEqual({ layer: 17, head: 22 });
  },
);

test.each(["L28N3696", "l28n3696", "L28 N3696", "28.3696", "28_3696", "28^3696"])("reads %j as L28N3696", (text) => {
  expect(parseNeuron(text)).toEqual({ layer: 28, neuron: 3696 });
});

test.each(["", "17", "L17", "H22", "L17N22", "L-1H2", "17.22.3", "L1.5H2", "17 22", "L17H", "17-22"])(
  "%j is no head",
  (text) => {
    expect(parseHead(text)).toBeUndefined();
  },
);

test("a head is not a neuron", () => {
  expect(parseNeuron("L17H22")).toBeUndefined();
});

test("reads what it writes", () => {
  fc.assert(
    fc.property(fc.nat({ max: 200 }), fc.nat({ max: 50_000 }), (layer, index) => {
      expect(parseHead(formatHead({ layer, head: index }))).toEqual({ layer, head: index });
      expect(parseNeuron(formatNeuron({ layer, neuron: index }))).toEqual({ layer, neuron: index });
    }),
  );
});

test("lets through what the model has", () => {
  expect(checkHead({ layer: 5, head: 7 }, extent)).toEqual({ layer: 5, head: 7 });
  expect(checkNeuron({ layer: 0, neuron: 511 }, extent)).toEqual({ layer: 0, neuron: 511 });
});

test.each([
  { layer: 6, head: 0 },
  { layer: 0, head: 8 },
  { layer: -1, head: 0 },
  { layer: 0.5, head: 0 },
  { layer: NaN, head: 0 },
])("refuses head $layer.$head and names the range", (at) => {
  expect(() => checkHead(at, extent)).toThrow(
    new Fault("bad-request", `head ${formatHead(at)} is not in this model: it has layers 0 to 5 with heads 0 to 7`),
  );
});

test("refuses a neuron beyond the last and names the range", () => {
  expect(() => checkNeuron({ layer: 2, neuron: 512 }, extent)).toThrow(
    new Fault("bad-request", "neuron L2N512 is not in this model: it has layers 0 to 5 with neurons 0 to 511"),
  );
});
