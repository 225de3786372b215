import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FIRST_MODEL } from "#model/shipped-models.ts";
import { mostImportantHead } from "#state/effects.ts";
import { FIRST_LOOK } from "#state/first-look/first-look.ts";
import type { RecordedFinding } from "#state/first-look/recorded.ts";
import { readFolder } from "../checkpoints.ts";
import { loadInNode, unaborted } from "../engine.ts";
import { CASE_FILE, caseDifference, readCase } from "#workers/engine/canary/stored-case.ts";
import { firstLookTokens } from "./first-look.ts";
import { storedCase } from "./stored-case.ts";

const shipped = join(import.meta.dirname, "../../public");
const files = readFolder(join(shipped, "models", FIRST_MODEL));
const stored = readCase(new TextDecoder().decode(files.get(CASE_FILE)))!;

test("the case beside the model that the page opens with is what the reference gives for the content that the engine reads", async () => {
  const { content } = await loadInNode(files, "q8");
  // held to the reference by its own test
  const { sweep } = JSON.parse(readFileSync(join(shipped, "findings/first-look.json"), "utf8")) as RecordedFinding;
  const asked = { prompt: FIRST_LOOK.prompt, ids: firstLookTokens(files).ids, off: mostImportantHead(sweep)!.at };
  const { logProbabilities, ...circumstances } = storedCase(files, content, asked);
  expect(stored).toMatchObject(circumstances);
  for (const dtype of ["q4", "q8", "f32"] as const) {
    // written with every digit; the order of a sum may change between versions of the reference
    expect(stored.logProbabilities[dtype]!.clean).toBeAllClose(logProbabilities[dtype]!.clean, { atol: 1e-12 });
    expect(stored.logProbabilities[dtype]!.without).toBeAllClose(logProbabilities[dtype]!.without, { atol: 1e-12 });
  }
  // the head matters: a device that left it on would be noticed
  expect(stored.logProbabilities.q8!.clean[0]! - stored.logProbabilities.q8!.without[0]!).toBeGreaterThan(1);
});

test.each(["q4", "q8", "f32"] as const)("WASM gives the stored case in %s", async (dtype) => {
  const { runner } = await loadInNode(files, dtype);
  // float32 against float64 through six layers, as everywhere
  expect(await caseDifference(stored, { runner, dtype }, unaborted())).toBeLessThan(1e-4);
});
