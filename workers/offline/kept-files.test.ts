import { expect, test } from "vitest";
import { filesToKeep, largeFiles, pageFiles } from "./kept-files.ts";

const names = (files: readonly { readonly url: string }[]) => files.map(({ url }) => url);

const FILES = [
  "assets/index-AAAAAAAA.js",
  "assets/ort-wasm-simd-threaded.asyncify-AAAAAAAA.wasm",
  "assets/ort-wasm-simd-threaded.jspi-AAAAAAAA.wasm",
  "assets/ort.jspi.bundle.min-AAAAAAAA.js",
  "assets/web-tokenizers-AAAAAAAA.wasm",
  "index.html",
  "models/abacus-2/model.safetensors",
  "models/abacus/config.json",
  "models/abacus/model.safetensors",
].map((url) => ({ url, revision: null, sha256: "" }));

test("the page's own files are kept at once, WebAssembly and models once they have been used", () => {
  expect(names(pageFiles(FILES))).toEqual([
    "assets/index-AAAAAAAA.js",
    "assets/ort.jspi.bundle.min-AAAAAAAA.js",
    "index.html",
  ]);
  expect(pageFiles(FILES).length + largeFiles(FILES).length).toBe(FILES.length);
});

test.each([
  [true, "jspi"],
  [false, "asyncify"],
])("a browser with promise integration or without (%s) keeps its own build of the runtime, %s", (hasJspi, build) => {
  expect(names(filesToKeep(FILES, { model: "abacus", hasJspi }))).toEqual([
    `assets/ort-wasm-simd-threaded.${build}-AAAAAAAA.wasm`,
    "assets/web-tokenizers-AAAAAAAA.wasm",
    "models/abacus/config.json",
    "models/abacus/model.safetensors",
  ]);
});

test("beside a model from elsewhere the engine alone is kept", () => {
  expect(names(filesToKeep(FILES, { model: "", hasJspi: true }))).toEqual([
    "assets/ort-wasm-simd-threaded.jspi-AAAAAAAA.wasm",
    "assets/web-tokenizers-AAAAAAAA.wasm",
  ]);
});
