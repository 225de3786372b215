import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { goldenCases } from "#test/agreement.ts";
import { builtCommand } from "#test/built-command.ts";
import type { BuiltCommand } from "#test/built-command.ts";
import { numbersOf } from "#test/leaves.ts";
import { findOrInstallNative, NO_NATIVE, NO_VULKAN, vulkanEnvironment } from "#test/native-runtime.ts";
import { runIf } from "#test/not-run.ts";

/** How far log-probabilities may be apart: 1e-4 nats, as the page's backends are held to: float32 sums in other orders, on logits of up to 30. */
const NATS = 1e-4;

const cache = mkdtempSync(join(tmpdir(), "arithmoscope-native-"));
let isThere = false;
let command: BuiltCommand;
beforeAll(async () => {
  isThere = findOrInstallNative();
  if (isThere) command = await builtCommand("native");
}, 300_000);

const HERE = ["--cache", cache, "--threads", "1", "--quiet"];
const SUMS = goldenCases.map(({ ids }) => JSON.stringify(ids)).join("\n");

interface Line {
  readonly model: { readonly provider: string };
  readonly result: { readonly logProbability: readonly (readonly number[])[] };
}

interface Predicted {
  readonly model: { readonly provider: string };
  readonly result: { readonly top: readonly { readonly id: number; readonly logProbability: number }[] };
}

async function swept(ep: string, dtype: string): Promise<readonly Line[]> {
  const { code, out, err } = await command.run(["sweep", "-", "--ep", ep, "--dtype", dtype, ...HERE], { input: SUMS });
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}

describe("the native runtime's CPU", { timeout: 120_000 }, () => {
  beforeEach((context) => runIf(isThere, context, NO_NATIVE));

  test.each(["f32", "q8", "q4"])("gives WASM's numbers in %s, of every prompt with each head off", async (dtype) => {
    const [cpu, wasm] = [await swept("cpu", dtype), await swept("wasm", dtype)];
    expect([cpu[0]!.model.provider, wasm[0]!.model.provider]).toEqual(["cpu", "wasm"]);
    const { got, want } = numbersOf(
      cpu.map(({ result }) => result.logProbability),
      wasm.map(({ result }) => result.logProbability),
    );
    expect(got.length).toBe(goldenCases.length * 48);
    expect(Math.max(...got.map((value, place) => Math.abs(value - want[place]!)))).toBeLessThanOrEqual(NATS);
  });

  test("and in float32 those of an independent float64 implementation", async () => {
    const { got, want } = numbersOf(
      (await swept("cpu", "f32")).map(({ result }) => result.logProbability),
      goldenCases.map((each) => each.head_logprob_after_ablation),
    );
    expect(Math.max(...got.map((value, place) => Math.abs(value - want[place]!)))).toBeLessThanOrEqual(NATS);
  });
});

describe("the native runtime's graphics processors", { timeout: 180_000 }, () => {
  beforeEach((context) => runIf(isThere, context, NO_NATIVE));

  test("WebGPU over Vulkan proves itself, and gives WASM's numbers", async (context) => {
    const env = vulkanEnvironment();
    runIf(env !== undefined, context, NO_VULKAN);
    const asked = ["predict", "3+5=", "--off", "L0H7", "--top", "20", "--dtype", "f32", ...HERE];
    const [gpu, wasm] = [await command.run([...asked, "--ep", "webgpu"], { env: env! }), await command.run(asked)];
    expect([gpu.code, wasm.code]).toEqual([0, 0]);
    const [found, wanted] = [JSON.parse(gpu.out) as Predicted, JSON.parse(wasm.out) as Predicted];
    expect([found.model.provider, wanted.model.provider]).toEqual(["webgpu", "wasm"]);
    const known = new Map(wanted.result.top.map(({ id, logProbability }) => [id, logProbability]));
    // the last of a list may have changed places with the one behind it
    const both = found.result.top.filter(({ id }) => known.has(id));
    expect(both.length).toBeGreaterThanOrEqual(19);
    const apart = both.map(({ id, logProbability }) => Math.abs(logProbability - known.get(id)!));
    expect(Math.max(...apart)).toBeLessThanOrEqual(NATS);
  });

  // its libraries are fetched by the package's own script, which the tests do not run
  test("CUDA without its libraries is refused in a sentence", async () => {
    const { code, out, err } = await command.run(["predict", "3+5=", "--ep", "cuda", ...HERE]);
    expect({ code, out }).toEqual({ code: 3, out: "" });
    expect(err).toMatch(
      /^arithmoscope: --ep cuda cannot be set up here \(.*\); its driver and libraries are needed, or --ep cpu or wasm$/m,
    );
  });
});
