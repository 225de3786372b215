import * as v from "valibot";
import { call, type } from "../call.ts";
import type { Progress } from "../engine.ts";
import { choice, count, MAX_SEED, prompt, RUN, TARGET, token, VARIANT, whole } from "../fields.ts";
import { LENS_NORMS } from "../lens.ts";
import type { DirectLogits, HeadScores, LogitLens } from "../lens.ts";

/** What the residual stream says, and who wrote it. */
export const LENS_CALLS = {
  /**
   * `norm`: the final norm at each residual's own scale, or at the clean run's final one. `last`: only so many positions from the end;
   * left out: all.
   */
  logitLens: call({
    of: "lens",
    takes: { prompt },
    options: {
      ...TARGET,
      ...RUN,
      norm: v.exactOptional(choice(LENS_NORMS), "own"),
      last: v.exactOptional(count),
    },
    reports: type<Progress>(),
    gives: type<LogitLens>(),
  }),
  /** `against`: the token whose logit is taken off. `layer`: whose neurons are wanted one by one. With the run's own norm scale. */
  directLogits: call({
    of: "lens",
    takes: { prompt },
    options: { ...TARGET, ...RUN, against: v.exactOptional(token), layer: v.exactOptional(whole(0)) },
    reports: type<Progress>(),
    gives: type<DirectLogits>(),
  }),
  /** Scores of the model alone, on random tokens: no prompt has a part in them. */
  headScores: call({
    of: "lens",
    options: { ...VARIANT, seed: v.exactOptional(whole(0, MAX_SEED), 1) },
    reports: type<Progress>(),
    gives: type<HeadScores>(),
  }),
};
