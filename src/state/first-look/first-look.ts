import { FIRST_MODEL } from "#model/shipped-models.ts";
import { otherNumbers } from "../ablation-source.ts";
import { NO_FINDING } from "../link/finding.ts";
import type { Finding } from "../link/finding.ts";

const PROMPT = "95-77=";

/**
 * What the page opens with when no link says otherwise: a head is ablated where it is as in other problems of the same operation, on average. Chosen by the
 * rule that stands in docs/findings.md.
 */
export const FIRST_LOOK = {
  ...NO_FINDING,
  model: FIRST_MODEL,
  prompt: PROMPT,
  ablationSource: otherNumbers(PROMPT),
} as const satisfies Finding;
