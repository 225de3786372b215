import type { Question } from "../../question.ts";
import { kindIn } from "../../run/results.ts";
import type { Slots } from "../../run/results.ts";
import { view } from "../../view.ts";
import { standingOf } from "../checking/answering.ts";
import { asksTheSame } from "../checking/asks-the-same.ts";
import type { Verification } from "../checking/verification.ts";
import { DEFAULT_READING } from "../finding.ts";
import type { Finding } from "../finding.ts";
import { isSameReading, measuredReading, verifyReading } from "./reading-claims.ts";

const isLookedAt = ({ reading }: Finding) => isSameReading({ ...DEFAULT_READING, ...reading }, view.getState().reading);

/** Whether the tab of heads is looked at as the finding has it, and asks what the finding asks. */
export const asksTheSameReading = (finding: Finding, now: Question, modelId: string | undefined): boolean =>
  asksTheSame(finding, now, modelId) && isLookedAt(finding);

/** What the page's own computation says to what a link claims of the tab of heads; undefined while there is none of that look. */
export function checkReading(finding: Finding, slots: Slots, now: Question): Verification | undefined {
  const { reading } = view.getState();
  // the numbers of another look have the same names
  if (!isLookedAt(finding)) return undefined;
  const numbers = measuredReading(slots, now, reading);
  const standing = standingOf(finding, {
    provenance: slots.prediction.isRecorded ? "recorded" : "computed here",
    about: slots[kindIn("prediction", now.interventions.length > 0)].about,
    asked: { kind: "answer" },
  });
  return numbers && standing.kind === "checks"
    ? verifyReading(finding.expected.reading ?? [], numbers, reading, standing)
    : undefined;
}
