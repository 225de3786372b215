import { useStore } from "zustand";
import { figures, nats } from "#charts/number-format.ts";
import { asksTheSame, measuredClaims, opened } from "#state/claims.ts";
import type { Claims } from "#state/finding.ts";
import { model } from "#state/model.ts";
import { question } from "#state/question.ts";
import { results } from "#state/run/results.ts";
import { view } from "#state/view.ts";
import { verify } from "#state/verification.ts";
import type { Verification } from "#state/verification.ts";

/** What the opened link claims, there before any model; then what this machine says to it. */
export function ClaimsCheck() {
  const finding = useStore(opened, (state) => state.finding);
  const now = useStore(question);
  const slots = useStore(results);
  const choice = useStore(model, (state) => state.choice);
  const count = useStore(view, (state) => state.count);
  const dtype = useStore(model, (state) => state.info?.dtype);
  if (!finding || !hasClaims(finding.expected)) return null;
  if (!asksTheSame(finding, now, choice?.id)) return null;
  const measured = dtype && measuredClaims(slots, now, finding.expected.neurons ? count : 0);
  const check =
    measured &&
    verify(finding.expected, measured, { ...(finding.dtype && { claimed: finding.dtype }), measured: dtype });
  return (
    <div className="claims">
      <p className="small">{claimText(finding.expected)}</p>
      <div role="status">
        {check ? <Verdict check={check} /> : <p className="small faint">Not checked on this machine yet.</p>}
      </div>
    </div>
  );
}

/** A link's numbers have four decimals; a difference below the last one is none. */
const SMALLEST_SHOWN_NATS = 0.0001;

function Verdict({ check }: { readonly check: Verification }) {
  const largest =
    check.largestDifference < SMALLEST_SHOWN_NATS
      ? `below ${SMALLEST_SHOWN_NATS}`
      : check.largestDifference.toPrecision(2).replace("-", "−");
  const isSame = check.verdict === "reproduced";
  return (
    <>
      <p className={`verdict ${isSame ? "is-reproduced" : "is-different"}`}>
        <span aria-hidden="true">{isSame ? "✓" : "≠"}</span> {check.verdict} on this machine, largest difference{" "}
        {largest} nats
      </p>
      <details className="method">
        <summary>The numbers</summary>
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">number</th>
              <th scope="col" className="number">
                link
              </th>
              <th scope="col" className="number">
                here
              </th>
            </tr>
          </thead>
          <tbody>
            {check.rows.map((row) => (
              <tr key={row.name}>
                <th scope="row">{row.name}</th>
                <td className="number">{row.expected.toFixed(4).replace("-", "−")}</td>
                <td className="number">
                  {Number.isNaN(row.measured) ? "–" : row.measured.toFixed(4).replace("-", "−")}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <p>{check.reason}</p>
      </details>
    </>
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
