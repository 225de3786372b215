import { EXPERIMENTS } from "#protocol/experiments.ts";
import type { ExperimentResult } from "#protocol/experiments.ts";
import type { ExperimentClaim } from "#protocol/experiments/definition.ts";
import type { Finding, NamedNumber } from "../link/finding.ts";
import type { Discrepancy } from "../link/checking/circumstances.ts";
import { MAX_NAME_CHARACTERS } from "../link/link-values.ts";
import { standingOf } from "../link/checking/answering.ts";
import { compared, verdictOf } from "../link/checking/verification.ts";
import type { Verification } from "../link/checking/verification.ts";
import { experimentForm } from "./form/form.ts";
import type { ExperimentSlot } from "./slots.ts";

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

/** What the page's own computation says to what a link claims of an experiment; a sentence where there is a result and it checks nothing. */
export function checkExperiment(finding: Finding, slot: ExperimentSlot): Verification | string | undefined {
  const { value, status, from, saved } = slot;
  if (!value || status !== "done") return undefined;
  const standing = standingOf(finding, {
    provenance: saved ? "from a file" : "computed here",
    about: from?.about,
    asked: { kind: "experiment", form: from?.form ?? experimentForm.getState() },
  });
  return standing.kind === "checks"
    ? verifyExperiment(finding.expected.experiment ?? [], value, standing.others, standing.blame)
    : standing.why;
}
