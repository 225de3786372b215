import { readFileSync } from "node:fs";
import type { Page, Route } from "@playwright/test";

export type ModelFile = "config.json" | "tokenizer.json" | "model.safetensors";

export const bundledFile = (name: ModelFile): Buffer =>
  readFileSync(new URL(`../public/models/abacus/${name}`, import.meta.url));

/** From now on, the page reads this in place of a file of the bundled model; undefined: the file is not there. */
export async function serveInstead(
  page: Page,
  name: ModelFile,
  bytes: Buffer | undefined,
  folder = "abacus",
): Promise<void> {
  await page.route(`**/models/${folder}/${name}`, (route) => answer(route, bytes));
}

/** The bundled model with one file changed, in another folder of the page's host: under its own name it would be refused. */
export async function serveBeside(page: Page, folder: string, changed: ModelFile, bytes: Buffer): Promise<void> {
  for (const name of ["config.json", "tokenizer.json", "model.safetensors"] as const) {
    await serveInstead(page, name, name === changed ? bytes : bundledFile(name), folder);
  }
}

/** Puts every file of the bundled model back. */
export const serveAsItIs = (page: Page) => page.unrouteAll({ behavior: "ignoreErrors" });

/** As a static server does, ranges included. */
async function answer(route: Route, bytes: Buffer | undefined): Promise<void> {
  if (!bytes) return route.fulfill({ status: 404, contentType: "text/plain", body: "Not found" });
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(route.request().headers()["range"] ?? "") ?? [];
  if (from === undefined) return route.fulfill({ body: bytes });
  if (Number(from) >= bytes.length) return route.fulfill({ status: 416, body: "" });
  const part = bytes.subarray(Number(from), Number(to) + 1);
  const range = `bytes ${from}-${Number(from) + part.length - 1}/${bytes.length}`;
  return route.fulfill({ status: 206, headers: { "content-range": range }, body: part });
}

/** config.json with some fields replaced; undefined takes a field away. */
export function configWith(changes: Record<string, unknown>): Buffer {
  const config = JSON.parse(bundledFile("config.json").toString()) as Record<string, unknown>;
  return Buffer.from(JSON.stringify({ ...config, ...changes }));
}

interface TensorHeader {
  shape: number[];
  data_offsets: [number, number];
}

const LENGTH_BYTES = 8;

/** model.safetensors with a header that says something else about one tensor. */
export function weightsClaiming(tensor: string, lie: (entry: TensorHeader) => TensorHeader): Buffer {
  const file = bundledFile("model.safetensors");
  const dataStart = LENGTH_BYTES + Number(file.readBigUInt64LE());
  const header = JSON.parse(file.subarray(LENGTH_BYTES, dataStart).toString()) as Record<string, TensorHeader>;
  const text = Buffer.from(JSON.stringify({ ...header, [tensor]: lie(header[tensor]!) }));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, file.subarray(dataStart)]);
}

/** model.safetensors that says its header is longer than the file. */
export function weightsWithHeaderLength(length: bigint): Buffer {
  const file = Buffer.from(bundledFile("model.safetensors"));
  file.writeBigUInt64LE(length);
  return file;
}
