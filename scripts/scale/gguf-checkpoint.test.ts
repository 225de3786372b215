import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { ggmlType } from "#formats/gguf/ggml-types.ts";
import { loadGgufInNode } from "../../test/gguf/load.ts";
import type { ScaleShape } from "./checkpoint.ts";
import { HALF_A_BILLION } from "./checkpoint.ts";
import { typeOf, writeScaleGguf } from "./gguf-checkpoint.ts";

const root = mkdtempSync(join(tmpdir(), "arithmoscope-gguf-"));
afterAll(() => rmSync(root, { recursive: true }));

test("half a billion parameters are of the types that llama.cpp's mix gives them", () => {
  const { num_hidden_layers: layers, hidden_size: dim, intermediate_size: neurons } = HALF_A_BILLION;
  const modules = ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"];
  const names = Array.from({ length: layers }, (_, layer) => modules.map((each) => `blk.${layer}.${each}.weight`));
  const counts = new Map<string, number>();
  for (const name of ["token_embd.weight", ...names.flat()]) {
    const type = ggmlType(typeOf(name, name.includes("ffn_down") ? neurons : dim, HALF_A_BILLION))!.name;
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  // layers 0–2, 5, 8, 11, 14, 17, 20 and 21–23 need more: 12 values and 12 down projections of 24. Rows of 896 have no blocks of 256,
  // so that their values, and the embedding that is the output too, are in eight bits, and the rest, 24 · 5 + 12, in five
  expect(Object.fromEntries(counts)).toEqual({ Q5_0: 132, Q8_0: 13, Q4_K: 12, Q6_K: 12 });
});

const SMALL: ScaleShape = {
  name: "small",
  hidden_size: 64,
  intermediate_size: 256,
  num_attention_heads: 2,
  num_hidden_layers: 8,
  num_key_value_heads: 1,
  tie_word_embeddings: true,
  vocab_size: 300,
};

test.each([SMALL, { ...SMALL, name: "whole", hidden_size: 256, tie_word_embeddings: false }])(
  "a random file opens as it is stored, and its weights spread by 0.02 around 0: %o",
  async (shape) => {
    const { folder, file } = writeScaleGguf(root, shape);
    const model = await loadGgufInNode(new Map([[file, readFileSync(join(folder, file))]]), "stored");
    for (const layer of [0, 3]) {
      const at = Array.from({ length: 256 }, (_, neuron) => ({ layer, neuron }));
      const values = (await model.runner.weights.valueVectors(at)).flatMap((vector) => [...vector]);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
      expect(Math.abs(mean)).toBeLessThan(0.002);
      expect(deviation).toBeGreaterThan(0.018);
      expect(deviation).toBeLessThan(0.022);
    }
    await model.runner.dispose();
  },
);
