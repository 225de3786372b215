import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { closing, countPlaywright, countVitest, gateCounts, stepCounts, sum } from "./test-counts.ts";
import type { Counts } from "./test-counts.ts";

/**
 * `npm test`: every step runs, also after one has failed. The last line says how many passed, failed and were skipped: a test
 * counts as one, a step without tests (types, lint, format, dead code, audit, recipe) as one.
 */
const reports = join(import.meta.dirname, "..", "test-results");
const unitReport = join(reports, "unit.json");
const e2eReport = join(reports, "e2e.json");

const STEPS: readonly Step[] = [
  { script: "test:types" },
  { script: "test:lint" },
  { script: "test:format" },
  { script: "test:dead" },
  { script: "test:audit" },
  {
    script: "test:unit",
    args: ["--reporter=default", "--reporter=json", `--outputFile.json=${unitReport}`],
    report: unitReport,
    count: countVitest,
  },
  { script: "test:recipe" },
  { script: "test:e2e", report: e2eReport, count: countPlaywright },
];

interface Step {
  /** A script of package.json. */
  readonly script: string;
  readonly args?: readonly string[];
  /** Where the step's runner writes its JSON report, and how that is counted. */
  readonly report?: string;
  readonly count?: (report: unknown) => Counts;
}

rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

const failedSteps: string[] = [];
const counts = STEPS.map((step) => {
  console.log(`\n== ${step.script}`);
  const succeeded = run(step);
  if (!succeeded) failedSteps.push(step.script);
  return step.report && step.count ? stepCounts(read(step.report, step.count), succeeded) : gateCounts(succeeded);
});

const all = counts.reduce(sum);
if (failedSteps.length > 0) console.log(`\nFailed: ${failedSteps.join(", ")}`);
console.log(`\n${closing(all)}`);
process.exitCode = all.failed > 0 ? 1 : 0;

function run({ script, args = [] }: Step): boolean {
  const { status } = spawnSync("npm", ["run", "--silent", script, "--", ...args], {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, E2E_REPORT: e2eReport },
    shell: process.platform === "win32",
  });
  return status === 0;
}

/** @returns nothing counted where the runner died before it wrote its report */
function read(report: string, count: (report: unknown) => Counts): Counts {
  try {
    return count(JSON.parse(readFileSync(report, "utf8")));
  } catch {
    return { passed: 0, failed: 0 };
  }
}
