import { describe, expect, test } from "vitest";
import type { Dtype } from "#model/checkpoint.ts";
import { differencesFromReference } from "#test/agreement.ts";
import { FAMILY_VARIANTS, randomCheckpoint } from "#test/checkpoints.ts";
import { askAll, loadInNode } from "#test/engine.ts";
import { readModel } from "#test/reference/model.ts";
import { quantised } from "#test/reference/quantise.ts";
import { ModelSession } from "./model-session.ts";

const HEAD = { layer: 1, head: 2 };
const COUNT = 12;

describe.each(FAMILY_VARIANTS)("$name", ({ changes }) => {
  test.each(["f32", "q8", "q4"] as const satisfies readonly Dtype[])(
    "agrees with the reference in %s",
    async (dtype) => {
      const files = randomCheckpoint(changes);
      const exact = readModel(files);
      const reference = dtype === "f32" ? exact : quantised(exact, dtype === "q8" ? 8 : 4);
      const session = new ModelSession(await loadInNode(files, dtype));
      for (const ids of [[1, 20, 9, 33, 2, 31], [3]]) {
        expect(
          differencesFromReference(reference, await askAll(session, { ids, target: 17, head: HEAD, count: COUNT })),
        ).toEqual([]);
      }
    },
  );
});
