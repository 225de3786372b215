import { describe, expect, test } from "vitest";
import type { Dtype } from "#model/checkpoint.ts";
import { differencesFromReference } from "#test/agreement.ts";
import type { Answers } from "#test/agreement.ts";
import { FAMILY_VARIANTS, randomCheckpoint } from "#test/checkpoints.ts";
import { loadInNode, unaborted } from "#test/engine.ts";
import { readModel } from "#test/reference/model.ts";
import { quantised } from "#test/reference/quantise.ts";
import { ModelSession } from "./model-session.ts";

const HEAD = { layer: 1, head: 2 };
const COUNT = 12;

async function ask(session: ModelSession, ids: readonly number[], target: number): Promise<Answers> {
  const signal = unaborted();
  const { target: found } = await session.predict(ids, { target }, signal);
  const { logProbability: sweep } = await session.sweepHeads(ids, { target }, () => undefined, signal);
  const { attention, ffn } = await session.layerIncrease(ids, { target });
  const { rows: neurons } = await session.topNeurons(ids, { target, count: COUNT }, signal);
  const interventions = [{ kind: "head", at: HEAD, scale: 0 }] as const;
  const { rows: compared } = await session.compareNeurons(
    ids,
    { target, count: COUNT, interventions },
    () => undefined,
    signal,
  );
  return { ids, target, head: HEAD, logProbability: found.logProbability, sweep, attention, ffn, neurons, compared };
}

describe.each(FAMILY_VARIANTS)("$name", ({ changes }) => {
  test.each(["f32", "q8", "q4"] as const satisfies readonly Dtype[])(
    "agrees with the reference in %s",
    async (dtype) => {
      const files = randomCheckpoint(changes);
      const exact = readModel(files);
      const reference = dtype === "f32" ? exact : quantised(exact, dtype === "q8" ? 8 : 4);
      const session = new ModelSession(await loadInNode(files, dtype));
      for (const ids of [[1, 20, 9, 33, 2, 31], [3]]) {
        expect(differencesFromReference(reference, await ask(session, ids, 17))).toEqual([]);
      }
    },
  );
});
