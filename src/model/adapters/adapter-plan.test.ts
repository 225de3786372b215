import { fc } from "#test/fast-check.ts";
import { describe, expect, test } from "vitest";
import { Fault } from "#core/fault.ts";
import { readAdapterConfig } from "./adapter-config.ts";
import { planAdapter, stackedFactors } from "./adapter-plan.ts";
import type { BaseLayer, TensorShape } from "./adapter-plan.ts";
import type { WeightPlan } from "../spec.ts";

const CONFIG = { peft_type: "LORA", r: 2, lora_alpha: 6, target_modules: "all-linear" };

/** Two rows of q, one of v, over three inputs; the last of the three stands first in the graph. */
const QV: WeightPlan = {
  name: "qv",
  kind: "linear",
  tensors: ["model.layers.0.q_proj.weight", "model.layers.0.v_proj.weight"],
  shape: [3, 3],
  sourceRow: (row) => (row + 2) % 3,
};
const shapes = new Map([
  ["model.layers.0.q_proj.weight", [2, 3]],
  ["model.layers.0.v_proj.weight", [1, 3]],
]);
const BASE: readonly BaseLayer[] = [{ layer: 0, plans: [QV], shapeOf: (tensor) => shapes.get(tensor)! }];

const pair = (module: string, rows: number, rank: number): TensorShape[] => [
  { name: `base_model.model.${module}.lora_A.weight`, shape: [rank, 3] },
  { name: `base_model.model.${module}.lora_B.weight`, shape: [rows, rank] },
];

describe("factors of a stacked layer", () => {
  test("are those worked out by hand: A's below each other, scaled B's on the diagonal, rows in the graph's order", () => {
    const config = readAdapterConfig({ ...CONFIG, rank_pattern: { v_proj: 1 } });
    const [linear] = planAdapter(
      config,
      [...pair("model.layers.0.v_proj", 1, 1), ...pair("model.layers.0.q_proj", 2, 2)],
      BASE,
    );
    expect(linear!.pairs.map(({ module, rank, scale, firstRow }) => [module, rank, scale, firstRow])).toEqual([
      ["model.layers.0.q_proj", 2, 3, 0],
      ["model.layers.0.v_proj", 1, 6, 2],
    ]);
    const values = new Map([
      ["base_model.model.model.layers.0.q_proj.lora_A.weight", Float32Array.of(1, 2, 3, 4, 5, 6)],
      ["base_model.model.model.layers.0.q_proj.lora_B.weight", Float32Array.of(1, 2, 3, 4)],
      ["base_model.model.model.layers.0.v_proj.lora_A.weight", Float32Array.of(7, 8, 9)],
      ["base_model.model.model.layers.0.v_proj.lora_B.weight", Float32Array.of(5)],
    ]);
    expect(stackedFactors(linear!, values)).toEqual({
      rank: 3,
      down: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9),
      up: Float32Array.of(0, 0, 30, 3, 6, 0, 9, 12, 0),
    });
  });

  test("are found whether or not the base or the adapter was saved with the model's head", () => {
    const config = readAdapterConfig(CONFIG);
    for (const module of ["model.layers.0.q_proj", "layers.0.q_proj"]) {
      expect(planAdapter(config, pair(module, 2, 2), BASE)[0]!.pairs[0]!.module).toBe(module);
    }
  });
});

test("a second adapter in the same file is refused by both names", () => {
  const [first, second] = pair("model.layers.0.q_proj", 2, 2);
  const other = { ...first!, name: "base_model.model.model.layers.0.q_proj.lora_A.other.weight" };
  expect(() => planAdapter(readAdapterConfig(CONFIG), [first!, second!, other], BASE)).toThrow(
    `adapter: the file has ${other.name} beside ${first!.name}; one adapter is needed`,
  );
});

function outcome(config: unknown, tensors: readonly TensorShape[]): string {
  try {
    return planAdapter(readAdapterConfig(config), tensors, BASE).length > 0 ? "an adapter" : "nothing";
  } catch (reason) {
    return reason instanceof Fault ? "a Fault" : String(reason);
  }
}

test("whatever a stranger's config and header say, what comes is an adapter or a Fault", () => {
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom("LORA", "none", "all-linear", ".*q_proj", "(a+)+$", "[", 2, 6, true, null, ["q_proj"], {}),
  );
  const names = [
    ...Object.keys(CONFIG),
    "rank_pattern",
    "alpha_pattern",
    "exclude_modules",
    "layers_to_transform",
    "layers_pattern",
    "use_rslora",
    "bias",
    "modules_to_save",
  ];
  const changes = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 3 });
  const tensor = fc.record({
    name: fc.oneof(
      fc.string(),
      fc.constantFrom(...[...pair("model.layers.0.q_proj", 2, 2), ...pair("x", 1, 1)].map(({ name }) => name)),
    ),
    shape: fc.array(fc.nat({ max: 4 }), { maxLength: 3 }),
  });
  fc.assert(
    fc.property(changes, fc.array(tensor, { maxLength: 4 }), (changed, tensors) => {
      expect(outcome({ ...CONFIG, ...changed }, tensors)).toMatch(/^(?:an adapter|a Fault)$/);
    }),
    { numRuns: 3_000 },
  );
});
