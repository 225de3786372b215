import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { preview } from "vite";
import type { PreviewServer } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { plainModels } from "./plain-models.ts";

const BYTES = 100_000;
const FILES = ["index.html", "assets/index.js", "models/m/model.safetensors", "models/m/tokenizer.json"] as const;

let folder: string;
let server: PreviewServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "preview-"));
  for (const file of FILES) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), "x".repeat(BYTES));
  }
  server = await preview({
    configFile: false,
    logLevel: "silent",
    plugins: [plainModels()],
    build: { outDir: folder },
    preview: { port: 0 },
  });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

test.each([
  ["assets/index.js", "gzip", null],
  ["models/m/model.safetensors", null, String(BYTES)],
  ["models/m/tokenizer.json", null, String(BYTES)],
])("%s is sent with the encoding %s", async (file, encoding, length) => {
  const { headers } = await fetch(new URL(file, server.resolvedUrls!.local[0]), {
    headers: { "Accept-Encoding": "gzip" },
  });
  expect(headers.get("content-encoding")).toBe(encoding);
  expect(headers.get("content-length")).toBe(length);
});
