import { beforeAll, expect, test } from "vitest";
import type { BlockRun, Residual } from "#analysis/runner.ts";
import { matrix } from "#core/numeric/matrix.ts";
import { randomCheckpoint } from "#test/checkpoints.ts";
import { fakeGpu } from "#test/devices.ts";
import { fileSet } from "#test/engine.ts";
import { loadModel } from "../load/load-model.ts";
import type { OrtRunner } from "./ort-runner.ts";

const LAYERS = 5;
const PROMPTS = [
  [5, 11, 23],
  [6, 12, 24],
];

/** A model whose residuals stay on the device, where nobody looks at them before the end. */
let runner: OrtRunner;
beforeAll(async () => {
  const files = fileSet(randomCheckpoint({ layers: LAYERS }));
  ({ runner } = await loadModel(files, fakeGpu("far"), { dtype: "f32", onProgress: () => undefined }));
});

/** Three rows of which the last, in `layer` alone, is changed so that it leaves float32. */
function changed(part: "head" | "neuron"): BlockRun {
  const { heads, neurons } = runner.spec;
  const cols = part === "head" ? heads : neurons;
  const scale = matrix(3, cols, new Float32Array(3 * cols).fill(1));
  scale.data.fill(1e36, 2 * cols);
  return { variants: [0, 1, 0], [part === "head" ? "headScale" : "neuronScale"]: scale };
}

async function throughLayers(layer: number, run: BlockRun): Promise<Residual> {
  let residual = await runner.embedBatch(PROMPTS);
  for (let at = 0; at < LAYERS; at++) {
    const { residual: next } = await runner.block(at, residual, at === layer ? run : {});
    runner.release(residual);
    residual = next;
  }
  return residual;
}

const LAYER_BY_PART = Array.from({ length: LAYERS }, (_, layer) => layer).flatMap((layer) =>
  (["head", "neuron"] as const).map((part) => [part, layer] as const),
);

test.each(LAYER_BY_PART)(
  "numbers on a GPU that leave float32 with a %s changed in layer %i are found there, whoever sees them first",
  async (part, layer) => {
    const fault = { code: "overflow", message: expect.stringMatching(new RegExp(`^layer ${layer} gives `)) as string };
    const atEnd = await throughLayers(layer, changed(part));
    await expect(runner.unembed(atEnd, { positions: [2], wants: ["logits"] })).rejects.toMatchObject(fault);
    await expect(runner.download(atEnd)).rejects.toMatchObject(fault);
    await expect(runner.block(LAYERS - 1, atEnd, { taps: ["z"] })).rejects.toMatchObject(fault);
    runner.release(atEnd);
  },
);

test("what stays in range is not run again, and gives what it gives in memory", async () => {
  const residual = await throughLayers(1, { variants: [0, 1, 0] });
  const { logits } = await runner.unembed(residual, { positions: [2], wants: ["logits"] });
  const { vocabulary } = runner.spec;
  expect(logits.subarray(2 * vocabulary)).toEqual(logits.subarray(0, vocabulary));
  expect(logits.every(Number.isFinite)).toBe(true);
});
