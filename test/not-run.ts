import type { TestContext } from "vitest";

declare module "vitest" {
  interface TaskMeta {
    /** Why it was not run, and what would help. */
    notRun?: string;
  }
}

/** A test that needs what this machine lacks is not run, and says why in the report too, so that `npm test` ends with it. */
export function runIf(isThere: boolean, { task, skip }: TestContext, why: string): void {
  if (isThere) return;
  task.meta.notRun = why;
  skip(why);
}
