import { useStore } from "zustand";
import { factor, inNats } from "#charts/factor.ts";
import { figures } from "#charts/number-format.ts";
import { adapter } from "#state/model/adapter.ts";
import { otherWeights } from "#state/link/claims.ts";
import { claimsBeside } from "#state/link/checking/claims-beside.ts";
import { opened } from "#state/link/opened.ts";
import { asksTheSame } from "#state/link/checking/asks-the-same.ts";
import { claimsAnswer } from "#state/link/checking/whole-check.ts";
import type { WholeCheck } from "#state/link/checking/whole-check.ts";
import type { Claims, Finding } from "#state/link/finding.ts";
import { model } from "#state/model/model.ts";
import { question } from "#state/question.ts";
import { useOpenedCheck } from "../shared/use-opened-check.ts";
import { usePlain } from "../shared/use-plain.ts";
import { Verdict } from "../shared/Verdict.tsx";
import { UNREAD_ASKED, claimNames, unreadText } from "../shared/words/claim-names.ts";

/** What the opened link claims, there before any model; then what this machine says to it. */
export function ClaimsCheck() {
  const finding = useStore(opened, (state) => state.finding);
  const now = useStore(question);
  const { choice } = useStore(model);
  if (!finding) return null;
  if (!claimsAnswer(finding.expected) || !asksTheSame(finding, now, choice?.id))
    return <OtherWeights finding={finding} />;
  return <AnswerVerdict finding={finding} />;
}

/**
 * A link that claims more than the answer is not reproduced with the answer alone: what is still open stands in the verdict itself. It is the one
 * check that the page's head shows as well (`whole-check.ts`), which a pointer over the maps does not set off again.
 */
function AnswerVerdict({ finding }: { readonly finding: Finding }) {
  const check = useOpenedCheck();
  const isPlain = usePlain();
  const isAlone = claimsBeside(finding).length === 0 && finding.expected.unread === undefined;
  return (
    <Verdict
      claims={claimText(finding.expected, isPlain)}
      check={check?.of.answer}
      of={isAlone ? undefined : "answer"}
      open={check && openText(check)}
    />
  );
}

/** What of the link stands beside the answer's verdict, as the end of its sentence. */
function openText(check: WholeCheck): string | undefined {
  const open = check.open.filter((name) => name !== "answer");
  const texts = [
    open.length > 0 && `${claimNames(open)} are not checked yet`,
    check.unread > 0 && unreadText(check),
    check.unreadAsked > 0 && UNREAD_ASKED,
  ];
  return texts.filter((text) => text !== false).join("; ") || undefined;
}

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

function claimText({ baseline, changed, neurons = [] }: Claims, isPlain: boolean): string {
  const numbers = [baseline, changed]
    .filter((claim) => claim !== undefined)
    .map((claim) => inNats(claim, "logProbability", isPlain));
  const logs = numbers.length === 0 ? "" : isPlain ? `p ${numbers.join(" → ")}` : `log p ${numbers.join(" → ")} nats`;
  const changes = neurons
    .map(({ at, change }) => `L${at.layer}N${at.neuron} loses ${isPlain ? factor(0 - change) : figures(change)}`)
    .join(", ");
  return `The link says: ${[logs, changes].filter(Boolean).join("; ")}.`;
}
