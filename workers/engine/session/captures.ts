import { capture } from "#analysis/capture.ts";
import type { Capture, Following } from "#analysis/capture.ts";
import type { Changes } from "#analysis/ablation/changes.ts";
import { forCall } from "#analysis/runner.ts";
import type { Runner } from "#analysis/runner.ts";
import { Remembered } from "./remembered.ts";

/** A person compares a handful of runs; each one holds every activation of its prompt. */
const MAX_CAPTURES = 6;

/** Runs of prompts, the last ones remembered. */
export class Captures {
  readonly #runner: Runner;
  readonly #runs = new Remembered<Capture>(MAX_CAPTURES);

  constructor(runner: Runner) {
    this.#runner = runner;
  }

  /** @throws what `signal` was aborted with */
  get(ids: readonly number[], changes: Changes, { signal, onLayer }: Following = {}): Promise<Capture> {
    const { interventions, ablationSource } = changes;
    // a run without interventions is the same whatever the ablation source
    const key = JSON.stringify([ids, interventions, interventions.length > 0 && ablationSource?.prompts]);
    return this.#runs.get(
      key,
      (shared, tell) => capture(forCall(this.#runner, shared), ids, changes, { signal: shared, onLayer: tell }),
      { signal, onReport: onLayer },
    );
  }
}
