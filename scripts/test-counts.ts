/** How many tests passed and failed; skipped ones are neither. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

export const sum = (a: Counts, b: Counts): Counts => ({ passed: a.passed + b.passed, failed: a.failed + b.failed });

/** A step that has no tests of its own counts as one. */
export const gateCounts = (succeeded: boolean): Counts => ({ passed: Number(succeeded), failed: Number(!succeeded) });

/** What a runner reported; a step that failed without a failed test (it crashed, it found none) is one failure. */
export function stepCounts(reported: Counts, succeeded: boolean): Counts {
  return succeeded || reported.failed > 0 ? reported : { ...reported, failed: 1 };
}

/** Vitest's JSON report. */
export function countVitest(report: unknown): Counts {
  const { numPassedTests, numFailedTests } = report as Record<string, number | undefined>;
  return { passed: numPassedTests ?? 0, failed: numFailedTests ?? 0 };
}

/** Playwright's JSON report; a test that passed only when tried again passed. */
export function countPlaywright(report: unknown): Counts {
  const { stats = {} } = report as { readonly stats?: Record<string, number | undefined> };
  return { passed: (stats["expected"] ?? 0) + (stats["flaky"] ?? 0), failed: stats["unexpected"] ?? 0 };
}
