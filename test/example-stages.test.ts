import { expect, test } from "vitest";
import { SHIPPED_CONTENTS } from "#model/shipped-models.ts";
import { EXAMPLE_STAGES } from "#views/prompt/example-stages.ts";
import { exampleStages } from "./example-stages.ts";

test("the stages that the menu names for its examples are those that the engine finds", async () => {
  const found = await Promise.all(
    Object.keys(SHIPPED_CONTENTS).map(async (id) => [id, await exampleStages(id)] as const),
  );
  expect(Object.fromEntries(found)).toEqual(EXAMPLE_STAGES);
}, 120_000);
