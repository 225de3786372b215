import { useStore } from "zustand";
import { figures, nats } from "#charts/number-format.ts";
import { adapter } from "#state/model/adapter.ts";
import { checkAnswer, otherWeights } from "#state/link/claims.ts";
import { asksTheSame, opened } from "#state/link/opened.ts";
import type { Claims, Finding } from "#state/link/finding.ts";
import { model } from "#state/model/model.ts";
import { question } from "#state/question.ts";
import { results } from "#state/run/results.ts";
import { view } from "#state/view.ts";
import { Verdict } from "../shared/Verdict.tsx";

/** What the opened link claims, there before any model; then what this machine says to it. */
export function ClaimsCheck() {
  const finding = useStore(opened, (state) => state.finding);
  const now = useStore(question);
  const slots = useStore(results);
  const { choice } = useStore(model);
  const count = useStore(view, (state) => state.count);
  if (!finding) return null;
  if (!hasClaims(finding.expected) || !asksTheSame(finding, now, choice?.id)) return <OtherWeights finding={finding} />;
  return <Verdict claims={claimText(finding.expected)} check={checkAnswer(finding, slots, now, count)} />;
}

/** Where no number of the link is checked, that it is of other weights is said all the same. */
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

const hasClaims = ({ baseline, changed, neurons }: Claims) =>
  baseline !== undefined || changed !== undefined || (neurons?.length ?? 0) > 0;

function claimText({ baseline, changed, neurons = [] }: Claims): string {
  const numbers = [baseline, changed].filter((claim) => claim !== undefined).map(nats);
  const logs = numbers.length > 0 ? `log p ${numbers.join(" → ")} nats` : "";
  const changes = neurons.map(({ at, change }) => `L${at.layer}N${at.neuron} loses ${figures(change)}`).join(", ");
  return `The link says: ${[logs, changes].filter(Boolean).join("; ")}.`;
}
