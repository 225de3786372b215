import { ggufFile, zeros as tensor } from "#test/gguf/write-gguf.ts";
import type { WrittenTensor } from "#test/gguf/write-gguf.ts";
import { describe, expect, test } from "vitest";
import { memorySource } from "../byte-source.ts";
import { partNames, readGgufParts } from "./gguf-parts.ts";

const Q8_0 = 8;
const Q4_K = 12;

describe("types", () => {
  const parts = (tensors: readonly WrittenTensor[]) =>
    readGgufParts([{ source: memorySource(ggufFile({ tensors })), file: "a.gguf" }]);

  test("that cannot be read are named, with all that the file has", async () => {
    const [IQ3_S, MXFP4] = [21, 39];
    const tensors = [
      tensor("n"),
      tensor("a", IQ3_S, [1, 256]),
      tensor("b", MXFP4, [1, 256]),
      tensor("c", Q4_K, [1, 256]),
    ];
    await expect(parts([...tensors, tensor("d", Q4_K, [2, 256])])).rejects.toMatchObject({
      code: "other-format",
      message:
        "gguf: a.gguf has tensors in IQ3_S (as a), MXFP4 (as b), which cannot be read; its tensors are 1 in F32, 1 in IQ3_S, 1 in MXFP4, 2 in Q4_K, and F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, IQ4_NL, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, IQ4_XS can be read: another file of the model is needed, as Q4_K_M or Q8_0",
    });
  });

  test("of blocks need rows", async () => {
    await expect(parts([tensor("n", Q8_0, [64])])).rejects.toThrow("tensor n has one axis in blocks of Q8_0; F32");
  });

  test("that can be read are", async () => {
    const readable = [0, 1, 30, 2, 3, 6, 7, 8, 10, 11, 12, 13, 14, 20, 23];
    const { tensors } = await parts(readable.map((type) => tensor(`t.${type}`, type, [1, 256])));
    expect(tensors.size).toBe(readable.length);
  });
});

describe("parts", () => {
  const part = (no: number, count: number, names: readonly string[], total = 2) =>
    memorySource(
      ggufFile({
        metadata: {
          ...(no === 0 && { "general.architecture": ["text", "llama"] as const }),
          "split.no": ["u16", no],
          "split.count": ["u16", count],
          "split.tensors.count": ["i32", total],
        },
        tensors: names.map((name) => tensor(name)),
      }),
    );

  test("are named by the number of each", () => {
    expect(partNames("dir/big-00002-of-00003.gguf")).toEqual([
      "dir/big-00001-of-00003.gguf",
      "dir/big-00002-of-00003.gguf",
      "dir/big-00003-of-00003.gguf",
    ]);
    expect(partNames("small.Q8_0.gguf")).toEqual(["small.Q8_0.gguf"]);
    expect(() => partNames("a-00004-of-00003.gguf")).toThrow("calls itself part 4 of 3");
    expect(() => partNames("a-00001-of-99999.gguf")).toThrow("at most 2000");
  });

  test("are one model: the first one's metadata, everybody's tensors, each with its file", async () => {
    const sources = [part(0, 2, ["a"]), part(1, 2, ["b"])];
    const { metadata, tensors } = await readGgufParts(sources.map((source, index) => ({ source, file: `${index}` })));
    expect(metadata.get("general.architecture")).toBe("llama");
    expect([...tensors].map(([name, { source }]) => [name, sources.indexOf(source)])).toEqual([
      ["a", 0],
      ["b", 1],
    ]);
  });

  test.each([
    ["in another order", [part(1, 2, ["a"]), part(0, 2, ["b"])], "is part 2 of 2 by its own words"],
    ["of which one is missing", [part(0, 2, ["a"])], "is part 1 of 2 by its own words, and stands as part 1 of 1"],
    ["with a tensor twice", [part(0, 2, ["a"]), part(1, 2, ["a"])], "has tensor a, which another part has too"],
    [
      "with too few tensors",
      [part(0, 2, ["a"], 3), part(1, 2, ["b"], 3)],
      "claims 3 tensors over all parts; they have 2",
    ],
    ["that do not say so", [part(0, 2, ["a"]), memorySource(ggufFile({}))], "does not say which part of a model it is"],
  ])("%s are refused", async (_, sources, sentence) => {
    const parts = sources.map((source, index) => ({ source, file: `${index}.gguf` }));
    await expect(readGgufParts(parts)).rejects.toMatchObject({
      code: "damaged-file",
      message: expect.stringContaining(sentence) as string,
    });
  });

  test("a file that was never split may say so", async () => {
    await expect(readGgufParts([{ source: part(0, 1, ["a"], 1), file: "a" }])).resolves.toBeDefined();
    await expect(readGgufParts([{ source: part(0, 0, ["a"], 1), file: "a" }])).resolves.toBeDefined();
  });
});
