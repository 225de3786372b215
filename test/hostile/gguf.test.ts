import { memorySource } from "#formats/byte-source.ts";
import { ggmlType } from "#formats/gguf/ggml-types.ts";
import { readGguf } from "#formats/gguf/gguf.ts";
import { bytesOfType, ggufFile } from "#test/gguf/write-gguf.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { mutatedBytes } from "./mutations.ts";
import { judged, verdict } from "./verdict.ts";

const SEED = 20_240_914;

/** A small model's file, with a value of each type. */
const whole = ggufFile({
  metadata: {
    "general.architecture": ["text", "llama"],
    "general.alignment": ["u32", 32],
    "llama.block_count": ["u32", 1],
    "llama.rope.freq_base": ["f32", 10_000],
    "llama.vocab_size": ["u64", 3n],
    "tokenizer.ggml.tokens": ["list", "text", ["<s>", "a", "▁b"]],
    "tokenizer.ggml.scores": ["list", "f32", [0, -1, -2]],
    "tokenizer.ggml.add_bos_token": ["bool", true],
    nested: ["list", "list", [["list", "i16", [1, 2]]]],
  },
  tensors: [0, 1, 8, 12, 23].map((type) => ({
    name: `blk.0.t${type}.weight`,
    type,
    shape: [2, 256],
    data: new Uint8Array(bytesOfType(type, [2, 256])),
  })),
});
const headerBytes = whole.length - [0, 1, 8, 12, 23].reduce((sum, type) => sum + bytesOfType(type, [2, 256]), 0);

/** What is believed lies in the file, alone, and takes as many bytes as its type says. */
async function read(bytes: Uint8Array): Promise<void> {
  const { tensors } = await readGguf(memorySource(bytes), "model.gguf");
  const ends: [number, number][] = [];
  for (const { type, shape, offset, bytes: length } of tensors.values()) {
    const id = Array.from({ length: 64 }, (_, each) => each).find((each) => ggmlType(each)?.name === type)!;
    if (length !== bytesOfType(id, shape)) throw new Error(`${type} has another size`);
    if (offset + length > bytes.length) throw new Error("a tensor beyond its file");
    ends.push([offset, offset + length]);
  }
  ends.sort(([a], [b]) => a - b);
  if (ends.some(([start], index) => index > 0 && start < ends[index - 1]![1])) throw new Error("tensors share bytes");
}

/** Some of the header's 64-bit places set to what counts and offsets should not be. */
const mutatedCounts = fc
  .array(
    fc.tuple(
      fc.nat({ max: headerBytes - 8 }),
      fc.oneof(
        fc.constantFrom(0n, 1n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n),
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      ),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((sets) => {
    const copy = whole.slice();
    for (const [at, value] of sets) new DataView(copy.buffer).setBigUint64(at, value, true);
    return copy;
  });

test.each([
  ["changed bytes of the header", mutatedBytes(whole.subarray(0, headerBytes)).map((header) => joined(header)), 2_000],
  ["changed bytes and length", mutatedBytes(whole), 1_000],
  ["changed counts and offsets", mutatedCounts, 2_000],
])("a GGUF file with %s gives its tensors or a sentence", async (_, cases, numRuns) => {
  await fc.assert(
    fc.asyncProperty(cases, async (bytes) => {
      expect(await verdict(() => read(bytes))).toBe("");
    }),
    { numRuns, seed: SEED },
  );
  expect(judged().faults).toBeGreaterThan(numRuns / 10);
  expect(judged().results).toBeGreaterThan(0);
});

/** A header of its own length before the same data. */
function joined(header: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(header.length + whole.length - headerBytes);
  bytes.set(header);
  bytes.set(whole.subarray(headerBytes), header.length);
  return bytes;
}
