import * as ort from "onnxruntime-web";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { randomCheckpoint } from "#test/checkpoints.ts";
import { FakeOpfs } from "#test/fake-opfs.ts";
import { startHub } from "#test/hub-server.ts";
import type { HubServer } from "#test/hub-server.ts";
import { forward } from "#test/reference/forward.ts";
import { atLast, logProbability } from "#test/reference/lens.ts";
import { readModel } from "#test/reference/model.ts";
import { createEngine } from "../engine.ts";

const FILES = randomCheckpoint({ layers: 2 });
const REPO = "somebody/two-layers";
const PROMPT = [1, 5, 40, 7];
const EXPECTED = atLast(forward(readModel(FILES), PROMPT).logits);

let hub: HubServer;
beforeAll(async () => {
  hub = await startHub({ [REPO]: { files: FILES } });
  return () => hub.close();
});
afterEach(() => vi.unstubAllGlobals());

interface Browser {
  readonly storage?: Record<string, unknown>;
  readonly locks?: unknown;
}
const whole = () => new FakeOpfs().navigator as Required<Browser>;
const refused = (name: string) => () => Promise.reject(new DOMException("refused", name));

/** What browsers, their private windows and pages over http lack, each by itself; and whether the model is kept all the same. */
const CONTEXTS: readonly (readonly [lacks: string, browser: () => Browser, isStored: boolean])[] = [
  ["nothing", whole, true],
  ["storage and locks, as over http", () => ({}), false],
  ["storage", () => ({ locks: whole().locks }), false],
  ["a private file system", () => ({ ...whole(), storage: { estimate: whole().storage["estimate"] } }), false],
  [
    "leave to store",
    () => ({ ...whole(), storage: { ...whole().storage, getDirectory: refused("SecurityError") } }),
    false,
  ],
  [
    "a private file system in private windows",
    () => ({ ...whole(), storage: { ...whole().storage, getDirectory: refused("UnknownError") } }),
    false,
  ],
  ["locks", () => ({ storage: whole().storage }), true],
  ["an estimate of its room", () => ({ ...whole(), storage: { getDirectory: whole().storage["getDirectory"] } }), true],
  [
    "an estimate that it gives",
    () => ({ ...whole(), storage: { ...whole().storage, estimate: refused("UnknownError") } }),
    true,
  ],
];

test.each(CONTEXTS)("a browser that lacks %s runs a model all the same", async (_lacks, browser, isStored) => {
  vi.stubGlobal("navigator", browser());
  const engine = createEngine(
    () => Promise.resolve(ort),
    () => undefined,
  );
  const info = await engine.load(1, { kind: "hub", repo: REPO, hub: hub.url }, { dtype: "f32" }, () => undefined);
  expect(info).toMatchObject({ backend: "wasm", isStored });
  // what holds it in memory where there should be storage says so; over http the page does
  expect(info.notStored !== undefined).toBe(!isStored && "storage" in browser());
  const { target } = await engine.predict(2, PROMPT, {});
  expect(target.logProbability).toBeCloseTo(logProbability(EXPECTED, target.id), 4);
});

test("a page without a secure context has no subtle crypto: contents are hashed all the same", async () => {
  const { getRandomValues } = crypto;
  const contents: string[] = [];
  for (const random of [crypto, { getRandomValues: getRandomValues.bind(crypto) }]) {
    vi.stubGlobal("navigator", {});
    vi.stubGlobal("crypto", random);
    const engine = createEngine(
      () => Promise.resolve(ort),
      () => undefined,
    );
    const { content } = await engine.load(1, { kind: "hub", repo: REPO, hub: hub.url }, {}, () => undefined);
    contents.push(content);
  }
  expect(contents[0]).toMatch(/^[0-9a-f]{64}$/);
  expect(contents[1]).toBe(contents[0]);
});

const device = { lost: new Promise(() => undefined) };
const adapterOf = (info: unknown) => ({
  gpu: {
    requestAdapter: () =>
      Promise.resolve({ features: new Set(), limits: {}, info, requestDevice: () => Promise.resolve(device) }),
  },
});

/** Each is the first device of a worker of its own. */
test.each([
  ["no info at all, as of WebKit on iOS 26", undefined, "unnamed"],
  ["an empty one", {}, "unnamed"],
  ["a vendor", { vendor: "apple", architecture: "", description: "" }, "apple"],
  ["a description", { vendor: "nvidia", architecture: "ampere", description: "RTX" }, "RTX"],
])("a graphics processor with %s is used", async (_what, info, adapter) => {
  vi.resetModules();
  vi.stubGlobal("navigator", adapterOf(info));
  const { startRuntime: start } = await import("../run/runtime.ts");
  expect(await start(ort, undefined, () => undefined)).toMatchObject({ backend: "webgpu", adapter });
});

test.each([
  [
    "no WebGPU over http",
    {},
    false,
    "the page was opened over http, and browsers give WebGPU to pages over https alone",
  ],
  ["no WebGPU", {}, true, "this browser has no WebGPU; it is needed to run on the graphics processor"],
  [
    "no adapter",
    { gpu: { requestAdapter: () => Promise.resolve(null) } },
    true,
    "this browser has WebGPU but found no graphics processor that it may use",
  ],
  [
    "a device that is refused",
    {
      gpu: {
        requestAdapter: () =>
          Promise.resolve({ features: new Set(), limits: {}, requestDevice: refused("OperationError") }),
      },
    },
    true,
    "refused",
  ],
])("%s: WASM runs, and says why", async (_what, navigator, isSecureContext, note) => {
  vi.resetModules();
  vi.stubGlobal("navigator", navigator);
  vi.stubGlobal("isSecureContext", isSecureContext);
  const { startRuntime: start } = await import("../run/runtime.ts");
  expect(await start(ort, undefined, () => undefined)).toMatchObject({ backend: "wasm", note });
});
