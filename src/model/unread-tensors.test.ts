import { expect, test } from "vitest";
import { unreadTensors } from "./unread-tensors.ts";

const unread = (tensors: readonly (readonly [name: string, shape: readonly number[]])[], tied = false) =>
  unreadTensors(
    { tied },
    tensors.map(([name, shape]) => ({ name, shape })),
    new Set(["model.norm.weight"]),
  );

test.each<[string, readonly number[]]>([
  ["model.norm.weight", [8]],
  ["model.layers.0.self_attn.rotary_emb.inv_freq", [4]],
  ["model.rotary_emb.inv_freq", [4]],
  ["rope.freqs", [4]],
  ["gpt_neox.layers.3.attention.bias", [1, 1, 32, 32]],
  ["gpt_neox.layers.3.attention.masked_bias", []],
  ["h.3.attn.bias", [1, 1, 32, 32]],
  ["transformer.h.3.attn.masked_bias", []],
  ["transformer.h.3.attn.embed_positions", [32, 8]],
  ["model.embeddings.position_ids", [1, 32]],
  ["model.decoder.version", [1]],
])("%s of shape %j is read, or follows from the config", (name, shape) => {
  expect(unread([[name, shape]])).toEqual([]);
});

test.each(["lm_head.weight", "embed_out.weight"])("%s is the embedding again where it is tied", (name) => {
  expect(unread([[name, [97, 8]]], true)).toEqual([]);
  expect(unread([[name, [97, 8]]])).toEqual([name]);
});

test.each<[string, readonly number[]]>([
  ["model.layers.0.self_attn.q_proj.bias", [8]],
  ["model.layers.0.self_attn.q_norm.weight", [8]],
  // a bias that is no mask
  ["transformer.h.3.attn.bias", [8]],
  ["transformer.h.3.attn.c_attn.bias", [1, 1, 8, 8]],
  ["model.layers.2.mlp.experts.0.w1.weight", [8, 8]],
  ["lm_head.bias", [97]],
  ["vision_tower.patch_embedding.weight", [8, 3, 2, 2]],
  ["constructor", [8]],
])("%s of shape %j might matter", (name, shape) => {
  expect(unread([[name, shape]], true)).toEqual([name]);
});
