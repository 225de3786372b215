import type { ScriptingSurface } from "../src/app/scripting.ts";
import { differencesFromReference } from "../test/agreement.ts";
import type { Answers } from "../test/agreement.ts";
import type { Dtype } from "../src/model/checkpoint.ts";
import { FAMILY_VARIANTS, randomCheckpoint, shapeOf } from "../test/checkpoints.ts";
import type { CheckpointFiles } from "../test/checkpoints.ts";
import { farthest } from "../test/farthest.ts";
import { blockCheckpoint, MIXED, WIDE } from "../test/gguf/block-checkpoint.ts";
import { converted } from "../test/gguf/converted.ts";
import { multiplied } from "../test/multiplied.ts";
import { forward } from "../test/reference/forward.ts";
import { atLast, logProbability } from "../test/reference/lens.ts";
import { headSweep } from "../test/reference/method.ts";
import { readModel } from "../test/reference/model.ts";
import { expect, openApp, test, withEngine } from "./support.ts";

/** One of each family; the ways to vary them are checked on WASM, where they cost nothing. */
const FAMILIES = [
  "llama",
  "mistral, no window",
  "qwen2",
  "qwen3, tied",
  "gpt2",
  "gpt_neox",
  "gptj",
  "gemma2",
  "gemma3_text",
  "olmo2",
  "granite",
  "smollm3",
  "opt",
  "phi3, a window",
];
/** These as GGUF files in F32, which are the same checkpoints. */
const AS_GGUF = new Set(["phi3, a window"]);
const IDS = [1, 20, 9, 33, 2, 31];
const TARGET = 17;
const HEAD = { layer: 1, head: 2 };

type NamedBytes = readonly (readonly [name: string, base64: string])[];

const bytesOf = (files: CheckpointFiles): NamedBytes =>
  [...files].map(([file, bytes]) => [file, Buffer.from(bytes).toString("base64")] as const);

/** Loads the files as if they had been chosen from a disk and asks everything that the reference covers. */
async function loadAndAsk(
  engine: ScriptingSurface,
  {
    files,
    dtype,
    ids,
    target,
    at,
  }: { files: NamedBytes; dtype: Dtype; ids: number[]; target: number; at: typeof HEAD },
): Promise<Answers> {
  const chosen = files.map(
    ([name, base64]) => new File([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))], name),
  );
  await engine.load({ kind: "files", files: chosen }, { dtype });
  const interventions = [{ head: `L${at.layer}H${at.head}`, scale: 0 }];
  const { target: found } = await engine.predict(ids, { target });
  const { logProbability: sweep } = await engine.sweepHeads(ids, { target });
  const { attention, ffn } = await engine.layerIncrease(ids, { target });
  const { rows: neurons } = await engine.topNeurons(ids, { target, count: 10 });
  const { rows: compared } = await engine.compareNeurons(ids, { target, count: 10, interventions });
  return { ids, target, head: at, logProbability: found.logProbability, sweep, attention, ffn, neurons, compared };
}

test("a model of every family agrees with the reference on the GPU, too", { tag: "@gpu" }, async ({ page }) => {
  test.setTimeout(300_000);
  await openApp(page);
  for (const { name, changes } of FAMILY_VARIANTS.filter((variant) => FAMILIES.includes(variant.name))) {
    const checkpoint = randomCheckpoint(changes);
    const files = bytesOf(AS_GGUF.has(name) ? new Map([["model.gguf", converted(checkpoint)]]) : checkpoint);
    const answers = await withEngine(page, loadAndAsk, {
      files,
      dtype: "f32",
      ids: IDS,
      target: TARGET,
      at: HEAD,
    });
    expect(differencesFromReference(readModel(checkpoint), answers), name).toEqual([]);
  }
});

test("a GGUF file's own blocks are multiplied by on the GPU, too", { tag: "@gpu" }, async ({ page }) => {
  test.setTimeout(300_000);
  await openApp(page);
  const { gguf, files } = blockCheckpoint(WIDE, MIXED);
  const answers = await withEngine(page, loadAndAsk, {
    files: bytesOf(new Map([["model.gguf", gguf]])),
    dtype: "stored",
    ids: IDS,
    target: TARGET,
    at: HEAD,
  });
  expect(differencesFromReference(readModel(files), answers)).toEqual([]);
});

/** Loads the same way; log p(target) with each head off. */
async function loadAndSweep(engine: ScriptingSurface, { files, ids }: { files: NamedBytes; ids: number[] }) {
  const chosen = files.map(
    ([name, base64]) => new File([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))], name),
  );
  await engine.load({ kind: "files", files: chosen }, { dtype: "f32" });
  return (await engine.sweepHeads(ids, { target: 17 })).logProbability;
}

/** Loads the same way; log p of the tokens, or what the engine says instead. */
async function loadAndPredict(
  engine: ScriptingSurface,
  { files, ids, include, count }: { files: NamedBytes; ids: number[]; include: number[]; count: number },
): Promise<number[] | string> {
  const chosen = files.map(
    ([name, base64]) => new File([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))], name),
  );
  await engine.load({ kind: "files", files: chosen }, { dtype: "f32" });
  try {
    await engine.sweepHeads(ids, { target: include[0]! });
    const { top } = await engine.predict(ids, { top: count });
    return include.map((id) => top.find((token) => token.id === id)!.logProbability);
  } catch (reason) {
    return (reason as Error).message;
  }
}

test("a batch that takes longer than half a second is cut and agrees", { tag: "@gpu" }, async ({ page }) => {
  test.setTimeout(300_000);
  await openApp(page);
  const files = randomCheckpoint({ heads: 8, kvHeads: 8, headDim: 16, modelDim: 128, neurons: 256, context: 64 });
  const ids = Array.from({ length: 40 }, (_, index) => 3 + ((index * 7) % 90));
  const sweep = await withEngine(page, loadAndSweep, { files: bytesOf(files), ids });
  expect(farthest(sweep, headSweep(readModel(files), ids, TARGET), { atol: 1e-4 })).toBe(undefined);
});

test("numbers of any size are right on the GPU or an error that names the layer", { tag: "@gpu" }, async ({ page }) => {
  test.setTimeout(300_000);
  await openApp(page);
  const include = [17, 3, 40, 96];
  const askOf = (files: CheckpointFiles) =>
    withEngine(page, loadAndPredict, { files: bytesOf(files), ids: IDS, include, count: shapeOf({}).vocabulary });
  for (const [family, tensor, factor] of [
    // the squares of queries leave float32
    ["qwen3", "model.layers.1.self_attn.q_proj.weight", 1e20],
    // the squares of the residual do
    ["gpt2", "transformer.h.0.mlp.c_proj.weight", 1e20],
    // logits of which float32 has no exponential
    ["llama", "lm_head.weight", 200],
  ] as const) {
    const files = multiplied(randomCheckpoint({ family }), tensor, factor);
    const logits = atLast(forward(readModel(files), IDS).logits);
    const found = await askOf(files);
    const want = include.map((id) => logProbability(logits, id));
    expect(typeof found === "string" ? found : farthest(found, want, { atol: 1e-4, rtol: 1e-6 }), tensor).toBe(
      undefined,
    );
  }
  for (const [tensor, said] of [
    ["model.layers.1.self_attn.k_proj.weight", /^layer 1 gives NaN in its attention, /],
    ["model.layers.1.mlp.down_proj.weight", /^layer 1 gives /],
  ] as const) {
    expect(await askOf(multiplied(randomCheckpoint(), tensor, 1e35))).toMatch(said);
  }
});
