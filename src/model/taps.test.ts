import { expect, test } from "vitest";
import { TAPS, tapName } from "./taps.ts";
import type { Tap } from "./taps.ts";

test("names taps as TransformerLens does", () => {
  expect((Object.keys(TAPS) as Tap[]).map((tap) => tapName(3, tap))).toEqual([
    "blocks.3.attn.hook_pattern",
    "blocks.3.attn.hook_z",
    "blocks.3.attn.hook_q",
    "blocks.3.attn.hook_k",
    "blocks.3.attn.hook_v",
    "blocks.3.hook_resid_mid",
    "blocks.3.ln1_post.hook_scale",
    "blocks.3.ln2_post.hook_scale",
    "blocks.3.mlp.hook_post",
  ]);
});
