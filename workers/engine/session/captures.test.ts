import { CountingRunner } from "#test/counting-runner.ts";
import { headAt } from "#test/interventions.ts";
import { expect, test } from "vitest";
import { Captures } from "./captures.ts";
import { NO_CHANGES } from "#analysis/ablation/changes.ts";

test("two who ask at once share one run, and a third who asks later has it as well", async () => {
  const runner = new CountingRunner();
  const captures = new Captures(runner);
  const [first, second] = await Promise.all([captures.get([1, 2], NO_CHANGES), captures.get([1, 2], NO_CHANGES)]);
  expect(second).toBe(first);
  expect(await captures.get([1, 2], NO_CHANGES)).toBe(first);
  expect(runner.embeds).toBe(1);
});

test("another prompt or another intervention is another run", async () => {
  const runner = new CountingRunner();
  const captures = new Captures(runner);
  const runs = [
    await captures.get([1, 2], NO_CHANGES),
    await captures.get([12], NO_CHANGES),
    await captures.get([1, 2], { interventions: [headAt(0, 1)] }),
    await captures.get([1, 2], { interventions: [headAt(1, 0)] }),
  ];
  expect(new Set(runs).size).toBe(4);
  expect(runs[2]!.logits[0]).toBe(runs[0]!.logits[0]! - 2);
});

test("keeps the six that were used last", async () => {
  const runner = new CountingRunner();
  const captures = new Captures(runner);
  for (const id of [0, 1, 2, 3, 4, 5]) await captures.get([id], NO_CHANGES);
  // 0 was used again, so 1 is the oldest when 6 comes
  await captures.get([0], NO_CHANGES);
  await captures.get([6], NO_CHANGES);
  expect(runner.embeds).toBe(7);
  for (const id of [0, 2, 3, 4, 5, 6]) await captures.get([id], NO_CHANGES);
  expect(runner.embeds).toBe(7);
  await captures.get([1], NO_CHANGES);
  expect(runner.embeds).toBe(8);
});

test("a failed run is forgotten, and told to all who waited for it", async () => {
  const runner = new CountingRunner();
  const captures = new Captures(runner);
  runner.onBlock = () => {
    throw new Error("the device is busy");
  };
  const both = await Promise.allSettled([captures.get([1], NO_CHANGES), captures.get([1], NO_CHANGES)]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  runner.onBlock = () => undefined;
  expect((await captures.get([1], NO_CHANGES)).ids).toEqual([1]);
  expect(runner.embeds).toBe(2);
});

test("a run that fails after it was pushed out leaves the newer run of the same prompt alone", async () => {
  const runner = new CountingRunner();
  const captures = new Captures(runner);
  const embed = runner.embed.bind(runner);
  let failLate: (reason: Error) => void = () => undefined;
  runner.embed = () =>
    new Promise((_, reject) => {
      failLate = reject;
    });
  const late = captures.get([1], NO_CHANGES);
  runner.embed = embed;
  for (const id of [2, 3, 4, 5, 6, 7]) await captures.get([id], NO_CHANGES);
  const newer = captures.get([1], NO_CHANGES);
  await newer;
  failLate(new Error("too late"));
  await expect(late).rejects.toThrow("too late");
  await Promise.resolve();
  expect(await captures.get([1], NO_CHANGES)).toBe(await newer);
});

test("whoever waits for a run hears of its layers, from when they came until they left", async () => {
  const runner = new CountingRunner();
  const captures = new Captures(runner);
  const heard: Record<"first" | "leaving" | "late", number[]> = { first: [], leaving: [], late: [] };
  const leave = new AbortController();
  let late: Promise<unknown> | undefined;
  const first = captures.get([1], NO_CHANGES, {
    onLayer(layer) {
      heard.first.push(layer);
      if (layer === 1) late = captures.get([1], NO_CHANGES, { onLayer: (each) => heard.late.push(each) });
    },
  });
  const leaving = captures.get([1], NO_CHANGES, { signal: leave.signal, onLayer: (each) => heard.leaving.push(each) });
  leave.abort(new Error("left"));
  await expect(leaving).rejects.toThrow("left");
  await Promise.all([first, late]);
  const { layers } = runner.spec;
  const all = Array.from({ length: layers }, (_, layer) => layer);
  expect([heard.first, heard.late]).toEqual([all, all.slice(1)]);
  expect(heard.leaving.length).toBeLessThan(layers);
  expect(runner.embeds).toBe(1);
});
