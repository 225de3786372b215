import { expect, test } from "vitest";
import { differencesFromReference } from "#test/agreement.ts";
import { askAll, loadInNode, unaborted } from "#test/engine.ts";
import { blockCheckpoint, MIXED, WIDE } from "#test/gguf/block-checkpoint.ts";
import { loadGgufInNode } from "#test/gguf/load.ts";
import { STORED_CASES } from "#test/gguf/stored-cases.ts";
import { GGUF_IDS } from "#test/gguf/variants.ts";
import golden from "#test/golden/gguf-top.json" with { type: "json" };
import { randomAdapter } from "#test/random/adapter.ts";
import { merged } from "#test/reference/adapter.ts";
import { readModel } from "#test/reference/model.ts";
import { attach, withVariants } from "#test/variants.ts";
import type { LoadedModel } from "../load/load-model.ts";
import { ModelSession } from "../session/model-session.ts";

const tops: Readonly<Record<string, readonly { readonly ids: readonly number[]; readonly top: number }[]>> =
  golden.cases;

const QUESTION = { ids: GGUF_IDS, target: 17, head: { layer: 1, head: 2 }, count: 12 };

test.each(STORED_CASES)(
  "in stored, every analysis is that of the file's very weights, and llama.cpp's most probable token the same: %s",
  async (name, changes, typeOf) => {
    const { gguf, files } = blockCheckpoint(changes, typeOf);
    const session = new ModelSession(await loadGgufInNode(new Map([["m.gguf", gguf]]), "stored"));
    expect(differencesFromReference(readModel(files), await askAll(session, QUESTION))).toEqual([]);
    const found = [];
    for (const { ids } of tops[name]!) {
      const { top } = await session.predict(ids, { top: 1 }, () => undefined, unaborted());
      found.push({ ids, top: top[0]!.id });
    }
    expect(found).toEqual(tops[name]);
  },
);

test.each(["q4", "q8"] as const)(
  "made anew in %s, it is the checkpoint of its values in that precision",
  async (dtype) => {
    const [, changes, typeOf] = STORED_CASES[2]!;
    const { gguf, files } = blockCheckpoint(changes, typeOf);
    const predicted = (model: LoadedModel) =>
      new ModelSession(model).predict(GGUF_IDS, { top: 97 }, () => undefined, unaborted());
    const made = await predicted(await loadGgufInNode(new Map([["m.gguf", gguf]]), dtype));
    expect(made).toEqual(await predicted(await loadInNode(files, dtype)));
  },
);

test("an adapter lies over the file's own blocks", async () => {
  const { gguf, files } = blockCheckpoint({ ...WIDE, seed: 85 }, MIXED);
  const adapter = randomAdapter(files);
  const variants = await withVariants(await loadGgufInNode(new Map([["m.gguf", gguf]]), "stored"));
  await attach(variants, adapter);
  const answers = await askAll(variants.session("adapted"), QUESTION);
  expect(differencesFromReference(merged(readModel(files), adapter), answers)).toEqual([]);
  await variants.dispose();
});
