import { readFileSync } from "node:fs";

interface Supplied {
  /** As the package states it: under another one, the text here would be wrong. */
  readonly license: string;
  /** The version whose WASM was looked into; of another one the list would be wrong. None where nothing is compiled in. */
  readonly version?: string;
  readonly text: () => string;
}

const text = (file: string) => readFileSync(new URL(`licences/${file}.txt`, import.meta.url), "utf8").trim();

/**
 * Notices of packages that state a licence in their package.json and ship no file of it, though it asks for one to go along.
 * What is compiled into a WASM file is named by nothing in its package: of onnxruntime it is the list that Microsoft ships with the
 * other packages of the same version, of the tokenizers what the file's own messages name, and what these are built on.
 */
export const SUPPLIED: ReadonlyMap<string, Supplied> = new Map([
  // its code bears Buf's copyright and, in wire/varint.js alone, Google's
  [
    "@bufbuild/protobuf",
    {
      license: "(Apache-2.0 AND BSD-3-Clause)",
      text: () =>
        `Copyright 2021-2026 Buf Technologies, Inc.\n\n${text("apache-2.0")}\n\nThe coding of varints:\n\n${text("bsd-3-clause-google")}`,
    },
  ],
  // Apache-2.0, 4b: what was changed is said
  [
    "@mlc-ai/web-tokenizers",
    {
      license: "Apache-2.0",
      version: "0.1.6",
      text: () =>
        `By the contributors to tokenizers-cpp (https://github.com/mlc-ai/tokenizers-cpp). It wraps the tokenizers library of\n` +
        `Hugging Face (https://github.com/huggingface/tokenizers) and sentencepiece of Google\n` +
        `(https://github.com/google/sentencepiece), both under Apache-2.0.\n` +
        `Changed here: its loader is made a module, and its WASM a file of its own.\n\n${text("apache-2.0")}\n\n` +
        `${text("tokenizers-compiled-in")}\n\nProtocol Buffers, lite runtime:\n\n${text("bsd-3-clause-google")}`,
    },
  ],
  // these two refer to their repository; the copyright is the one that their scripts bear
  [
    "onnxruntime-web",
    {
      license: "MIT",
      version: "1.30.0",
      text: () => `${text("mit-microsoft")}\n\n${text("onnxruntime-third-party-1.30.0")}`,
    },
  ],
  ["onnxruntime-common", { license: "MIT", text: () => text("mit-microsoft") }],
  // its package.json names no other author
  ["guid-typescript", { license: "ISC", text: () => text("isc-guid-typescript") }],
]);
