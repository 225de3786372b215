import { useSyncExternalStore } from "react";
import { useStore } from "zustand";
import { figures, nats } from "#charts/number-format.ts";
import { adapter } from "#state/model/adapter.ts";
import { experimentsDoor, followExperimentsDoor } from "#state/experiments/door.ts";
import { lab } from "#state/lab/tools.ts";
import { checkAnswer, otherWeights } from "#state/link/claims.ts";
import { claimsBeside, uncheckedBeside } from "#state/link/checking/unchecked.ts";
import type { ClaimBeside } from "#state/link/checking/unchecked.ts";
import { opened } from "#state/link/opened.ts";
import { asksTheSame } from "#state/link/checking/asks-the-same.ts";
import type { Verification } from "#state/link/checking/verification.ts";
import { claimsAnswer } from "#state/link/checking/whole-check.ts";
import type { Claims, Finding } from "#state/link/finding.ts";
import { model } from "#state/model/model.ts";
import { question } from "#state/question.ts";
import { results } from "#state/run/results.ts";
import { view } from "#state/view.ts";
import { Verdict } from "../shared/Verdict.tsx";
import { claimNames } from "../shared/words/claim-names.ts";

/** What the opened link claims, there before any model; then what this machine says to it. */
export function ClaimsCheck() {
  const finding = useStore(opened, (state) => state.finding);
  const now = useStore(question);
  const slots = useStore(results);
  const { choice } = useStore(model);
  const count = useStore(view, (state) => state.count);
  if (!finding) return null;
  if (!claimsAnswer(finding.expected) || !asksTheSame(finding, now, choice?.id))
    return <OtherWeights finding={finding} />;
  return <AnswerVerdict finding={finding} check={checkAnswer(finding, slots, now, count)} />;
}

/** A link that claims more than the answer is not reproduced with the answer alone: what is still open stands in the verdict itself. */
function AnswerVerdict({ finding, check }: { readonly finding: Finding; readonly check: Verification | undefined }) {
  const now = useStore(question);
  const slots = useStore(results);
  useStore(view);
  useStore(lab);
  useSyncExternalStore(followExperimentsDoor, () => experimentsDoor()?.check(finding) !== undefined);
  const isAlone = claimsBeside(finding).length === 0;
  return (
    <Verdict
      claims={claimText(finding.expected)}
      check={check}
      of={isAlone ? undefined : "answer"}
      open={openText(uncheckedBeside(finding, slots, now))}
    />
  );
}

const openText = (open: readonly ClaimBeside[]) =>
  open.length > 0 ? `${claimNames(open)} are not checked yet` : undefined;

/** A sentence that the link is of other weights, said also where none of its numbers is checked. */
function OtherWeights({ finding }: { readonly finding: Finding }) {
  useStore(adapter);
  const sentences = otherWeights(finding);
  if (sentences.length === 0) return null;
  return (
    <div className="claims">
      <p className="small" role="status">
        The opened link is not about these weights: {sentences.join("; ")}.
      </p>
    </div>
  );
}

function claimText({ baseline, changed, neurons = [] }: Claims): string {
  const numbers = [baseline, changed].filter((claim) => claim !== undefined).map(nats);
  const logs = numbers.length > 0 ? `log p ${numbers.join(" → ")} nats` : "";
  const changes = neurons.map(({ at, change }) => `L${at.layer}N${at.neuron} loses ${figures(change)}`).join(", ");
  return `The link says: ${[logs, changes].filter(Boolean).join("; ")}.`;
}
