import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { tellSigns } from "#core/sign.ts";
import { PauseLatch } from "../load/pause-latch.ts";
import { ask, PassingFailure, PATIENCE, withPatience } from "./fetch-range.ts";
import type { Fetching } from "./fetch-range.ts";

const FETCHING: Fetching = { onBytes: () => undefined, patience: PATIENCE };
let signs: number;
let now = 0;

beforeEach(() => {
  // each look at the clock is a second later, so that no sign is held back
  vi.spyOn(performance, "now").mockImplementation(() => (now += 1_000));
  signs = 0;
  tellSigns(() => (signs += 1));
});
afterEach(() => {
  tellSigns(() => undefined);
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const served = (response: Response) => vi.stubGlobal("fetch", () => Promise.resolve(response));

test("an answer is a sign, also one that says no, and so is each piece of its body", async () => {
  served(new Response("not here", { status: 404 }));
  await ask("http://there/a.bin", undefined, FETCHING);
  expect(signs).toBe(1);
  const pieces = ["one", "two", "three"].map((text) => new TextEncoder().encode(text));
  served(
    new Response(
      new ReadableStream({
        pull(body) {
          const piece = pieces.shift();
          if (piece) body.enqueue(piece);
          else body.close();
        },
      }),
    ),
  );
  const answer = await ask("http://there/a.bin", undefined, FETCHING);
  while (await answer.next());
  expect(signs).toBeGreaterThanOrEqual(1 + 1 + 3);
});

test("a pause that a server asked for gives signs, however long it is", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  const fault = Object.assign(new Error("busy")) as never;
  let attempts = 0;
  const done = withPatience(
    () => (++attempts === 1 ? Promise.reject(new PassingFailure(fault, 200_000)) : Promise.resolve("there")),
    2,
    FETCHING,
  );
  await vi.advanceTimersByTimeAsync(200_000);
  expect([await done, signs]).toEqual(["there", 199]);
});

test("a load that a person holds up gives signs until it goes on", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const latch = new PauseLatch();
  latch.close();
  const passed = latch.pass(new AbortController().signal);
  vi.advanceTimersByTime(600_000);
  expect(signs).toBe(600);
  latch.open();
  await passed;
  expect(vi.getTimerCount()).toBe(0);
});
