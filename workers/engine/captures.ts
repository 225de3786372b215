import { capture } from "#analysis/capture.ts";
import type { Capture } from "#analysis/capture.ts";
import type { Changes } from "#analysis/changes.ts";
import type { Runner } from "#analysis/runner.ts";

/** A person compares a handful of runs; each one holds every activation of its prompt. */
const MAX_CAPTURES = 6;

/** Remembers the last runs, so that a click on the same prompt does not run it again. Two who ask at once share one run. */
export class Captures {
  readonly #runner: Runner;
  readonly #known = new Map<string, Promise<Capture>>();

  constructor(runner: Runner) {
    this.#runner = runner;
  }

  get(ids: readonly number[], changes: Changes): Promise<Capture> {
    const { interventions, standIns } = changes;
    // where nothing is off, nothing stands in for it
    const key = JSON.stringify([ids, interventions, interventions.length > 0 && standIns?.prompts]);
    const known = this.#known.get(key);
    // the most recently used stands last
    this.#known.delete(key);
    const run = known ?? this.#start(key, ids, changes);
    this.#known.set(key, run);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_CAPTURES) this.#known.delete(oldest!);
    return run;
  }

  /** Not cancelled with the job that asked first: others may be waiting for it, and it is one forward pass. */
  #start(key: string, ids: readonly number[], changes: Changes): Promise<Capture> {
    const run = capture(this.#runner, ids, changes);
    run.catch(() => {
      // by then it may have been pushed out and asked for again
      if (this.#known.get(key) === run) this.#known.delete(key);
    });
    return run;
  }
}
