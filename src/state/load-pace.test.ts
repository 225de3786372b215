import { expect, test } from "vitest";
import { LoadPace } from "./load-pace.ts";

const fetching = (done: number) => ({ stage: "fetching", done, total: 1000, part: "block 1" }) as const;

test("has no pace to go by at the first mark", () => {
  expect(new LoadPace().after(fetching(500), 0)).toEqual({ leftMs: undefined, bytesPerSecond: undefined });
});

test("counts from the first mark, not from 0: what was stored earlier cost no time now", () => {
  const pace = new LoadPace();
  pace.after(fetching(600), 0);
  // 100 bytes in 2 s leave 300 for 6 s
  expect(pace.after(fetching(700), 2000)).toEqual({ leftMs: 6000, bytesPerSecond: 50 });
});

test("forgets what was more than a quarter of a minute ago", () => {
  const pace = new LoadPace();
  pace.after(fetching(0), 0);
  pace.after(fetching(500), 1000);
  pace.after(fetching(510), 2000);
  pace.after(fetching(600), 20_000);
  expect(pace.after(fetching(610), 22_000).bytesPerSecond).toBe(5);
});

test("begins anew with a stage and after a pause, and only a download has bytes per second", () => {
  const pace = new LoadPace();
  pace.after(fetching(0), 0);
  pace.after(fetching(10), 1000);
  const preparing = (done: number) => ({ stage: "preparing", done, total: 100, part: "" }) as const;
  expect(pace.after(preparing(0), 2000).leftMs).toBeUndefined();
  expect(pace.after(preparing(50), 3000)).toEqual({ leftMs: 1000, bytesPerSecond: undefined });
  pace.forget();
  expect(pace.after(preparing(60), 99_000).leftMs).toBeUndefined();
});

test("a pace of nothing says nothing", () => {
  const pace = new LoadPace();
  pace.after(fetching(10), 0);
  expect(pace.after(fetching(10), 1000)).toEqual({ leftMs: undefined, bytesPerSecond: undefined });
  expect(pace.after(fetching(20), 1000).leftMs).toBeGreaterThan(0);
});
