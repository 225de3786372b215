/**
 * How many tests passed, failed and were not run, each of the last with what kept it from running; `again` names those of the passed ones that
 * failed at first.
 */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped?: readonly string[];
  readonly again?: readonly string[];
}

export const sum = (a: Counts, b: Counts): Counts => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: [...(a.skipped ?? []), ...(b.skipped ?? [])],
  again: [...(a.again ?? []), ...(b.again ?? [])],
});

/** The last line of `npm test`, and before it which tests passed only when tried again and why tests were not run. */
export function closing({ passed, failed, skipped = [], again = [] }: Counts): string {
  const reasons = [...new Set(skipped)].map((reason) => {
    const count = skipped.filter((each) => each === reason).length;
    return `Not run: ${count} ${count === 1 ? "test" : "tests"}, as ${reason}.`;
  });
  const counted = `${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ""}`;
  const shaky = again.map((title) => `Passed only when tried again: ${title}`);
  return [...shaky, ...reasons, counted].join("\n");
}

/** A step that has no tests of its own counts as one. */
export const gateCounts = (succeeded: boolean): Counts => ({ passed: Number(succeeded), failed: Number(!succeeded) });

/** What a runner reported; a step that failed without a failed test (it crashed, it found none) is one failure. */
export function stepCounts(reported: Counts, succeeded: boolean): Counts {
  return succeeded || reported.failed > 0 ? reported : { ...reported, failed: 1 };
}

/** Vitest's JSON report, where a test that was not run says why in its `meta` (test/not-run.ts). */
export function countVitest(report: unknown): Counts {
  const { numPassedTests = 0, numFailedTests = 0, testResults = [] } = report as UnitReport;
  const skipped = testResults.flatMap((file) => file.assertionResults).filter(({ status }) => status === "skipped");
  return {
    passed: numPassedTests,
    failed: numFailedTests,
    skipped: skipped.map(({ meta }) => meta?.notRun ?? NO_REASON),
  };
}

/** The reason that stands for one that a test which was not run does not give. */
const NO_REASON = "no reason is given";

interface UnitReport {
  readonly numPassedTests?: number;
  readonly numFailedTests?: number;
  readonly testResults?: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly meta?: { readonly notRun?: string } }[];
  }[];
}

interface Suite {
  readonly suites?: readonly Suite[];
  readonly specs?: readonly { readonly title?: string; readonly tests: readonly Omit<StoryReport, "title">[] }[];
}
interface StoryReport {
  readonly title?: string;
  readonly status: string;
  readonly annotations?: readonly { readonly type: string; readonly description?: string }[];
}

/** Playwright's JSON report; a test that passed only when tried again passed. */
export function countPlaywright(report: unknown): Counts {
  const { stats = {}, ...all } = report as { readonly stats?: Record<string, number | undefined> } & Suite;
  const stories = storiesOf(all);
  const skipped = stories.filter(({ status }) => status === "skipped");
  return {
    passed: (stats["expected"] ?? 0) + (stats["flaky"] ?? 0),
    failed: stats["unexpected"] ?? 0,
    skipped: skipped.map(
      ({ annotations = [] }) => annotations.find(({ type }) => type === "skip")?.description ?? NO_REASON,
    ),
    again: stories.filter(({ status }) => status === "flaky").map(({ title = "" }) => title),
  };
}

const storiesOf = ({ suites = [], specs = [] }: Suite): readonly StoryReport[] => [
  ...specs.flatMap(({ title, tests }) => tests.map((story) => ({ ...story, ...(title !== undefined && { title }) }))),
  ...suites.flatMap(storiesOf),
];
