import * as ort from "onnxruntime-web";
import { openTensors, readJson } from "#formats/checkpoint.ts";
import { readSpec } from "#model/families.ts";
import { FAMILY_VARIANTS, abacusFiles, randomCheckpoint, readFolder, safetensors } from "#test/checkpoints.ts";
import type { CheckpointFiles } from "#test/checkpoints.ts";
import { fileSet } from "#test/engine.ts";
import { readModel } from "#test/reference/model.ts";
import { describe, expect, test } from "vitest";
import { createEngine } from "../engine.ts";
import { planModel } from "../weights/model-parts.ts";
import { unreadNote } from "./unread-note.ts";

async function noteOn(files: CheckpointFiles): Promise<string | undefined> {
  const set = fileSet(files);
  return unreadNote(planModel(readSpec(await readJson(set, "config.json")), await openTensors(set), "q8"));
}

/** A small Llama of two layers with more tensors of 8 numbers. */
function withMore(...names: string[]): CheckpointFiles {
  const files = randomCheckpoint({ layers: 2 });
  const own = [...readModel(files).tensors].map(([name, { shape, data }]) => ({
    name,
    shape,
    data: Float32Array.from(data),
  }));
  const more = names.map((name) => ({ name, shape: [8], data: new Float32Array(8) }));
  files.set("model.safetensors", safetensors([...own, ...more]));
  return files;
}

const ofAttention = (part: string) => [0, 1].map((layer) => `model.layers.${layer}.self_attn.${part}`);

describe("a checkpoint says nothing of its tensors where each has its place", () => {
  test.each(FAMILY_VARIANTS)("$name", async ({ changes }) => {
    expect(await noteOn(randomCheckpoint(changes))).toBeUndefined();
  });

  test.each(["abacus", "abacus-2"])("the bundled %s", async (name) => {
    expect(await noteOn(readFolder(`public/models/${name}`))).toBeUndefined();
  });

  test("tied, with its head written out, and tables beside its weights", async () => {
    const files = withMore("model.rotary_emb.inv_freq", ...ofAttention("rotary_emb.inv_freq"));
    expect(await noteOn(files)).toBeUndefined();
    const config = JSON.parse(new TextDecoder().decode(files.get("config.json"))) as object;
    files.set("config.json", new TextEncoder().encode(JSON.stringify({ ...config, tie_word_embeddings: true })));
    expect(await noteOn(files)).toBeUndefined();
  });
});

describe("tensors that nothing is computed with are named, one of each kind", () => {
  test.each<[string[], string]>([
    [
      [...ofAttention("q_norm.weight"), ...ofAttention("k_norm.weight")],
      "The checkpoint also holds 4 tensors that the family llama with 2 layers has no place for: model.layers.0.self_attn.q_norm.weight, model.layers.0.self_attn.k_norm.weight, …; what they would do is not computed.",
    ],
    [
      ["model.layers.1.self_attn.q_proj.bias"],
      "The checkpoint also holds 1 tensor that the family llama with 2 layers has no place for: model.layers.1.self_attn.q_proj.bias; what it would do is not computed.",
    ],
    [["model.layers.2.input_layernorm.weight"], "no place for: model.layers.2.input_layernorm.weight; what it"],
    [["a", "b", "c", "d", "e"], "holds 5 tensors that the family llama with 2 layers has no place for: a, b, c, d, …;"],
  ])("%j", async (names, sentence) => {
    expect(await noteOn(withMore(...names))).toContain(sentence);
  });

  test("where the model is loaded", async () => {
    const engine = createEngine(
      () => Promise.resolve(ort),
      () => undefined,
    );
    const notesOf = async (job: number, files: CheckpointFiles) => {
      const list = [...files].map(([name, bytes]) => new File([bytes as Uint8Array<ArrayBuffer>], name));
      const paths = list.map(({ name }) => `model/${name}`);
      const { sourceNotes } = await engine.load(
        job,
        { kind: "files", files: list, paths },
        { backend: "wasm" },
        () => undefined,
      );
      return sourceNotes;
    };
    expect(await notesOf(1, abacusFiles())).toEqual([]);
    expect(await notesOf(2, withMore(...ofAttention("q_proj.bias")))).toEqual([
      expect.stringContaining("holds 2 tensors that the family llama with 2 layers has no place for"),
    ]);
  });
});
