import { percent } from "#charts/number-format.ts";
import { claimedExperiment } from "#state/claims.ts";
import { checkClaims } from "#state/experiments/claims.ts";
import type { ExperimentResult } from "#state/experiments/runs.ts";

/** Whether the numbers that a link came with were found here too. */
export function ClaimsLine({ result }: { readonly result: ExperimentResult }) {
  const claimed = claimedExperiment();
  const check = claimed && checkClaims(claimed, result);
  if (!check) return null;
  const { name, difference, isReproduced } = check;
  return (
    <p className="small" role="status">
      {isReproduced
        ? `Reproduced: what the link claims was found here, to ${percent(difference)}.`
        : `Differs from what the link claims: ${name} by ${Number.isFinite(difference) ? percent(difference) : "being absent here"}.`}
    </p>
  );
}
