import { chooseTarget } from "#state/targets.ts";
import type { CsvValue } from "../exports/csv.ts";
import { Value } from "../shared/figure/Value.tsx";
import type { Column } from "../shared/table/columns.tsx";
import { tokenText } from "../shared/words/token-text.ts";
import type { PredictionRow, Runs } from "./prediction-rows.ts";

/**
 * Columns of the tokens that one of two runs ranks among its first.
 *
 * @param isChanged whether something is ablated on the page, whose run may still be to come
 */
export function predictionColumns({ before: { target }, after }: Runs, isChanged: boolean): Column<PredictionRow>[] {
  return [
    column("id", ({ id }) => id),
    {
      ...column("token", ({ text }) => text),
      label: "token",
      show: ({ id, text }) => (
        <button
          type="button"
          className="token-button"
          title={`token ${id}: ask about it`}
          aria-pressed={id === target.id}
          onClick={() => chooseTarget(id)}
        >
          {tokenText(text)}
        </button>
      ),
    },
    {
      ...column("probability_before", (row) => row.before),
      label: isChanged ? "before" : "probability",
      show: (row) => <Share of={row.before} kind="before" />,
    },
    {
      ...column("probability_after", (row) => row.after),
      label: isChanged ? "after" : undefined,
      show: (row) => <Share of={row.after} kind="after" isAwaited={!after} />,
    },
  ];
}

/** A column of the file. The first script has its own, and does without what makes those of all other tables. */
const column = (key: string, of: (row: PredictionRow) => CsvValue | undefined): Column<PredictionRow> => ({
  label: undefined,
  keys: [key],
  isNumber: false,
  show: of,
  values: (row) => [of(row) ?? ""],
});

interface ShareProps {
  readonly of: number | undefined;
  readonly kind: "before" | "after";
  /** The run itself is still to come. */
  readonly isAwaited?: boolean;
}

function Share({ of, kind, isAwaited = false }: ShareProps) {
  return (
    <span className="share">
      <span className="share-track">
        {of !== undefined && <span className={`share-bar ${kind}`} style={{ inlineSize: `${of * 100}%` }} />}
      </span>
      {of === undefined ? (
        <span
          className="faint"
          title={isAwaited ? "Waits for the model" : "Not among the fifty most probable tokens of this run"}
        >
          {isAwaited ? "…" : "–"}
        </span>
      ) : (
        <Value of={of} as="percent" />
      )}
    </span>
  );
}
