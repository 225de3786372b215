import { patchedPair } from "#analysis/experiments/patched-pairs.ts";
import type { PatchedPair, TokenPair } from "#analysis/experiments/patched-pairs.ts";
import { patchTable } from "#analysis/experiments/tables/patch-table.ts";
import { DEFAULT_RESAMPLES } from "#analysis/experiments/tables/statistics.ts";
import { Fault } from "#core/fault.ts";
import { randomStream } from "#core/numeric/random.ts";
import type { FittedRequest, PatchingFindings } from "#protocol/experiments.ts";
import { checkSite } from "../../patching/pair.ts";
import type { ExperimentModel, ExperimentSteps } from "../experiment-steps.ts";
import type { ReadCase } from "../suite-reader.ts";

interface GroupedTokens extends TokenPair {
  readonly group: string;
}

/** Pairs, one a step: each patched in every place from its own donor, from another pair's, and from its own with the positions moved. */
export function patchSteps(
  { model }: ExperimentModel,
  cases: readonly ReadCase[],
  { site, direction, seed }: FittedRequest<"patching">,
): ExperimentSteps<PatchedPair, PatchingFindings> {
  const { runner, spec } = model;
  checkSite(site, spec);
  const all = cases.flatMap(asTokens);
  const pairs = all.filter(isPatchable);
  if (pairs.length === 0) {
    throw new Fault(
      "bad-request",
      "suite: none of its cases is a pair of two prompts of as many tokens, which patching needs; take one as contrasts-abacus",
    );
  }
  const draws = drawnFor(pairs, direction, seed);
  const layers = site === "resid_pre" || site === "attn_out" || site === "z" ? spec.layers + 1 : spec.layers - 1;
  const forwards = (step: number) => {
    const cells = site === "z" ? spec.heads : pairs[step]!.clean.length;
    const maps = draws[step]!.other ? 3 : 2;
    return Math.ceil(maps + (maps * cells * layers) / 2);
  };
  const unscaled = new Set(pairs.filter(({ right, wrong }) => right === wrong).map(({ group }) => group));
  return {
    runs: { kind: "patching", site, direction, seed, pairs },
    count: pairs.length,
    rowsOf: forwards,
    run: (step, _, signal) => patchedPair(runner, pairs[step]!, { site, direction, ...draws[step]!, signal }),
    found: (parts, isWhole) => ({
      left: all.length - pairs.length,
      groups: patchTable(
        pairs.map(({ group }, step) => ({ group, patched: parts[step] })),
        { direction, isByPosition: site !== "z", unscaled, seed, draws: isWhole ? DEFAULT_RESAMPLES : 0 },
      ),
    }),
  };
}

const asTokens = ({ asked, ids, answerIds, other }: ReadCase): GroupedTokens[] =>
  other
    ? [{ group: asked.group, clean: ids, corrupted: other.ids, right: answerIds[0]!, wrong: other.answerIds[0]! }]
    : [];

const isPatchable = ({ clean, corrupted }: TokenPair) =>
  clean.length === corrupted.length && clean.length > 1 && clean.some((id, at) => id !== corrupted[at]);

/** For each pair the donor's side of another one of its length, drawn at random, and how far its positions are moved. */
function drawnFor(pairs: readonly TokenPair[], direction: "denoise" | "noise", seed: number) {
  const random = randomStream(seed);
  const donorOf = ({ clean, corrupted }: TokenPair) => (direction === "denoise" ? clean : corrupted);
  return pairs.map((pair) => {
    const own = donorOf(pair);
    const alike = pairs
      .map(donorOf)
      .filter((ids) => ids.length === own.length && ids.some((id, position) => id !== own[position]));
    return {
      other: alike[Math.floor(random() * alike.length)],
      shift: 1 + Math.floor(random() * (own.length - 1)),
    };
  });
}
