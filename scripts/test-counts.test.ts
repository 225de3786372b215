import { expect, test } from "vitest";
import { closing, countPlaywright, countVitest, gateCounts, stepCounts, sum } from "./test-counts.ts";

test("counts what Vitest and Playwright report", () => {
  expect(countVitest({ numPassedTests: 7, numFailedTests: 2 })).toEqual({ passed: 7, failed: 2, skipped: [] });
  expect(countPlaywright({ stats: { expected: 3, unexpected: 1, flaky: 1, skipped: 0 } })).toEqual({
    passed: 4,
    failed: 1,
    skipped: [],
    again: [],
  });
});

test("names the stories that passed only when tried again", () => {
  const report = {
    stats: { expected: 1, flaky: 1 },
    suites: [
      { specs: [{ title: "links.spec.ts: back", tests: [{ status: "flaky" }] }] },
      { specs: [{ title: "opens.spec.ts", tests: [{ status: "expected" }] }] },
    ],
  };
  expect(closing(sum(countPlaywright(report), { passed: 5, failed: 0 }))).toBe(
    "Passed only when tried again: links.spec.ts: back\n7 passed, 0 failed",
  );
});

test("says of tests that were not run why not, each reason once, and counts them in the last line", () => {
  const story = { status: "skipped", annotations: [{ type: "skip", description: "Firefox is not on this machine" }] };
  const report = {
    stats: { expected: 1, skipped: 2 },
    suites: [{ specs: [{ tests: [{ status: "expected" }, story] }], suites: [{ specs: [{ tests: [story] }] }] }],
  };
  expect(closing(countPlaywright(report))).toBe(
    "Not run: 2 tests, as Firefox is not on this machine.\n1 passed, 0 failed, 2 skipped",
  );
  const units = {
    numPassedTests: 2,
    testResults: [
      { assertionResults: [{ status: "passed" }, { status: "skipped", meta: { notRun: "there is no Redis" } }] },
      { assertionResults: [{ status: "passed" }, { status: "skipped", meta: {} }] },
    ],
  };
  expect(closing(countVitest(units))).toBe(
    "Not run: 1 test, as there is no Redis.\nNot run: 1 test, as no reason is given.\n2 passed, 0 failed, 2 skipped",
  );
  expect(closing({ passed: 7, failed: 1 })).toBe("7 passed, 1 failed");
});

test("takes a runner's crash for one failure, and does not count a failed test twice", () => {
  expect(stepCounts({ passed: 5, failed: 0 }, false)).toEqual({ passed: 5, failed: 1 });
  expect(stepCounts({ passed: 5, failed: 2 }, false)).toEqual({ passed: 5, failed: 2 });
  expect(stepCounts({ passed: 5, failed: 0 }, true)).toEqual({ passed: 5, failed: 0 });
});

test("counts a step without tests as one, and adds up", () => {
  expect([gateCounts(true), gateCounts(false), { passed: 10, failed: 3 }].reduce(sum)).toEqual({
    passed: 11,
    failed: 4,
    skipped: [],
    again: [],
  });
});
