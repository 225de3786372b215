import { gzipSync } from "node:zlib";
import { build } from "vite";
import type { Rollup } from "vite";
import { afterEach, expect, test, vi } from "vitest";

/** Of the script that a browser has to have before the first map of heads; react-dom alone is some 58 kB of it. */
const MAX_GZIPPED_BYTES = 120_000;

afterEach(() => vi.unstubAllEnvs());

test("what the page needs for its first map of heads is one script within its limit, and no part of the runtime", async () => {
  // React has another self in tests
  vi.stubEnv("NODE_ENV", "production");
  const built = (await build({ logLevel: "error", build: { write: false } })) as Rollup.RollupOutput;
  const chunks = new Map(
    built.output.flatMap((file) => (file.type === "chunk" ? [[file.fileName, file] as const] : [])),
  );
  const first = [...chunks.values()].find(({ isEntry }) => isEntry)!;
  expect(first.imports).toEqual([]);
  expect(gzipSync(first.code).length).toBeLessThanOrEqual(MAX_GZIPPED_BYTES);
  const modules = [...chunks.values()].flatMap(({ moduleIds }) => moduleIds);
  expect(modules.filter((id) => /node_modules\/onnxruntime/.test(id))).toEqual([]);
  // only what reads a script's or a link's experiments has schemas
  expect(first.moduleIds.filter((id) => /node_modules\/valibot/.test(id))).toEqual([]);
}, 120_000);
