import { differencesFromGolden, goldenCases, mostImportantHead } from "../test/agreement.ts";
import type { Answers, GoldenCase } from "../test/agreement.ts";
import type { ScriptingSurface } from "../src/app/scripting.ts";
import { expect, openApp, test, withEngine } from "./support.ts";

/** Asks the page's engine everything that the published numbers cover, about one prompt. */
async function ask(
  engine: ScriptingSurface,
  { ids, target, most_important_head: [layer, head] }: GoldenCase,
): Promise<Answers> {
  const interventions = [{ head: `L${layer}H${head}`, scale: 0 }];
  const found = await engine.predict(ids, { target });
  const { logProbability: sweep } = await engine.sweepHeads(ids, { target });
  const { attention, ffn } = await engine.layerIncrease(ids, { target });
  const { rows: neurons } = await engine.topNeurons(ids, { target, count: 20 });
  const { rows: compared } = await engine.compareNeurons(ids, { target, count: 20, interventions });
  return {
    ids,
    target,
    head: { layer, head },
    logProbability: found.target.logProbability,
    sweep,
    attention,
    ffn,
    neurons,
    compared,
  };
}

test("the engine agrees with the published numbers in f32", async ({ page }, { project }) => {
  test.setTimeout(300_000);
  await openApp(page);
  const info = await withEngine(page, (engine, dtype) => engine.load({ kind: "bundled" }, { dtype }), "f32" as const);
  expect(info.backend).toBe(project.name);
  for (const golden of goldenCases) {
    expect(differencesFromGolden(golden, await withEngine(page, ask, golden)), golden.prompt).toEqual([]);
  }
});

test("q8 keeps every prediction and every most important head", async ({ page }) => {
  test.setTimeout(300_000);
  await openApp(page);
  await withEngine(page, (engine, dtype) => engine.load({ kind: "bundled" }, { dtype }), "q8" as const);
  for (const { ids, target, top, prompt, most_important_head: head } of goldenCases) {
    const answer = await withEngine(page, (engine, ids) => engine.predict(ids), ids);
    expect(answer.top[0]!.id, prompt).toBe(top[0]![0]);
    const sweep = await withEngine(page, (engine, [ids, target]) => engine.sweepHeads(ids, { target }), [
      ids,
      target,
    ] as const);
    expect(mostImportantHead(sweep.logProbability), prompt).toEqual(head);
  }
});
