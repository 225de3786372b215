import { gzipSync } from "node:zlib";
import * as ort from "onnxruntime-web";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { Fault } from "#core/fault.ts";
import { randomCheckpoint } from "#test/checkpoints.ts";
import { createEngine } from "../engine.ts";
import { pastCaches } from "../sources/own-origin.ts";

const PAGE = "https://page.test/app/";
const BASE = `${PAGE}models/m/`;
const WEIGHTS = "model.safetensors";
const FILES = randomCheckpoint({ layers: 2, modelDim: 96, neurons: 256, vocabulary: 300 });
const right = FILES.get(WEIGHTS)!;

/** The file with other bytes at a place behind its header. */
function changed(change: (bytes: Uint8Array) => void): Uint8Array {
  const bytes = Uint8Array.from(right);
  change(bytes);
  return bytes;
}

/** What caches have been seen to hold of a model's weights. */
const DAMAGED: readonly (readonly [what: string, bytes: Uint8Array])[] = [
  ["a finite weight in the place of another", changed((bytes) => bytes.copyWithin(200_000, 100_000, 100_400))],
  ["one bit off", changed((bytes) => (bytes[bytes.length - 4]! ^= 1))],
  ["a weight that is no number", changed((bytes) => bytes.set([0, 0, 0xc0, 0x7f], right.length - 400))],
  ["a stretch of the compressed file", changed((bytes) => bytes.set(gzipSync(right).subarray(0, 3_000), 150_000))],
  ["the compressed file", gzipSync(right)],
  ["the file's first half", right.subarray(0, right.length / 2)],
];

/** What the host has, and what a cache in front of it has of that. */
let host: ReadonlyMap<string, Uint8Array>;
let cached: ReadonlyMap<string, Uint8Array>;
let past: number;

beforeEach(() => {
  host = FILES;
  cached = new Map();
  past = 0;
  vi.stubGlobal("location", new URL(PAGE));
  vi.stubGlobal("navigator", {});
  vi.stubGlobal("fetch", (url: string, { headers, cache }: RequestInit) => {
    const name = url.slice(BASE.length);
    if (cache === "reload") past++;
    const bytes = (cache === "reload" ? undefined : cached.get(name)) ?? host.get(name);
    if (!bytes) return Promise.resolve(new Response("", { status: 404 }));
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(new Headers(headers).get("range")!)!;
    const part = bytes.slice(Number(from), Number(to) + 1);
    const range = `bytes ${from}-${Number(from) + part.length - 1}/${bytes.length}`;
    return Promise.resolve(new Response(part, { status: 206, headers: { "content-range": range } }));
  });
});
afterEach(() => vi.unstubAllGlobals());

let content: string;
const engine = (contents: readonly (readonly [string, string])[] = [[BASE, content]]) =>
  createEngine(
    () => Promise.resolve(ort),
    () => undefined,
    { caseAt: BASE, contents: new Map(contents) },
  );
const load = (made = engine()) => made.load(1, { kind: "url", base: BASE }, { backend: "wasm" }, () => undefined);

beforeAll(async () => {
  const files = [...FILES].map(([name, bytes]) => new File([bytes as Uint8Array<ArrayBuffer>], name));
  const source = { kind: "files", files, paths: files.map(({ name }) => `m/${name}`) } as const;
  vi.stubGlobal("navigator", {});
  ({ content } = await engine([]).load(1, source, { backend: "wasm" }, () => undefined));
});

describe("a model that comes with the page", () => {
  test("is asked for as the caches have it", async () => {
    expect((await load()).content).toBe(content);
    expect(past).toBe(0);
  });

  test.each(DAMAGED)("of which a cache holds %s, is read from the host", async (_what, bytes) => {
    cached = new Map([[WEIGHTS, bytes]]);
    expect((await load()).content).toBe(content);
    expect(past).toBeGreaterThan(0);
  });

  test.each(["config.json", "tokenizer.json"])(
    "of which a cache holds a compressed %s, is read from the host",
    async (name) => {
      cached = new Map([[name, gzipSync(FILES.get(name)!)]]);
      expect((await load()).content).toBe(content);
      const report = await engine().inspectCheckpoint(2, { kind: "url", base: BASE }, { backend: "wasm" });
      expect(report.source.name).toBe(BASE);
    },
  );

  test("is refused where the host has another: what was found, what is needed, what to do", async () => {
    host = new Map(FILES).set(WEIGHTS, DAMAGED[0]![1]);
    const refused = load();
    await expect(refused).rejects.toMatchObject({ code: "damaged-file" });
    await expect(refused).rejects.toThrow(
      new RegExp(
        `^${BASE}: what came is not the model .* its content is [0-9a-f]{12}…, ${content.slice(0, 12)}… is needed.*Try again`,
      ),
    );
    host = FILES;
    expect((await load()).content).toBe(content);
  });

  test("leaves the model at hand when it is refused", async () => {
    const made = engine();
    const before = await load(made);
    host = new Map(FILES).set(WEIGHTS, DAMAGED[1]![1]);
    await expect(load(made)).rejects.toMatchObject({ code: "damaged-file" });
    const { target } = await made.predict(3, [1, 2, 3], {});
    expect(before.content).toBe(content);
    expect(Number.isFinite(target.logProbability)).toBe(true);
  });
});

test("what is damaged here and cannot be reached there is said to be damaged", async () => {
  const damaged = new Fault("damaged-file", "damaged");
  const reading = pastCaches({ kind: "url", base: BASE }, undefined, (cache) =>
    Promise.reject(cache === "default" ? damaged : new Fault("unreachable", "no network")),
  );
  await expect(reading).rejects.toBe(damaged);
});

describe("another model", () => {
  test("is what its bytes are, at an address of the page's own", async () => {
    host = new Map(FILES).set(WEIGHTS, DAMAGED[0]![1]);
    const found = await load(engine([[`${PAGE}models/other/`, content]]));
    expect(found.content).not.toBe(content);
    expect(past).toBe(0);
  });

  test("from elsewhere is not read twice", async () => {
    vi.stubGlobal("location", new URL("https://elsewhere.test/"));
    host = new Map(FILES).set(WEIGHTS, gzipSync(right));
    await expect(load()).rejects.toMatchObject({ code: "damaged-file" });
    expect(past).toBe(0);
  });
});
