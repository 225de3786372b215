import { expect, test } from "vitest";
import { GraphBuilder } from "./builder.ts";

const builder = () => new GraphBuilder("part", "weights.bin");

test("an output gets its name wherever the value is made or read", () => {
  const g = builder();
  const x = g.input("x", ["batch"]);
  const [sum] = g.apply("Add", [x, x]);
  const [twice] = g.apply("Mul", [sum!, sum!]);
  g.output(sum!, "hook_sum", ["batch"]);
  g.output(twice!, "y", ["batch"]);
  const { operations, outputs } = g.build();
  expect(operations.map(({ inputs, outputs: results }) => [inputs, results])).toEqual([
    [["x", "x"], ["hook_sum"]],
    [["hook_sum", "hook_sum"], ["y"]],
  ]);
  expect(outputs.map(({ name }) => name)).toEqual(["hook_sum", "y"]);
});

test("no two results share a name", () => {
  const g = builder();
  const names = [
    ...g.apply("Split", [], { results: 3 }),
    ...g.apply("Split", [], { results: 2 }),
    g.floats([1]),
    g.ints([1]),
  ];
  expect(new Set(names).size).toBe(7);
});

test("a value can be put out once only, since it is renamed", () => {
  const g = builder();
  const [x] = g.apply("Neg", ["in"]);
  g.output(x!, "first", []);
  expect(() => g.output(x!, "second", [])).toThrow(
    new RangeError("graph: second is already the output first; a value can be put out under one name"),
  );
});

test("holds constants as little-endian bytes", () => {
  const g = builder();
  g.floats([0.5, -1]);
  g.ints([0, -1], [2, 1]);
  expect(g.build().initializers).toEqual([
    { name: "constant_0", type: "float32", dims: [2], data: new Uint8Array([0, 0, 0, 0x3f, 0, 0, 0x80, 0xbf]) },
    {
      name: "constant_1",
      type: "int64",
      dims: [2, 1],
      data: new Uint8Array([...Array<number>(8).fill(0), ...Array<number>(8).fill(255)]),
    },
  ]);
});

test("a weight lies in the file that the builder was given", () => {
  const g = builder();
  expect(g.weight("gain", "float32", [4], { offset: 64, bytes: 16 })).toBe("gain");
  expect(g.build().initializers).toEqual([
    { name: "gain", type: "float32", dims: [4], data: { file: "weights.bin", offset: 64, bytes: 16 } },
  ]);
});
