import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { AskedEngine, settle } from "#test/asked-engine.ts";
import { firstPage } from "#test/first-page.ts";
import type { Subject } from "../subject.ts";
import type { Demand } from "./demand.ts";
import { connectEngine } from "./engine-port.ts";
import { results } from "./results.ts";
import type { ScoredAnswer } from "./results.ts";
import { askAgain, forgetRuns, haltNext, pursue, stopRun } from "./runner.ts";

let asked: AskedEngine;
beforeEach(() => {
  vi.useFakeTimers();
  asked = new AskedEngine();
  connectEngine(asked.engine);
  firstPage();
});
afterEach(() => vi.useRealTimers());

const demand = (key: string): Demand<ScoredAnswer> => ({
  key,
  about: () => ({ prompt: key }) as Subject,
  run: (engine, { signal }) => engine.scoreAnswer(key, { answer: [1] }, { signal }),
});
const want = (key?: string) => pursue(key === undefined ? {} : { answer: demand(key) });
const value = (logProbability: number): ScoredAnswer => ({ tokens: [], logProbability, correct: true });
const answer = (logProbability: number) => asked.last("scoreAnswer").answer(value(logProbability));
const slot = () => results.getState().answer;
const prompts = () => asked.calls.map(({ prompt }) => prompt);

test("a question that is answered or on its way is left alone, and what was answered before is there at once", async () => {
  want("a");
  want("a");
  await answer(-1);
  want("a");
  want("b");
  await answer(-2);
  want("a");
  expect(prompts()).toEqual(["a", "b"]);
  expect(slot()).toMatchObject({ value: value(-1), about: { prompt: "a" }, answers: "a", asked: "a", status: "done" });
});

test("a remembered answer takes the place of what is under way, and says what it is about", async () => {
  want("a");
  await answer(-1);
  want("b");
  const { signal } = asked.last("scoreAnswer");
  expect(slot()).toMatchObject({
    status: "computing",
    value: value(-1),
    answers: "a",
    asked: "b",
    previous: value(-1),
  });
  want("a");
  expect([signal!.aborted, slot().status, slot().previous]).toEqual([true, "done", undefined]);
});

test("what is too long to be kept is asked again", async () => {
  const long = "x".repeat(100_001);
  want(long);
  await answer(-1);
  want("b");
  want(long);
  expect(prompts()).toEqual([long, "b", long]);
});

test("another model answers everything anew, and what was shown counts as an answer to an earlier question", async () => {
  want("a");
  await answer(-1);
  forgetRuns();
  expect(slot()).toMatchObject({ value: value(-1), answers: "gone", asked: "", status: "idle" });
  want("a");
  expect(prompts()).toEqual(["a", "a"]);
});

test("what nobody asks any more is cancelled, and asked again where somebody does", async () => {
  want("a");
  const { signal } = asked.last("scoreAnswer");
  want();
  expect([signal!.aborted, slot().status, slot().asked]).toEqual([true, "idle", ""]);
  want("a");
  expect(prompts()).toEqual(["a", "a"]);
  await answer(-1);
  expect(slot().status).toBe("done");
});

test("stopped it is not asked again by itself, a newer question is, and the same at a person's word", () => {
  want("a");
  expect(stopRun("answer")).toBe(true);
  expect(stopRun("answer")).toBe(false);
  want("a");
  expect([prompts(), slot().status]).toEqual([["a"], "stopped"]);
  askAgain("answer");
  want("a");
  want("b");
  expect(prompts()).toEqual(["a", "a", "b"]);
});

test("stopped between a keystroke and its question, that one begins stopped, and another one does not", async () => {
  want("a");
  stopRun("answer");
  haltNext("answer", () => true);
  want("b");
  expect([prompts(), slot().status, slot().asked]).toEqual([["a"], "stopped", "b"]);
  want("c");
  await settle();
  expect([prompts(), slot().status]).toEqual([["a", "c"], "computing"]);
  haltNext("answer", () => false);
  want("d");
  expect(prompts()).toEqual(["a", "c", "d"]);
});
