import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FIRST_LOOK } from "#state/first-look/first-look.ts";
import type { RecordedFinding } from "#state/first-look/recorded.ts";
import { readFolder } from "../checkpoints.ts";
import { loadInNode, unaborted } from "../engine.ts";
import { firstLookTokens, recordedFirstLook } from "./first-look.ts";
import { readModel } from "./model.ts";

const shipped = join(import.meta.dirname, "../../public");
const files = readFolder(join(shipped, "models", FIRST_LOOK.model));
const recorded = JSON.parse(readFileSync(join(shipped, "findings/first-look.json"), "utf8")) as RecordedFinding;

test("what is shown before the model is there is what the reference gives", async () => {
  const tokens = firstLookTokens(files);
  const { tokenizer } = await loadInNode(files, "q8");
  const prompts = [FIRST_LOOK.prompt, ...FIRST_LOOK.ablationSource];
  const cut = await Promise.all(prompts.map(async (prompt) => (await tokenizer.tokenize(prompt, unaborted())).ids));
  expect([tokens.ids, ...tokens.donorPrompts]).toEqual(cut);
  const found = recordedFirstLook(readModel(files), tokens);
  const { sweep, before, ...asked } = found;
  expect(recorded).toMatchObject(asked);
  expect(recorded.before.tokens).toEqual(before.tokens);
  expect(recorded.before.top.map(({ id }) => id)).toEqual(before.top.map(({ id }) => id));
  expect(recorded.sweep.target).toBe(sweep.target);
  // written with seven digits
  expect([recorded.sweep.baseline, ...recorded.sweep.logProbability.flat()]).toBeAllClose(
    [sweep.baseline, ...sweep.logProbability.flat()],
    { atol: 0, rtol: 1e-6 },
  );
  expect(recorded.before.top.map(({ logProbability }) => logProbability)).toBeAllClose(
    before.top.map(({ logProbability }) => logProbability),
    { atol: 0, rtol: 1e-6 },
  );
});
