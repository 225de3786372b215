import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { RustTokenizers } from "./rust-tokenizers.ts";
import { TokenizerService } from "./service.ts";

beforeEach(() => {
  vi.spyOn(WebAssembly, "instantiate").mockRejectedValueOnce(new RangeError("Out of memory"));
});
afterEach(() => vi.restoreAllMocks());

test("a library that no memory is left for says so, and the next one starts", async () => {
  await expect(RustTokenizers.start()).rejects.toThrow("Out of memory");
  await expect(RustTokenizers.start()).resolves.toBeInstanceOf(RustTokenizers);
});

test("a question that no library can be made for is answered by the reason, and the next one is asked of another", async () => {
  const service = new TokenizerService();
  const ask = () => service.answer({ kind: "encode", key: 0, texts: ["3+5="] });
  expect(await ask()).toEqual({ kind: "fallen", words: "Out of memory" });
  expect(await ask()).toEqual({ kind: "closed" });
});
