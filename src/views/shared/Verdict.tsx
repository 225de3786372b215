import { inUnit, sumUnit } from "#state/link/checking/verification.ts";
import type { CheckedNumber, Verification } from "#state/link/checking/verification.ts";
import { DataTable } from "./table/DataTable.tsx";
import { onScreen, plain } from "./table/columns.tsx";
import type { Column } from "./table/columns.tsx";
import { VERDICT_MARKS } from "./words/verdict-marks.ts";
import { differenceText } from "./words/difference-text.ts";
import "./verdict.css";

interface VerdictProps {
  /** What the link says, as a sentence. */
  readonly claims: string;
  /** What this machine says to it; undefined as long as it has not measured. */
  readonly check: Verification | undefined;
  /** Why what is shown does not check them, as a sentence; left out: nothing has been measured. */
  readonly unchecked?: string | undefined;
  /** What the numbers are of, where the link claims others beside them. */
  readonly of?: string | undefined;
  /** What else the link claims and nothing was held against yet, as the end of a sentence. */
  readonly open?: string | undefined;
}

/** A link's numbers, and whether they were found here too; the band of the opened link says it aloud (`LinkVerdict.tsx`). */
export function Verdict({ claims, check, unchecked = "", of, open }: VerdictProps) {
  return (
    <div className="claims">
      <p className="small">{claims}</p>
      {check ? (
        <Checked check={check} of={of} open={open} />
      ) : (
        <p className="small faint">Not checked on this machine yet. {unchecked}</p>
      )}
    </div>
  );
}

const WORDS = {
  reproduced: "reproduced",
  partly: "what could be checked is reproduced",
  agrees: "the numbers agree, but were not computed on what the link is about,",
  differs: "differs",
  "nothing claimed": "nothing claimed",
} as const;

function Checked({ check, of, open }: { readonly check: Verification } & Pick<VerdictProps, "of" | "open">) {
  const { largestDifference, rows, reason } = check;
  const isSame = check.verdict === "reproduced";
  const unit = sumUnit(rows);
  const isNone = rows.length > 0 && rows.every(({ isMissing }) => isMissing);
  // where only something else differs, a small difference would speak against the verdict
  const isSaid = unit !== undefined && !isNone && (check.verdict !== "differs" || check.isFar);
  // that it ran on something else, or lacks something, is not to be looked for
  const isReasonBelow = isSaid && check.verdict !== "agrees" && check.verdict !== "partly";
  return (
    <>
      <p className={`verdict ${isSame ? "is-reproduced" : "is-different"}`}>
        <span aria-hidden="true">{VERDICT_MARKS[check.verdict]}</span> {of !== undefined && `${of} `}
        {isNone ? "not checked" : WORDS[check.verdict]} on this machine
        {isSaid && `, largest difference ${inUnit(differenceText(largestDifference), unit)}`}
        {open !== undefined && `; ${open}`}
      </p>
      {!isReasonBelow && <p className="small">{reason}</p>}
      <details className="method">
        <summary>The numbers</summary>
        <DataTable className="plain" columns={NUMBERS} rows={rows} keyOf={({ name }) => name} />
        {isReasonBelow && <p>{reason}</p>}
      </details>
    </>
  );
}

const NUMBERS: readonly Column<CheckedNumber>[] = [
  plain({ label: "number" }, ({ name }) => name),
  onScreen("link", (row) => numberText(row, row.expected)),
  onScreen("here", (row) => numberText(row, row.measured)),
];

function numberText({ unit }: CheckedNumber, value: number): string {
  if (Number.isNaN(value)) return "–";
  return (unit === "none" ? String(value) : value.toFixed(4)).replace("-", "−");
}
