import { claimsAnything } from "#state/link/checking/whole-check.ts";
import type { WholeCheck } from "#state/link/checking/whole-check.ts";
import type { Finding } from "#state/link/finding.ts";
import { modelNow } from "#state/subject.ts";
import { useOpenedCheck } from "../shared/use-opened-check.ts";
import { VERDICT_MARKS } from "../shared/words/verdict-marks.ts";
import { verdictDetail, verdictHead } from "./verdict-words.ts";
import "./opened.css";

/**
 * Whether all that the link claims was found here too, how closely and on what. It is there, as a line, before anything is computed, and
 * says aloud once what came of it.
 */
export function LinkVerdict({ finding }: { readonly finding: Finding }) {
  const check = useOpenedCheck();
  if (!claimsAnything(finding)) return null;
  return (
    <p role="status" className={`link-verdict is-${(check?.verdict ?? "open").replace(" ", "-")}`}>
      {check && <Found check={check} />}
    </p>
  );
}

function Found({ check }: { readonly check: WholeCheck }) {
  const ran = modelNow();
  const detail = ran && verdictDetail(check, ran);
  return (
    <>
      {check.verdict !== "open" && (
        <span aria-hidden="true" className="link-verdict-mark">
          {VERDICT_MARKS[check.verdict]}
        </span>
      )}{" "}
      <strong>{verdictHead(check)}.</strong> {detail !== undefined && <span className="small">{detail}</span>}
    </>
  );
}
