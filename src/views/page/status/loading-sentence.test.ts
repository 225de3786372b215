import { describe, expect, test } from "vitest";
import { LoadPace, NO_PACE } from "#state/model/load-pace.ts";
import { loadingSentence } from "./loading-sentence.ts";

const TOTAL = 12_860_000;
const fetching = (done: number) => ({ stage: "fetching", done, total: TOTAL, part: "block 3 of 6" }) as const;
/** Thin spaces as plain ones. */
const said = (...args: Parameters<typeof loadingSentence>) => loadingSentence(...args).replaceAll("\u202f", " ");
const loading = { kind: "loading", progress: undefined, isPaused: false, ...NO_PACE } as const;

/** What stands there after so many seconds of a line of so many bytes a second. */
function after(seconds: number, perSecond: number): string {
  const pace = new LoadPace();
  for (let ms = 0; ms < seconds * 1000; ms += 200) pace.after(fetching((perSecond * ms) / 1000), ms);
  const progress = fetching(perSecond * seconds);
  return said("abacus", { ...loading, progress, ...pace.after(progress, seconds * 1000) });
}

test("at a kilobyte a second the speed and the time left are true, and read as such", () => {
  // 12.85 MB are 214 min, 3.6 h
  expect(after(10, 1_000)).toBe("Fetching: block 3 of 6, 10 kB of 12.9 MB, 1.0 kB/s, 3.6 h left");
  expect(after(60, 50_000)).toBe("Fetching: block 3 of 6, 3.0 MB of 12.9 MB, 50 kB/s, 3 min left");
  expect(after(10, 1_000_000)).toBe("Fetching: block 3 of 6, 10.0 MB of 12.9 MB, 1.0 MB/s, 3 s left");
});

test("in the first second no speed and no time are made up", () => {
  expect(after(1, 1_000)).toBe("Fetching: block 3 of 6, 1.0 kB of 12.9 MB");
});

test("a line that stands still says so, and for how long, in place of a speed", () => {
  const pace = new LoadPace();
  for (let ms = 0; ms <= 10_000; ms += 200) pace.after(fetching(ms), ms);
  expect(said("abacus", { ...loading, progress: fetching(10_000), ...pace.at(22_000) })).toBe(
    "Fetching: block 3 of 6, 10 kB of 12.9 MB, nothing has come for 12 s; it goes on by itself when something does",
  );
});

describe("other stages", () => {
  test("what is read before the weights has no total", () => {
    const progress = { stage: "reading", done: 431_000, total: 0, part: "files" } as const;
    expect(said("abacus", { ...loading, progress })).toBe("Reading: files, 431 kB so far");
    expect(said("abacus", { ...loading, progress: { ...progress, done: 0 } })).toBe("Reading: files");
    expect(said("abacus", loading)).toBe("Starting on abacus");
  });

  test("what is paused says so", () => {
    expect(said("abacus", { ...loading, progress: fetching(5_000_000), isPaused: true })).toBe(
      "Fetching: block 3 of 6, 5.0 MB of 12.9 MB, paused",
    );
  });
});
