import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { float16Bits, randomCheckpoint } from "../checkpoints.ts";
import type * as Activations from "../reference/activations.ts";
import { forward } from "../reference/forward.ts";
import { readModel } from "../reference/model.ts";
import { readSafetensors } from "../reference/tensors.ts";
import { GGUF_IDS, GGUF_VARIANTS, isGeluTable } from "./variants.ts";

/** The reference with llama.cpp's own GELU: what is left between the two is float32. */
vi.mock("../reference/activations.ts", async (original) => {
  const activations = await original<typeof Activations>();
  const table = (x: number) => (x <= -10 ? 0 : x >= 10 ? x : half(activations.geluNew(half(x))));
  return { ...activations, gelu: table, geluNew: table };
});

/** The nearest half float. */
function half(value: number): number {
  const bits = float16Bits(value);
  const header = new TextEncoder().encode('{"x":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}');
  const file = new Uint8Array(8 + header.length + 2);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, 8);
  file.set([bits & 255, bits >> 8], 8 + header.length);
  return readSafetensors(file).get("x")!.data[0]!;
}

/** Float32 keeps seven digits, and a value that it rounds to the next half float moves logits by some 1e-4. */
const NEXT_HALF = { atol: 3e-4 };

const { cases } = JSON.parse(readFileSync(join(import.meta.dirname, "../golden/gguf-logits.json"), "utf8")) as {
  readonly cases: Readonly<Record<string, readonly number[]>>;
};

test.each(GGUF_VARIANTS.filter(isGeluTable))(
  "with its GELU, llama.cpp's logits are the reference's: $name",
  (variant) => {
    const logits = forward(readModel(randomCheckpoint(variant.changes)), GGUF_IDS).logits.at(-1)!;
    expect(logits).toBeAllClose(cases[variant.name]!, NEXT_HALF);
  },
);
