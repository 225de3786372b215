import { EXPERIMENTS } from "#protocol/experiments.ts";
import type { ExperimentResult } from "#protocol/experiments.ts";
import type { ExperimentClaim } from "#protocol/experiments/definition.ts";
import type { NamedNumber } from "../link/finding.ts";
import type { Discrepancy } from "../link/circumstances.ts";
import { MAX_NAME_CHARACTERS } from "../link/link-values.ts";
import { compared, verdictOf } from "../link/verification.ts";
import type { Verification } from "../link/verification.ts";

/** The numbers that tell most of a result, for whoever opens its link to check. */
export const experimentClaims = (result: ExperimentResult): NamedNumber[] =>
  claimsOf(result).map(({ name, value }) => ({ name, value }));

function claimsOf({ kind, found }: Pick<ExperimentResult, "kind" | "found">): ExperimentClaim[] {
  const claims = EXPERIMENTS[kind].claims as (of: typeof found) => readonly ExperimentClaim[];
  return claims(found)
    .filter(({ value }) => Number.isFinite(value))
    .map((claim) => ({ ...claim, name: claimName(claim.name) }));
}

/** A name that somebody gave, as it comes back from a link. */
const claimName = (name: string) => name.replaceAll(/[;:]/g, " ").slice(0, MAX_NAME_CHARACTERS);

/**
 * Holds what a link claims of an experiment against a result that was computed here; see `verify`.
 *
 * @param others how the model that it was computed on differs from the one that the link names
 */
export function verifyExperiment(
  claimed: readonly NamedNumber[],
  result: ExperimentResult,
  others: readonly Discrepancy[],
  blame = "",
): Verification {
  const own = new Map(claimsOf(result).map((claim) => [claim.name, claim]));
  return verdictOf(
    claimed.flatMap(({ name, value }) => compared(name, value, own.get(name)?.value, own.get(name)?.unit ?? "cases")),
    others,
    blame,
  );
}
