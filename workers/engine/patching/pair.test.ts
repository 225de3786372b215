import { beforeAll, describe, expect, test, vi } from "vitest";
import { abacusFiles } from "#test/checkpoints.ts";
import { loadInNode, unaborted } from "#test/engine.ts";
import { ModelSession } from "../session/model-session.ts";
import { PatchSession } from "./patch-session.ts";

let session: PatchSession;
beforeAll(async () => {
  const loaded = await loadInNode(abacusFiles(), "q8");
  session = new PatchSession(loaded, new ModelSession(loaded));
});

const PAIR = { clean: "3+5=", corrupted: "3+4=" };
const ask = (pair: typeof PAIR, more: object = {}) =>
  session.patch(pair, { site: "resid_post", direction: "denoise", ...more }, () => undefined, unaborted());

describe("what a pair is judged by", () => {
  test("by itself each prompt's own answer: 8 against 7, by the difference of their logits", async () => {
    const { metric, answers, clean, corrupted, values } = await ask(PAIR);
    expect([metric, answers.map(({ text }) => text)]).toEqual(["logitDifference", ["8", "7"]]);
    expect(clean).toBeGreaterThan(0);
    expect(corrupted).toBeLessThan(0);
    // behind the last layer the last position is the whole answer, and no other position is any of it
    expect(values.at(-1)).toBeAllClose([0, 0, 0, 0, 1], { atol: 1e-4 });
  });

  test("where both have the same answer, its log-probability", async () => {
    const { metric, answers } = await ask({ clean: "3+5=", corrupted: "4+4=" });
    expect([metric, answers.map(({ text }) => text)]).toEqual(["logProbability", ["8"]]);
  });

  test("a target, by its log-probability or its probability; the right answer alone, if that is asked for", async () => {
    expect(await ask(PAIR, { target: "8" })).toMatchObject({ metric: "logProbability", answers: [{ text: "8" }] });
    expect(await ask(PAIR, { target: "7", metric: "probability" })).toMatchObject({ answers: [{ text: "7" }] });
    expect(await ask(PAIR, { answers: ["8", "7"], metric: "probability" })).toMatchObject({ answers: [{ text: "8" }] });
  });

  test("costs two forwards and the layers from each patch on", async () => {
    // six layers, five positions: resid_post runs 5, 4, 3, 2, 1 and 0 of them
    expect((await ask(PAIR)).forwards).toBe(2 + (5 * 15) / 6);
    expect((await ask(PAIR, { site: "resid_pre" })).forwards).toBe(2 + (5 * 21) / 6);
  });
});

test.each<[string, object, string]>([
  ["both answers and a target", { answers: ["8", "7"], target: "8" }, "answers and target were both given"],
  ["a difference of one token", { target: "8", metric: "logitDifference" }, "needs two answers"],
  ["the same answer twice", { answers: ["8", "8"] }, "the same token"],
  ["a position of a residual", { position: 1 }, "position belongs to z"],
  ["a position that is not there", { site: "z", position: 5 }, "position: 5 must be a whole number from 0 to 4"],
  ["neurons without their site", { neurons: [{ layer: 0, neuron: 0 }] }, "site post"],
  ["their site without neurons", { site: "post" }, "site post"],
  ["a neuron that is not there", { site: "post", neurons: [{ layer: 9, neuron: 0 }] }, "layers 0 to 5"],
])("%s is refused with what is needed", async (_name, more, sentence) => {
  await expect(ask(PAIR, more)).rejects.toMatchObject({
    code: "bad-request",
    message: expect.stringContaining(sentence) as string,
  });
});

test("prompts of different lengths are refused with both as they are cut, and how to mend it", async () => {
  await expect(ask({ clean: "3+5=", corrupted: "3+=" })).rejects.toThrow(
    "patching: the clean prompt has 5 tokens (<s> · 3 · + · 5 · =) and the corrupted one 4 (<s> · 3 · + · =); token by token, both need as many",
  );
});

test("and are told apart before anything of them is run", async () => {
  const loaded = await loadInNode(abacusFiles(), "q8");
  const block = vi.spyOn(loaded.runner, "block");
  const fresh = new PatchSession(loaded, new ModelSession(loaded));
  const unlike = { clean: "3+5=", corrupted: "3+=" };
  const options = { site: "resid_post", direction: "denoise" } as const;
  await expect(fresh.patch(unlike, options, () => undefined, unaborted())).rejects.toThrow("both need as many");
  expect(block).not.toHaveBeenCalled();
});

test("a path's progress grows to its end", async () => {
  const [from, to] = [
    { kind: "head", at: { layer: 0, head: 7 } },
    { kind: "head", at: { layer: 3, head: 6 } },
  ] as const;
  const shares: number[] = [];
  await session.pathPatch(
    PAIR,
    { direction: "noise", from, to },
    ({ done, total }) => shares.push(done / total),
    unaborted(),
  );
  expect(shares.length).toBeGreaterThan(1);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect(shares.at(-1)).toBe(1);
});
