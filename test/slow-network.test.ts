import { createHash } from "node:crypto";
import * as ort from "onnxruntime-web";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { LoadProgress } from "#protocol/engine.ts";
import { LoadPace } from "#state/model/load-pace.ts";
import type { LoadSpeed } from "#state/model/load-pace.ts";
import { loadModel } from "#workers/engine/load/load-model.ts";
import { Arrivals } from "#workers/engine/load/load-meter.ts";
import { startRuntime } from "#workers/engine/run/runtime.ts";
import { openSource } from "#workers/engine/sources/open-source.ts";
import { randomCheckpoint } from "./checkpoints.ts";

/**
 * A load over a slow line, with everything between the server's stream and what the page says of it, on a clock that a test turns: what the page
 * says is held against what the server has sent.
 */

const BASE = "http://models.test/m/";
const TICK_MS = 100;
const FILES = randomCheckpoint({ layers: 3, modelDim: 96, neurons: 768, vocabulary: 300 });

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  // a thread that hashes takes as much of this clock as the machine is busy
  vi.spyOn(crypto.subtle, "digest").mockImplementation((_, bytes) =>
    Promise.resolve(Uint8Array.from(createHash("sha256").update(bytesOf(bytes)).digest()).buffer),
  );
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const bytesOf = (source: BufferSource) =>
  ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);

/** A server whose line brings so many bytes in each tick, whoever asks for them. */
class Line {
  sent = 0;
  readonly #open = new Set<{ readonly left: Uint8Array[]; readonly send: ReadableStreamDefaultController }>();

  readonly fetch = (url: string, { headers, signal }: RequestInit): Promise<Response> => {
    const bytes = FILES.get(url.slice(BASE.length));
    if (!bytes) return Promise.resolve(new Response("", { status: 404 }));
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec((headers as Record<string, string>)["Range"]!)!;
    const [start, end] = [Number(from), Math.min(Number(to) + 1, bytes.byteLength)];
    const body = new ReadableStream({
      start: (send) => {
        const answer = { left: [bytes.subarray(start, end)], send };
        this.#open.add(answer);
        signal?.addEventListener("abort", () => {
          if (!this.#open.delete(answer)) return;
          send.error(signal.reason);
        });
      },
    });
    const range = { "content-range": `bytes ${start}-${end - 1}/${bytes.byteLength}` };
    return Promise.resolve(new Response(body, { status: 206, headers: range }));
  };

  get isAsked(): boolean {
    return this.#open.size > 0;
  }

  bring(bytes: number): void {
    let room = bytes;
    for (const answer of this.#open) {
      const [left] = answer.left;
      const piece = left!.subarray(0, Math.ceil(room));
      if (piece.byteLength === 0) break;
      room -= piece.byteLength;
      this.sent += piece.byteLength;
      answer.send.enqueue(piece);
      answer.left[0] = left!.subarray(piece.byteLength);
      if (answer.left[0].byteLength > 0) continue;
      this.#open.delete(answer);
      answer.send.close();
    }
  }
}

interface Second {
  readonly progress: LoadProgress;
  readonly pace: LoadSpeed;
  readonly second: number;
  /** All that the server has sent. */
  readonly sent: number;
}

/** Loads for so many seconds, and what the page knows at the end of each. */
async function watched(perSecond: (ms: number) => number, seconds: number): Promise<Second[]> {
  const line = new Line();
  vi.stubGlobal("fetch", line.fetch);
  const stop = new AbortController();
  const arrivals = new Arrivals();
  const pace = new LoadPace();
  const seen: Second[] = [];
  let last: { progress: LoadProgress } | undefined;
  const runtime = await startRuntime(ort, "wasm", () => undefined);
  const opening = openSource({ kind: "url", base: BASE }, (bytes) => arrivals.add(bytes), stop.signal);
  const load = opening.then((files) =>
    loadModel(files, runtime, {
      dtype: "q8",
      signal: stop.signal,
      arrivals,
      onProgress(progress) {
        last = { progress };
        pace.after(progress);
      },
    }),
  );
  let isOver = false;
  const settled = load.then(
    () => (isOver = true),
    () => (isOver = true),
  );
  let owed = 0;
  for (let ms = TICK_MS; ms <= seconds * 1000; ms += TICK_MS) {
    await vi.advanceTimersByTimeAsync(TICK_MS);
    owed += (perSecond(ms) * TICK_MS) / 1000;
    const { sent } = line;
    line.bring(owed);
    owed = line.sent > sent ? 0 : Math.min(owed, perSecond(ms));
    // packing and the tokenizer's start take their time outside this clock
    do await new Promise((resolve) => setImmediate(resolve));
    while (!line.isAsked && !isOver);
    if (ms % 1000 === 0 && last) seen.push({ ...last, pace: pace.at(), second: ms / 1000, sent: line.sent });
  }
  stop.abort();
  await settled;
  return seen;
}

/** Of the stage in which the weights come, once it is under way for a while. */
const fetchingFrom = (seen: readonly Second[], seconds: number) =>
  seen.filter(({ progress }) => progress.stage === "fetching").slice(seconds);

test.each([1_000, 50_000])("at %i bytes a second speed, amount and time left are the line's own", async (perSecond) => {
  // a kilobyte a second needs a minute for the header alone
  const seen = fetchingFrom(await watched(() => perSecond, perSecond === 1_000 ? 200 : 25), 5);
  expect(seen.length).toBeGreaterThan(5);
  const [first] = seen;
  for (const { progress, pace, sent } of seen) {
    const came = sent - first!.sent;
    expect(Math.abs(progress.done - first!.progress.done - came)).toBeLessThanOrEqual(perSecond);
    expect(pace.bytesPerSecond! / perSecond).toBeGreaterThan(0.8);
    expect(pace.bytesPerSecond! / perSecond).toBeLessThan(1.2);
    const leftMs = (1000 * (progress.total - progress.done)) / perSecond;
    expect(pace.leftMs! / leftMs).toBeGreaterThan(0.8);
    expect(pace.leftMs! / leftMs).toBeLessThan(1.2);
  }
});

test("a line that goes in bursts has its mean for a speed", async () => {
  const seen = fetchingFrom(await watched((ms) => (ms % 2000 < 500 ? 40_000 : 0), 45), 10);
  expect(seen.length).toBeGreaterThan(5);
  for (const { pace } of seen) {
    expect(pace.silentMs).toBeUndefined();
    expect(pace.bytesPerSecond! / 10_000).toBeGreaterThan(0.8);
    expect(pace.bytesPerSecond! / 10_000).toBeLessThan(1.2);
  }
});

test("a line that stands still is said to, second by second, and has its speed again when it goes on", async () => {
  const seen = await watched((ms) => (ms > 10_000 && ms <= 25_000 ? 0 : 20_000), 45);
  const at = (second: number) => seen.find((each) => each.second === second)!.pace;
  for (let second = 16; second <= 25; second++) {
    expect(at(second)).toMatchObject({ bytesPerSecond: undefined, leftMs: undefined });
    expect(at(second).silentMs! / 1000).toBeCloseTo(second - 10, 0);
  }
  expect(at(26).silentMs).toBeUndefined();
  expect(at(45).bytesPerSecond! / 20_000).toBeGreaterThan(0.8);
  expect(at(45).bytesPerSecond! / 20_000).toBeLessThan(1.2);
});
