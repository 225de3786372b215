import { adapter } from "../../model/adapter.ts";
import { adapterNamed } from "../../model/named.ts";
import { model } from "../../model/model.ts";
import { question } from "../../question.ts";
import type { Question } from "../../question.ts";
import type { Claims, Finding } from "../finding.ts";
import { isSameQuestion } from "./same-question.ts";

/** What the opened finding claims of the answer and of the neurons that give it most, and how much of it could not be read, as long as the page still asks what it asked. */
export function claimedAnswer(finding: Finding | undefined): Claims {
  if (!finding || !asksTheSame(finding, question.getState(), model.getState().choice?.id)) return {};
  const { baseline, changed, neurons, topNeurons, unread, unreadAsked } = finding.expected;
  return {
    ...(baseline !== undefined && { baseline }),
    ...(changed !== undefined && { changed }),
    ...(neurons && { neurons }),
    ...(topNeurons && { topNeurons }),
    ...(unread !== undefined && { unread }),
    ...(unreadAsked !== undefined && { unreadAsked }),
  };
}

export const asksTheSame = (finding: Finding, now: Question, modelId: string | undefined): boolean =>
  isOfTheSameModel(finding, now, modelId) && isSameQuestion(finding, now, { kind: "answer" });

/** Whatever is asked of it. */
export const isOfTheSameModel = (finding: Finding, now: Pick<Question, "variant">, modelId: string | undefined) =>
  finding.model === modelId &&
  (finding.variant ?? "base") === (now.variant ?? "base") &&
  (finding.variant !== "adapted" || isOfAdapter(finding));

/** As with models, a branch counts as its commit: numbers that differ are found by their comparison. */
const isOfAdapter = ({ adapter: named }: Finding) =>
  named !== undefined && adapterNamed(named)?.id === adapter.getState().choice?.id;
