import * as v from "valibot";
import { describe, expect, test } from "vitest";
import catalogue from "../../../public/catalogue.json" with { type: "json" };
import { FAMILY_VARIANTS } from "#test/checkpoints.ts";
import { parametersOf } from "#model/cost/memory.ts";
import { catalogueSchema, obstacleTo } from "./catalogue.ts";
import type { CatalogueEntry } from "./catalogue.ts";
import { estimateOf } from "./estimates.ts";
import type { Device } from "./estimates.ts";

const { models } = v.parse(catalogueSchema, catalogue);

describe.each(models.map((entry) => [entry.name, entry] as const))("%s", (_name, entry) => {
  test("its shape gives the parameters that its authors count", () => {
    expect(parametersOf(entry.shape) / entry.parameters).toBeCloseTo(1, 2);
  });

  test("a GGUF file has a length and a type, and a checkpoint neither", () => {
    expect(entry.file === undefined).toBe(entry.fileBytes === undefined);
    expect(entry.file !== undefined).toBe(entry.stored === "Q4_K_M");
  });
});

test("they go from 14 million to 7 billion parameters, the smallest first", () => {
  const counts = models.map(({ parameters }) => parameters);
  expect(counts).toEqual(counts.toSorted((a, b) => a - b));
  expect([counts[0]! < 20e6, counts.at(-1)! > 7e9]).toEqual([true, true]);
  expect(new Set(models.map(({ repo }) => repo)).size).toBe(models.length);
});

test("there is a model of every family that the page reads", () => {
  const families = new Set(FAMILY_VARIANTS.map(({ changes }) => changes.family ?? "llama"));
  expect(families.size).toBe(15);
  expect(new Set<string>(models.map(({ modelType }) => modelType))).toEqual(families);
});

const named = (name: string): CatalogueEntry => models.find((entry) => entry.name === name)!;
const PHONE: Device = { backend: "wasm", threads: 4, expected: { bytes: 2 ** 30, reason: "it is a phone" } };
const DESK: Device = { backend: "wasm", threads: 4, expected: { bytes: 2 ** 32, reason: "it is a computer" } };

test("what does not fit in the precision that is asked for is estimated in 4 bits", () => {
  // 1,595 MB in q8 and 1,206 MB in q4, by docs/memory.md
  const qwen = named("Qwen2.5 0.5B");
  expect(estimateOf(qwen, "q8", DESK)).toMatchObject({ dtype: "q8", tooMuch: undefined });
  const between = { ...PHONE, expected: { bytes: 1.3e9, reason: "it is a phone" } };
  expect(estimateOf(qwen, "q8", between)).toMatchObject({ dtype: "q4", tooMuch: undefined });
  expect(estimateOf(qwen, "q8", PHONE)).toMatchObject({ dtype: "q4", tooMuch: "expected" });
});

test("how a GGUF file is held is no wish for a checkpoint of numbers", () => {
  expect(estimateOf(named("Qwen2.5 0.5B"), "stored", DESK).dtype).toBe("q8");
});

test("seven billion parameters do not fit WASM, whatever the machine has", () => {
  const { tooMuch, downloadBytes, times } = estimateOf(named("Mistral 7B"), "q8", {
    ...DESK,
    expected: { bytes: 1e12, reason: "" },
  });
  expect([tooMuch, downloadBytes, times]).toEqual(["addressable", 4_368_438_912, undefined]);
});

test("a file of 4 bits is held as it is, where there is room", () => {
  const gpu: Device = { ...DESK, backend: "webgpu", expected: { bytes: 8e9, reason: "" } };
  const { dtype, peakBytes, tooMuch } = estimateOf(named("Mistral 7B"), "q8", gpu);
  // 6.98 billion weights in blocks and 0.13 in the unembedding, of 6.6 bits, a tenth more in a GPU's buffers
  expect([dtype, tooMuch]).toEqual(["stored", undefined]);
  expect(peakBytes / (1.1 * 7.11e9 * (6.6 / 8))).toBeCloseTo(1.1, 1);
});

test("what the page reads has no obstacle, and what it does not says why", () => {
  expect(obstacleTo(named("GPT-2"))).toBeUndefined();
  expect(obstacleTo(named("GPT-J 6B"))).toContain("safetensors");
  expect(obstacleTo({ ...named("GPT-2"), modelType: "mamba", family: "Mamba" })).toContain("does not read");
});

test("on a graphics processor no time is claimed", () => {
  expect(estimateOf(named("GPT-2"), "q8", { ...DESK, backend: "webgpu" }).times).toBeUndefined();
  expect(estimateOf(named("GPT-2"), "q8", DESK).times!.sweepMs).toBeGreaterThan(100);
});
