import type { ScriptingSurface } from "../src/app/scripting.ts";
import { differencesFromReference } from "../test/agreement.ts";
import type { Answers } from "../test/agreement.ts";
import { FAMILY_VARIANTS, randomCheckpoint } from "../test/checkpoints.ts";
import { readModel } from "../test/reference/model.ts";
import { expect, openApp, test, withEngine } from "./support.ts";

/** One of each family; the ways to vary them are checked on WASM, where they cost nothing. */
const FAMILIES = ["llama", "mistral, no window", "qwen2", "qwen3, tied", "gpt2", "gpt_neox", "gptj"];
const IDS = [1, 20, 9, 33, 2, 31];
const TARGET = 17;
const HEAD = { layer: 1, head: 2 };

type NamedBytes = readonly (readonly [name: string, base64: string])[];

/** Loads the files as if they had been chosen from a disk and asks everything that the reference covers. */
async function loadAndAsk(
  engine: ScriptingSurface,
  { files, ids, target, at }: { files: NamedBytes; ids: number[]; target: number; at: typeof HEAD },
): Promise<Answers> {
  const chosen = files.map(
    ([name, base64]) => new File([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))], name),
  );
  await engine.load({ kind: "files", files: chosen }, { dtype: "f32" });
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
    const files = [...checkpoint].map(([file, bytes]) => [file, Buffer.from(bytes).toString("base64")] as const);
    const answers = await withEngine(page, loadAndAsk, { files, ids: IDS, target: TARGET, at: HEAD });
    expect(differencesFromReference(readModel(checkpoint), answers), name).toEqual([]);
  }
});
