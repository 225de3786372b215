import { fileSet } from "#test/engine.ts";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { TokenizerService } from "../../tokenizer/service.ts";
import type { TokenizerRequest } from "../../tokenizer/service.ts";
import { TokenizerHost } from "./tokenizer-host.ts";
import { openTokenizer } from "./tokenizer.ts";

const VOCAB = { a: 0, b: 1, c: 2, "?": 3 };
const tokenizer = (patterns: readonly string[]) => ({
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: {
    type: "Sequence",
    pretokenizers: patterns.map((Regex) => ({
      type: "Split",
      pattern: { Regex },
      behavior: "Isolated",
      invert: false,
    })),
  },
  model: { type: "WordLevel", vocab: VOCAB, unk_token: "?" },
});
const opened = (json: unknown, host?: TokenizerHost) =>
  openTokenizer(
    fileSet(new Map([["tokenizer.json", new TextEncoder().encode(JSON.stringify(json))]])),
    host ? { host } : {},
  );

/** The library in processes that never answer a text with "c" in it, where the pattern in their file has a "c" too. */
function hanging() {
  const started: { ended: boolean }[] = [];
  const host = new TokenizerHost(async () => {
    const service = new TokenizerService();
    const hangs = new Set<number>();
    const process = { ended: false };
    started.push(process);
    await service.start();
    return {
      ask: (request: TokenizerRequest) => {
        if (request.kind === "open" && /"Regex":"c"/.test(new TextDecoder().decode(request.json)))
          hangs.add(request.key);
        const isStuck =
          request.kind === "encode" && hangs.has(request.key) && request.texts.some((t) => t.includes("c"));
        return isStuck ? new Promise<never>(() => undefined) : service.answer(request);
      },
      end: () => {
        process.ended = true;
      },
    };
  });
  return { host, started };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

/** Lets the clock run until a promise settles. */
async function timePasses<T>(promise: Promise<T>): Promise<PromiseSettledResult<T>> {
  let settled: PromiseSettledResult<T> | undefined;
  void Promise.allSettled([promise]).then(([result]) => (settled = result));
  while (!settled) {
    await vi.advanceTimersByTimeAsync(1_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return settled;
}

test("a text that is never cut is ended in time, with the pattern that was the reason, and the next one is cut", async () => {
  const { host, started } = hanging();
  const { tokenize } = await opened(tokenizer(["a", "c"]), host);
  expect((await tokenize("ab")).ids).toEqual([0, 1]);
  const stuck = await timePasses(tokenize("abc"));
  expect(stuck).toMatchObject({ status: "rejected", reason: { code: "bad-request" } });
  expect(String((stuck as PromiseRejectedResult).reason)).toMatch(
    /its pattern "c" of pre_tokenizer had not finished cutting "abc" after 5\.0 s and was ended/,
  );
  expect(started.filter(({ ended }) => ended).length).toBeGreaterThan(0);
  // the questions that follow about the same prompt do not wait again
  const ended = started.length;
  await expect(tokenize("abc")).rejects.toBe((stuck as PromiseRejectedResult).reason);
  expect(started.length).toBe(ended);
  expect((await tokenize("ba")).ids).toEqual([1, 0]);
});

test("of texts that wait together, one that is never cut fails alone", async () => {
  const { host } = hanging();
  const { tokenize } = await opened(tokenizer(["c"]), host);
  const found = await timePasses(Promise.allSettled(["ab", "c", "b"].map((text) => tokenize(text))));
  expect((found as PromiseFulfilledResult<unknown>).value).toMatchObject([
    { status: "fulfilled", value: { ids: [3] } },
    { status: "rejected", reason: { code: "bad-request" } },
    { status: "fulfilled", value: { ids: [1] } },
  ]);
});

test("a pattern with too many ways is named, and the next text is cut", async () => {
  vi.useRealTimers();
  const { tokenize } = await opened(tokenizer(["b", "(a+)+c"]));
  await expect(tokenize("a".repeat(60))).rejects.toMatchObject({
    code: "bad-request",
    message: expect.stringContaining('its pattern "(a+)+c" of pre_tokenizer had not finished cutting "aaa'),
  });
  expect((await tokenize("ba")).ids).toEqual([1, 0]);
});

test("two tokenizers and a third keep their own ids, whichever was open last", async () => {
  vi.useRealTimers();
  const others = await Promise.all(
    [0, 10, 20].map((first) => {
      const vocab = { a: first, "?": first + 1 };
      return opened({ ...tokenizer(["b"]), model: { type: "WordLevel", vocab, unk_token: "?" } });
    }),
  );
  for (const round of [0, 1]) {
    const found = await Promise.all(others.map(async ({ tokenize }) => (await tokenize("a")).ids));
    expect([round, ...found.flat()]).toEqual([round, 0, 10, 20]);
  }
});

test("a library that cannot be loaded is said, and asked for again", async () => {
  vi.useRealTimers();
  let isThere = false;
  const host = new TokenizerHost(async () => {
    if (!isThere) throw new Error("404 Not Found");
    const service = new TokenizerService();
    return { ask: (request) => service.answer(request), end: () => undefined };
  });
  await expect(opened(tokenizer(["b"]), host)).rejects.toMatchObject({
    code: "unreachable",
    message: "the tokenizer library could not be loaded: 404 Not Found",
  });
  isThere = true;
  expect((await (await opened(tokenizer(["b"]), host)).tokenize("a")).ids).toEqual([0]);
});

describe("texts that are typed while another one is being cut", () => {
  /** The library, at the pace of the one who turns it; what it was asked to cut is kept. */
  function turned() {
    const cut: string[][] = [];
    const turns: (() => void)[] = [];
    const host = new TokenizerHost(async () => {
      const service = new TokenizerService();
      await service.start();
      return {
        async ask(request: TokenizerRequest) {
          if (request.kind === "encode" && request.texts.length > 0) {
            cut.push([...request.texts]);
            await new Promise<void>((resolve) => turns.push(resolve));
          }
          return service.answer(request);
        },
        end: () => undefined,
      };
    });
    return { host, cut, turn: () => vi.waitFor(() => turns.splice(0, 1)[0]!()) };
  }

  test("are cut only where somebody still waits for them", async () => {
    vi.useRealTimers();
    const { host, cut, turn } = turned();
    const { tokenize } = await opened(tokenizer(["b"]), host);
    const asked = ["a", "ab", "aba", "abab"].map((text) => {
      const stop = new AbortController();
      return { stop, ids: tokenize(text, stop.signal) };
    });
    const settled = Promise.allSettled(asked.map(({ ids }) => ids));
    await vi.waitFor(() => expect(cut).toHaveLength(1));
    const late = ["b", "ba", "bab"].map((text) => {
      const stop = new AbortController();
      return { stop, ids: tokenize(text, stop.signal) };
    });
    const lateSettled = Promise.allSettled(late.map(({ ids }) => ids));
    late[0]!.stop.abort();
    late[1]!.stop.abort();
    await turn();
    await vi.waitFor(() => expect(cut).toHaveLength(2));
    await turn();
    expect(cut).toEqual([["a", "ab", "aba", "abab"], ["bab"]]);
    expect((await settled).map(({ status }) => status)).toEqual(Array.from({ length: 4 }, () => "fulfilled"));
    expect((await lateSettled).map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
  });

  test("are cut for the one who stays, whoever else leaves", async () => {
    vi.useRealTimers();
    const { host, cut, turn } = turned();
    const { tokenize } = await opened(tokenizer(["b"]), host);
    const first = tokenize("a");
    await vi.waitFor(() => expect(cut).toHaveLength(1));
    const leaving = new AbortController();
    const stays = tokenize("ab", new AbortController().signal);
    void tokenize("ab", leaving.signal).catch(() => undefined);
    leaving.abort();
    await turn();
    await vi.waitFor(() => expect(cut).toHaveLength(2));
    await turn();
    expect([(await first).ids, (await stays).ids]).toEqual([[0], [0, 1]]);
  });
});
