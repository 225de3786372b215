import * as ort from "onnxruntime-web";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { CheckpointSource } from "#model/checkpoint.ts";
import { FakeOpfs } from "#test/fake-opfs.ts";
import { quantisedGolden, quantisedModel } from "#test/gguf/quantised-model.ts";
import { startHub } from "#test/hub-server.ts";
import { createEngine } from "../engine.ts";

beforeEach(() => void vi.stubGlobal("navigator", new FakeOpfs().navigator));
afterEach(() => void vi.unstubAllGlobals());

const visit = () =>
  createEngine(
    () => Promise.resolve(ort),
    () => undefined,
  );

test("a GGUF file is kept in the browser in its own blocks, and the next visit needs no network", async () => {
  const hub = await startHub({ "somebody/small-GGUF": { files: new Map([["m.gguf", quantisedModel()]]) } });
  try {
    const source: CheckpointSource = { kind: "hub", repo: "somebody/small-GGUF", file: "m.gguf", hub: hub.url };
    const [{ ids, logits }] = quantisedGolden().prompts as [{ ids: readonly number[]; logits: readonly number[] }];
    const first = visit();
    const info = await first.load(1, source, { backend: "wasm" }, () => undefined);
    expect(info).toMatchObject({ isStored: true, dtype: "stored", format: "GGUF" });
    expect(info.storedAs).toEqual(
      expect.arrayContaining([
        { type: "Q4_K", tensors: 11 },
        { type: "Q6_K", tensors: 3 },
        { type: "F32", tensors: 5 },
        { type: "Q5_0", tensors: 2 },
      ]),
    );
    const { target } = await first.predict(2, ids, {});
    hub.setOnline(false);
    const next = visit();
    const [kept] = await next.storedModels(3);
    expect(kept).toMatchObject({ isComplete: true });
    const again = await next.load(
      4,
      { kind: "stored", id: kept!.id },
      { backend: "wasm", dtype: "stored" },
      () => undefined,
    );
    expect(again).toMatchObject({ content: info.content, format: "GGUF", storedAs: info.storedAs });
    expect((await next.predict(5, ids, {})).target).toEqual(target);
    expect(target.id).toBe(logits.indexOf(Math.max(...logits)));
  } finally {
    await hub.close();
  }
});
