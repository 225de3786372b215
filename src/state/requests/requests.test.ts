import { beforeEach, expect, test } from "vitest";
import { createStore } from "zustand/vanilla";
import type { Engine } from "#client/engine.ts";
import { Fault } from "#core/fault.ts";
import { notices } from "../notices.ts";
import { connectEngine } from "../run/engine-port.ts";
import { Requests } from "./requests.ts";
import type { Reports, RequestSlot } from "./requests.ts";

interface Values {
  readonly count: number;
  readonly words: string;
}
interface Slot<T> extends RequestSlot<T> {
  readonly of?: string;
}
type Slots = { readonly [Kind in keyof Values]: Slot<Values[Kind]> };

/** One question that the test answers. */
interface Asked<T> extends Reports<T> {
  readonly answer: (value: T) => void;
  readonly fail: (reason: Error) => void;
  readonly whole: Promise<T | undefined>;
}

const IDLE = { value: undefined, status: "idle", progress: undefined } as const;
const store = createStore<Slots>(() => ({ count: IDLE, words: IDLE }));
const requests = new Requests<Values, Slots, Slot<unknown>>(store, {
  about: (kind) => `the ${kind}`,
  gone: (kind) => (kind === "count" ? "idle" : "stopped"),
});
const slot = (kind: keyof Values = "count") => store.getState()[kind];
const said = () => notices.getState().list.map(({ about, message }) => [about, message]);
const GONE = new Fault("device-lost", "the GPU was lost");

function ask<Kind extends keyof Values>(kind: Kind, of = ""): Asked<Values[Kind]> {
  const asked = Promise.withResolvers<Values[Kind]>();
  let reports: Reports<Values[Kind]>;
  const whole = requests.start(kind, {
    ask: (_, given) => {
      reports = given;
      return asked.promise;
    },
    shows: () => ({ of }),
  });
  return { ...reports!, answer: asked.resolve, fail: asked.reject, whole };
}

beforeEach(() => {
  connectEngine({} as Engine);
  requests.cancelAll();
  store.setState({ count: IDLE, words: IDLE }, true);
  notices.setState({ list: [] });
});

test("an answer comes with how far it is, in part, and whole", async () => {
  const { answer, partial, progress, whole } = ask("count", "a");
  expect(slot()).toEqual({ ...IDLE, status: "computing" });
  progress({ done: 0, total: 4 });
  expect(slot().progress).toEqual({ done: 0, total: 4, leftMs: undefined });
  partial(1);
  expect(slot()).toMatchObject({ status: "computing", value: 1, of: "a" });
  expect(requests.underWay).toEqual(["count"]);
  answer(2);
  expect(await whole).toBe(2);
  expect(slot()).toEqual({ value: 2, of: "a", status: "done", progress: undefined });
  expect(requests.underWay).toEqual([]);
});

test("the time left is by the pace, or as whoever asks knows it", () => {
  const paced = ask("count");
  paced.progress({ done: 2, total: 4 });
  expect(slot().progress!.leftMs).toBeGreaterThanOrEqual(0);
  void requests.start("words", {
    ask(_, { progress }) {
      progress({ done: 1, total: 4 });
      return new Promise(() => undefined);
    },
    leftMs: (done, total) => 10 * (total - done),
  });
  expect(slot("words").progress).toEqual({ done: 1, total: 4, leftMs: 30 });
});

test("what is not under way cannot be stopped, and stands as it did", () => {
  expect(requests.stop("count")).toBe(false);
  expect(slot()).toBe(IDLE);
});

test.each([
  ["an answer", ({ answer }: Asked<number>) => answer(9)],
  ["a part of it", ({ partial }: Asked<number>) => partial(9)],
  ["its progress", ({ progress }: Asked<number>) => progress({ done: 1, total: 2 })],
  ["its failure", ({ fail }: Asked<number>) => fail(new Fault("internal", "late"))],
  ["the engine's end", ({ fail }: Asked<number>) => fail(GONE)],
])("of an older question %s changes nothing any more", async (_, come) => {
  const older = ask("count", "older");
  const newer = ask("count", "newer");
  expect([older.signal.aborted, newer.signal.aborted]).toEqual([true, false]);
  const now = slot();
  come(older);
  older.answer(9);
  expect(await older.whole).toBeUndefined();
  expect(slot()).toBe(now);
  newer.answer(1);
  await newer.whole;
  come(older);
  expect(slot()).toMatchObject({ value: 1, of: "newer", status: "done" });
  expect(said()).toEqual([]);
});

test("stopped, it keeps what has arrived and says nothing, whatever comes after", async () => {
  const { signal, partial, progress, fail, whole } = ask("count");
  partial(1);
  progress({ done: 1, total: 2 });
  expect(requests.stop("count")).toBe(true);
  expect(signal.aborted).toBe(true);
  partial(5);
  fail(new Fault("cancelled", "the call was cancelled"));
  expect(await whole).toBeUndefined();
  expect(slot()).toMatchObject({ value: 1, status: "stopped", progress: undefined });
  expect(said()).toEqual([]);
  expect(requests.stop("count")).toBe(false);
});

test("failed, it keeps what was shown and says why, until a newer one begins", async () => {
  const first = ask("count");
  first.answer(1);
  await first.whole;
  const second = ask("count");
  second.progress({ done: 1, total: 2 });
  second.fail(new Fault("bad-request", "count: no"));
  expect(await second.whole).toBeUndefined();
  expect(slot()).toMatchObject({ value: 1, status: "failed", progress: undefined });
  expect(said()).toEqual([["the count", "count: no"]]);
  ask("count");
  expect(said()).toEqual([]);
});

test("where the engine ends, nothing is said of it here, and each kind stands as it is to go on", async () => {
  const [count, words] = [ask("count"), ask("words")];
  count.fail(GONE);
  words.fail(GONE);
  await Promise.all([count.whole, words.whole]);
  expect([slot("count").status, slot("words").status]).toEqual(["idle", "stopped"]);
  expect(said()).toEqual([]);
});

test("kinds go on beside each other", async () => {
  const [count, words] = [ask("count"), ask("words")];
  requests.stop("count");
  expect([count.signal.aborted, words.signal.aborted]).toEqual([true, false]);
  words.answer("w");
  await words.whole;
  expect(slot("words")).toMatchObject({ value: "w", status: "done" });
});

test("whoever ends all writes what is left of them", () => {
  const [count, words] = [ask("count"), ask("words")];
  const before = store.getState();
  requests.cancelAll();
  expect([count.signal.aborted, words.signal.aborted, requests.underWay]).toEqual([true, true, []]);
  expect(store.getState()).toBe(before);
  const again = ask("count");
  requests.settle("count", IDLE, { of: "nobody" });
  expect(again.signal.aborted).toBe(true);
  expect(slot()).toEqual({ ...IDLE, of: "nobody" });
});
