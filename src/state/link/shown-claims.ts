import type { Slots } from "../run/results.ts";
import { isSameRun, isSameSubject } from "../subject.ts";
import type { Subject } from "../subject.ts";
import { NO_FINDING, shortContent } from "./finding.ts";
import type { Claims, Finding } from "./finding.ts";

/** Neurons whose change a link claims. */
export const CLAIMED_NEURONS = 3;

/** A link's part that is about the result, not about how it is looked at. */
export function findingOf({ model: of, variant, prompt, target, interventions, ablationSource }: Subject): Finding {
  return {
    ...NO_FINDING,
    model: of.id,
    ...(of.revision !== undefined && { revision: of.revision }),
    ...(of.content !== undefined && { content: shortContent(of.content) }),
    ...(of.dtype && { dtype: of.dtype }),
    ...(of.lora && { adapter: of.lora.named }),
    ...(of.lora?.content !== undefined && { adapterContent: shortContent(of.lora.content) }),
    ...(variant === "adapted" && { variant }),
    ...(of.agreement !== undefined && { agreement: of.agreement }),
    prompt,
    ...(target !== undefined && { target }),
    interventions,
    ...(ablationSource && { ablationSource }),
  };
}

/** The numbers that the page shows of this subject, as far as they were computed here; see `measuredClaims` for those of the question. */
export function claimsAbout(
  subject: Subject,
  { prediction: before, predictionAblated: after, comparison }: Slots,
): Claims {
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
