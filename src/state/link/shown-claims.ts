import type { Slots } from "../run/results.ts";
import { isSameRun, isSameSubject } from "../subject.ts";
import type { Subject } from "../subject.ts";
import type { Claims } from "./finding.ts";

/** Neurons whose change a link claims. */
export const CLAIMED_NEURONS = 3;

/** The numbers that the page shows of this subject, as far as they were computed here; see `measuredClaims` for those of the question. */
export function claimsAbout(subject: Subject, { before, after, comparison }: Slots): Claims {
  if (!before.value || before.isRecorded || !isSameRun(before.about, subject)) return {};
  const { logProbability: baseline } = before.value.target;
  const isChanged = subject.interventions.length > 0;
  if (!isChanged || !after.value || !isSameSubject(after.about, subject)) return { baseline };
  const rows = comparison.value && isSameSubject(comparison.about, subject) ? comparison.value.rows : [];
  const neurons = rows
    .slice(0, CLAIMED_NEURONS)
    .map(({ layer, neuron, change }) => ({ at: { layer, neuron }, change }));
  return { baseline, changed: after.value.target.logProbability, ...(neurons.length > 0 && { neurons }) };
}
