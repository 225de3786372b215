import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { attachProgress, followAttaching } from "./attach-progress.ts";

const reading = (done: number) => ({ stage: "reading", done, total: 0, part: "adapter" }) as const;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("an adapter on its way has its speed, says when its line stands still, and nothing of the one before", () => {
  const first = followAttaching();
  for (let ms = 0; ms < 10_000; ms += 200) {
    vi.advanceTimersByTime(200);
    first.onProgress(reading(ms + 200));
  }
  expect(attachProgress.getState()).toMatchObject({ progress: reading(10_000), silentMs: undefined });
  expect(attachProgress.getState().bytesPerSecond! / 1000).toBeCloseTo(1, 1);
  vi.advanceTimersByTime(8_000);
  expect(attachProgress.getState()).toMatchObject({ bytesPerSecond: undefined, silentMs: 8_000 });
  first.end();
  vi.advanceTimersByTime(60_000);
  expect(attachProgress.getState().silentMs).toBe(8_000);
  followAttaching().end();
  expect(attachProgress.getState()).toEqual({
    progress: undefined,
    leftMs: undefined,
    bytesPerSecond: undefined,
    silentMs: undefined,
  });
});
