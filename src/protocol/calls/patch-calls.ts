import * as v from "valibot";
import { PATCH_METRICS, PATCH_SITES } from "#analysis/patching/names.ts";
import type { PathPart } from "#analysis/patching/path.ts";
import { call, type } from "../call.ts";
import type { Progress } from "../engine.ts";
import { choice, flag, head, list, neuron, oneOf, prompt, TARGET, token, whole } from "../fields.ts";
import { PATCH_DIRECTIONS } from "../patching.ts";
import type { PatchMap, PatchReport, PathMap } from "../patching.ts";

/** More single neurons than anybody reads the rows of. */
const MAX_NEURONS = 1000;

const PAIR = 'as { clean: "3+5=", corrupted: "3+4=" }';
const pair = v.pipe(v.strictObject({ clean: prompt, corrupted: prompt }, PAIR), v.description(PAIR));

/** What a patch is judged by. `answers` are the right one and the wrong one; left out with `target`: each prompt's own first token. */
const JUDGED = {
  ...TARGET,
  answers: v.exactOptional(list(token, 'the right answer and the wrong one as ["8", "7"]', 2, 2)),
  metric: v.exactOptional(choice(PATCH_METRICS)),
  direction: v.exactOptional(choice(PATCH_DIRECTIONS), "denoise"),
};

const PART = 'a head as "L0H7" or a neuron as "L4N425"';
const part = oneOf(
  PART,
  // as it is once it has been read
  v.strictObject({ kind: v.literal("head"), at: head }),
  v.strictObject({ kind: v.literal("neuron"), at: neuron }),
  v.pipe(
    head,
    v.transform((at): PathPart => ({ kind: "head", at })),
  ),
  v.pipe(
    neuron,
    v.transform((at): PathPart => ({ kind: "neuron", at })),
  ),
);

/** What is carried from one prompt into another. */
export const PATCH_CALLS = {
  /**
   * `position`: of z that one alone, else all. `neurons`: of site post, whose activations. `rowByRow`: each layer’s row is reported as soon
   * as it is known.
   */
  patch: call({
    of: "patches",
    takes: { pair },
    options: {
      ...JUDGED,
      site: choice(PATCH_SITES),
      position: v.exactOptional(whole(0)),
      neurons: v.exactOptional(list(neuron, 'an array of 1 to 1,000 neurons as ["L4N425"]', 1, MAX_NEURONS)),
      rowByRow: v.exactOptional(flag),
    },
    reports: type<PatchReport>(),
    gives: type<PatchMap>(),
  }),
  /** One sender into one receiver, everything else being held. */
  pathPatch: call({
    of: "patches",
    takes: { pair },
    options: { ...JUDGED, from: part, to: part },
    reports: type<Progress>(),
    gives: type<PathMap>(),
  }),
};
