import { join } from "node:path";
import * as ort from "onnxruntime-web";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Fault } from "#core/fault.ts";
import type { Dtype } from "#model/checkpoint.ts";
import { FIRST_MODEL } from "#model/shipped-models.ts";
import { FAMILY_VARIANTS, randomCheckpoint, readFolder } from "#test/checkpoints.ts";
import type { CheckpointFiles } from "#test/checkpoints.ts";
import { fakeGpu } from "#test/devices.ts";
import type { Lie } from "#test/devices.ts";
import { fileSet, unaborted } from "#test/engine.ts";
import { openCheckpoint } from "../load/open-checkpoint.ts";
import { setUpModel } from "../load/load-model.ts";
import type { Runtime } from "../run/runtime.ts";
import { memoryStore } from "../store/file-store.ts";
import { setUpProved } from "./set-up-proved.ts";
import type { ProvedModel } from "./set-up-proved.ts";

const CASE_AT = `http://page.test/models/${FIRST_MODEL}/`;
const bundled = readFolder(join(import.meta.dirname, "../../../public/models", FIRST_MODEL));

interface Asked {
  readonly files?: CheckpointFiles;
  readonly dtype?: Dtype;
  readonly isGpuWanted?: boolean;
  readonly caseAt?: string | undefined;
  readonly stages?: string[];
  readonly refuse?: (on: Runtime) => Promise<void>;
}

/** As the engine loads it on that runtime. */
async function opened(
  runtime: Runtime,
  {
    files = bundled,
    dtype = "q8",
    isGpuWanted = false,
    stages,
    refuse = () => Promise.resolve(),
    ...asked
  }: Asked = {},
): Promise<ProvedModel> {
  const checkpoint = await openCheckpoint(fileSet(files), memoryStore(), { dtype, signal: undefined });
  const onProgress = ({ part, stage }: { readonly part: string; readonly stage: string }) =>
    void (stage === "proving" && stages?.push(part));
  return setUpProved(checkpoint, runtime, {
    isGpuWanted,
    caseAt: "caseAt" in asked ? asked.caseAt : CASE_AT,
    signal: unaborted(),
    onProgress,
    refuse,
    setUp: (on) => setUpModel(checkpoint, on, { onProgress }),
  });
}

/** The page's own folder, as its server gives it. */
beforeEach(() => {
  vi.stubGlobal("fetch", (address: URL | string, { headers }: RequestInit = {}) => {
    const bytes = bundled.get(String(address).replace(CASE_AT, ""));
    if (!bytes) return Promise.resolve(new Response(null, { status: 404 }));
    const [, start, end] = /bytes=(\d+)-(\d+)/.exec(new Headers(headers).get("range") ?? "") ?? [];
    if (start === undefined) return Promise.resolve(new Response(bytes as Uint8Array<ArrayBuffer>));
    const part = bytes.slice(Number(start), Number(end) + 1);
    const range = `bytes ${start}-${Number(start) + part.length - 1}/${bytes.length}`;
    return Promise.resolve(new Response(part, { status: 206, headers: { "content-range": range } }));
  });
});
afterEach(() => vi.unstubAllGlobals());

describe("a model that does not fit", () => {
  const tooLarge = new Fault("too-large", "it takes more than there is");

  test("is refused before the graphics processor has to prove anything", async () => {
    const stages: string[] = [];
    const refuse = vi.fn<(on: Runtime) => Promise<void>>(() => Promise.reject(tooLarge));
    await expect(opened(fakeGpu("too small"), { stages, refuse })).rejects.toBe(tooLarge);
    expect(stages).toEqual([]);
    expect(refuse.mock.calls).toMatchObject([[{ backend: "webgpu" }]]);
  });

  test("is refused in WASM too, which it falls back on", async () => {
    const lying = fakeGpu("lies where WASM is too small", (y) => scale(y, 1.1));
    const refuse = ({ backend }: Runtime) => (backend === "wasm" ? Promise.reject(tooLarge) : Promise.resolve());
    await expect(opened(lying, { refuse })).rejects.toBe(tooLarge);
  });
});

describe("a device that is honest", () => {
  test.each(["q4", "q8", "f32"] as const)(
    "runs the page’s own model in %s and says how near to float64 it is",
    async (dtype) => {
      const { runtime, proof } = await opened(fakeGpu(`honest in ${dtype}`), { dtype });
      expect(runtime.backend).toBe("webgpu");
      expect(proof).toMatchObject({ isTrusted: true });
      // as the engine's own tests allow; an exact 0 would mean that nothing was compared
      expect(proof!.difference).toBeGreaterThan(1e-9);
      expect(proof!.difference).toBeLessThan(1e-4);
    },
  );

  test.each(FAMILY_VARIANTS)("proves the operators of $name", async ({ name, changes }) => {
    const { runtime, proof } = await opened(fakeGpu(name), { files: randomCheckpoint(changes), caseAt: undefined });
    expect(runtime.backend).toBe("webgpu");
    expect(proof!.difference).toBeGreaterThan(1e-9);
    expect(proof!.difference).toBeLessThan(1e-4);
  });

  test("runs the page’s own model before it shows a number of another one", async () => {
    const stages: string[] = [];
    const { proof } = await opened(fakeGpu("another model"), { files: randomCheckpoint(), stages });
    expect(proof).toMatchObject({ isTrusted: true });
    expect(stages).toEqual(["operators against float64", "a whole prompt against float64"]);
  });

  test("is taken at its operators’ word where the page’s own model cannot be reached", async () => {
    const away = { files: randomCheckpoint(), caseAt: "http://page.test/elsewhere/" };
    expect((await opened(fakeGpu("no case"), away)).proof).toMatchObject({ isTrusted: true });
  });

  test("is taken at its operators’ word where a page stands in the place of the stored case", async () => {
    vi.stubGlobal("fetch", () => Promise.resolve(new Response("<!doctype html><title>a page</title>")));
    expect((await opened(fakeGpu("a page"), { files: randomCheckpoint() })).proof).toMatchObject({ isTrusted: true });
  });

  test("proves a norm anew whose ε is another, and of the same operators nothing", async () => {
    const stages: string[] = [];
    const gpu = fakeGpu("another ε");
    const asked = { stages, caseAt: undefined };
    await opened(gpu, { ...asked, files: randomCheckpoint({ epsilon: 1e-5 }) });
    await opened(gpu, { ...asked, files: randomCheckpoint({ epsilon: 1e-5, seed: 99 }) });
    expect(stages).toHaveLength(1);
    await opened(gpu, { ...asked, files: randomCheckpoint({ epsilon: 1e-6 }) });
    expect(stages).toHaveLength(2);
  });

  test("is asked once: what it has proved is remembered, for another model only what that one has in common", async () => {
    const stages: string[] = [];
    const gpu = fakeGpu("asked once");
    const first = await opened(gpu, { stages });
    expect((await opened(gpu, { stages })).proof).toEqual(first.proof);
    expect(stages).toHaveLength(2);
    await opened(fakeGpu("another one"), { stages });
    expect(stages).toHaveLength(4);
    await opened(gpu, { dtype: "q4", stages });
    expect(stages).toHaveLength(6);
  });
});

/** Where a device may go wrong in silence, and by how much. */
const LIES: readonly (readonly [what: string, found: RegExp, lie: Lie])[] = [
  ["a product that is half a percent too large", /^MatMulNBits/, (y, name) => name === "y1" && scale(y, 1.005)],
  [
    "a softmax in half precision that is a fifth of a percent too large",
    /^Softmax/,
    (y, name) => name === "y2" && y.forEach((x, i) => (y[i] = Math.f16round(x) * 1.002)),
  ],
  ["a norm whose root is off", /^SimplifiedLayerNormalization/, (y, name) => name === "y0" && scale(y, 1.01)],
  ["numbers that are none", /^MatMulNBits/, (y, name) => name === "y4" && y.fill(Number.NaN)],
  ["one column of one product", /^MatMulNBits/, (y, name) => name === "y3" && (y[7] = 3 * y[7]! + 1)],
  [
    "a whole that is wrong although its operators are right",
    /^the prompt “95-77=”/,
    (y, name) => name === "logits" && y.forEach((_, i) => (y[i]! += i % 3 === 0 ? 0.01 : 0)),
  ],
  ["a whole that is no number", /^the prompt “95-77=”/, (y, name) => name === "logits" && y.fill(Number.NaN)],
];
const scale = (values: Float32Array, factor: number) => values.forEach((x, i) => (values[i] = x * factor));

describe.each(LIES)("a device that gives %s", (what, found, lie) => {
  test("is not used: the model runs on WASM, and the reason is said", async () => {
    const { runtime, loaded, proof } = await opened(fakeGpu(what, lie));
    expect(proof).toMatchObject({ isTrusted: false, at: expect.stringMatching(found) as string });
    expect(runtime.backend).toBe("wasm");
    expect(runtime.note).toMatch(
      /^this graphics processor computes wrong numbers in silence: .* (is [\d.]+ off|gives no number), where 0.001 is allowed; the page goes on in WASM$/,
    );
    const residual = await loaded.runner.embed([1, 7]);
    expect((await loaded.runner.block(0, residual)).residual.positions).toBe(2);
  });
});

test("a device that lies is refused where it was asked for by name, and not believed the next time either", async () => {
  const gpu = fakeGpu("lies", (y) => scale(y, 1.002));
  expect((await opened(gpu)).runtime.backend).toBe("wasm");
  expect((await opened(gpu)).runtime.backend).toBe("wasm");
  await expect(opened(gpu, { isGpuWanted: true })).rejects.toMatchObject({ code: "no-webgpu" });
});

test("WASM has nothing to prove", async () => {
  const { proof } = await opened({ ...fakeGpu("none"), ort, backend: "wasm" });
  expect(proof).toBeUndefined();
});
