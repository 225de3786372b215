import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, test } from "vitest";
import { answerWith, keepFile, largeFileOf } from "./keeping.ts";
import type { CacheAndNetwork } from "./keeping.ts";

const SCOPE = "https://page.example/app/";
const RIGHT = Uint8Array.from({ length: 50_000 }, (_, at) => (at * 7) % 256);
const sha256 = createHash("sha256").update(RIGHT).digest("hex");
const MODEL = largeFileOf({ url: "models/m/model.safetensors", revision: "abc", sha256 }, SCOPE);
const WASM = largeFileOf({ url: "assets/ort-AAAAAAAA.wasm", revision: null, sha256 }, SCOPE);

/** A stretch of the compressed file in the place of the file's own, as Chromium's cache was seen to put it together. */
const spliced = Uint8Array.from(RIGHT);
spliced.set(gzipSync(RIGHT).subarray(0, 4_000), 20_000);

const BODIES = {
  right: RIGHT,
  truncated: RIGHT.subarray(0, 49_000),
  "longer than it is": Uint8Array.from([...RIGHT, 0]),
  compressed: gzipSync(RIGHT),
  spliced,
  "one bit off": Uint8Array.from(RIGHT, (byte, at) => (at === 30_000 ? byte ^ 1 : byte)),
  empty: new Uint8Array(0),
} as const;

/** What was asked of the network, each with its way past the browser's own cache. */
let asked: string[];
let stored: Map<string, Response>;
/** What the network has, by the way past the browser's own cache. */
let answers: Partial<Record<RequestCache, Response | Error>>;

beforeEach(() => {
  asked = [];
  stored = new Map();
  answers = {};
});

const keeping: CacheAndNetwork = {
  cache: {
    match: (key) => Promise.resolve(stored.get(key)?.clone()),
    put: (key, response) => Promise.resolve(void stored.set(key, response)),
    delete: (key) => Promise.resolve(stored.delete(key)),
  },
  fetch: ({ url, cache, headers }) => {
    asked.push([cache, url.slice(SCOPE.length), headers.get("range")].filter(Boolean).join(" "));
    const answer = answers[cache];
    return answer instanceof Response ? Promise.resolve(answer) : Promise.reject(answer ?? new TypeError("offline"));
  },
};

const sent = (body: Uint8Array, init: ResponseInit = {}) => new Response(body as Uint8Array<ArrayBuffer>, init);
const bytesOf = async (response: Response | undefined) => new Uint8Array(await response!.arrayBuffer());
const asks = (file: { readonly address: string }, init: RequestInit = {}) =>
  answerWith(file as typeof MODEL, new Request(file.address, init), keeping);

describe("a file that is kept", () => {
  test.each(Object.entries(BODIES))("%s, is the build's or none", async (what, body) => {
    answers = { "no-store": sent(body) };
    const isRight = what === "right";
    expect(await keepFile(MODEL, keeping)).toBe(isRight);
    expect([...stored.keys()]).toEqual(isRight ? [MODEL.key] : []);
  });

  test("was asked for past the browser's own cache, which then holds no whole file beside its ranges", async () => {
    answers = { "no-store": sent(RIGHT) };
    await keepFile(MODEL, keeping);
    expect(asked).toEqual(["no-store models/m/model.safetensors"]);
  });

  test("is of a name that says its content from the browser's own cache, and past it where that is damaged", async () => {
    answers = { default: sent(BODIES.spliced), "no-store": sent(RIGHT) };
    expect(await keepFile(WASM, keeping)).toBe(true);
    expect(asked.map((each) => each.split(" ")[0])).toEqual(["default", "no-store"]);
    expect(await bytesOf(stored.get(WASM.key))).toEqual(RIGHT);
    stored.clear();
    answers = { default: sent(RIGHT) };
    expect(await keepFile(WASM, keeping)).toBe(true);
  });

  test("has its length and its type, and is not said to be compressed", async () => {
    const headers = { "Content-Type": "application/wasm", "Content-Encoding": "gzip", "Content-Length": "7" };
    answers = { "no-store": sent(RIGHT, { headers }) };
    await keepFile(MODEL, keeping);
    expect(Object.fromEntries(stored.get(MODEL.key)!.headers)).toEqual({
      "content-type": "application/wasm",
      "content-length": "50000",
    });
  });

  test("is not fetched again", async () => {
    stored.set(MODEL.key, sent(RIGHT));
    expect(await keepFile(MODEL, keeping)).toBe(true);
    expect(asked).toEqual([]);
  });

  test.each([404, 206, 500])("is no answer of %s", async (status) => {
    answers = { "no-store": sent(RIGHT, { status }) };
    expect(await keepFile(MODEL, keeping)).toBe(false);
    expect(stored.size).toBe(0);
  });

  test("has another name in every build that has another file", () => {
    const other = largeFileOf({ url: "models/m/model.safetensors", revision: "abc", sha256: "b".repeat(64) }, SCOPE);
    expect(other.address).toBe(MODEL.address);
    expect(other.key).not.toBe(MODEL.key);
  });
});

describe("a page that asks", () => {
  const RANGE = { Range: "bytes=100-199" };

  test("has what is kept, whole and in parts, without a network", async () => {
    stored.set(MODEL.key, sent(RIGHT));
    expect(await bytesOf(await asks(MODEL))).toEqual(RIGHT);
    const part = await asks(MODEL, { headers: RANGE });
    expect([part.status, await bytesOf(part)]).toEqual([206, RIGHT.slice(100, 200)]);
    expect(asked).toEqual([]);
  });

  test("has the network's where nothing is kept, and leaves nothing behind", async () => {
    answers = { default: sent(RIGHT.slice(100, 200), { status: 206 }), "no-cache": sent(RIGHT) };
    expect((await asks(MODEL, { headers: RANGE })).status).toBe(206);
    expect((await asks(MODEL)).status).toBe(200);
    expect(asked).toEqual(["default models/m/model.safetensors bytes=100-199", "no-cache models/m/model.safetensors"]);
    expect(stored.size).toBe(0);
  });

  test("past the caches has the network's, and what was kept is gone", async () => {
    stored.set(MODEL.key, sent(BODIES["one bit off"]));
    answers = { reload: sent(RIGHT.slice(100, 200), { status: 206 }) };
    const part = await asks(MODEL, { cache: "reload", headers: RANGE });
    expect(await bytesOf(part)).toEqual(RIGHT.slice(100, 200));
    expect(stored.size).toBe(0);
  });

  test("past the caches, without a network, takes nothing away", async () => {
    stored.set(MODEL.key, sent(RIGHT));
    await expect(asks(MODEL, { cache: "reload" })).rejects.toThrow("offline");
    expect(stored.size).toBe(1);
  });
});
