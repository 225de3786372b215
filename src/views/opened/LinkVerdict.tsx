import { useSyncExternalStore } from "react";
import { useStore } from "zustand";
import { experimentsDoor } from "#state/experiments/door.ts";
import { lab } from "#state/lab/tools.ts";
import { checkWhole } from "#state/link/checking/whole-check.ts";
import type { Finding } from "#state/link/finding.ts";
import { asksTheSame } from "#state/link/checking/asks-the-same.ts";
import { model } from "#state/model/model.ts";
import { question } from "#state/question.ts";
import { results } from "#state/run/results.ts";
import { modelNow } from "#state/subject.ts";
import { view } from "#state/view.ts";
import { VERDICT_MARKS } from "../shared/words/verdict-marks.ts";
import { verdictDetail, verdictHead } from "./verdict-words.ts";
import "./opened.css";

/**
 * Whether all that the link claims was found here too, how closely and on what. It is there, as a line, before anything is computed, and
 * says aloud once what came of it.
 */
export function LinkVerdict({ finding }: { readonly finding: Finding }) {
  const now = useStore(question);
  const slots = useStore(results);
  const { choice } = useStore(model);
  useStore(view);
  useStore(lab);
  useSyncExternalStore(followExperiments, () => experimentsDoor()?.check(finding)?.verdict);
  const check = checkWhole(finding, slots, now);
  if (!check) return null;
  const ran = modelNow();
  const detail = ran && verdictDetail(check, ran);
  return (
    <p role="status" className={`link-verdict is-${check.verdict.replace(" ", "-")}`}>
      {asksTheSame(finding, now, choice?.id) && (
        <>
          {check.verdict !== "open" && (
            <span aria-hidden="true" className="link-verdict-mark">
              {VERDICT_MARKS[check.verdict]}
            </span>
          )}{" "}
          <strong>{verdictHead(check)}.</strong> {detail !== undefined && <span className="small">{detail}</span>}
        </>
      )}
    </p>
  );
}

const followExperiments = (listener: () => void) => experimentsDoor()?.follow(listener) ?? (() => undefined);
