import { formatHead } from "#model/ids.ts";
import type { HeadId } from "#model/ids.ts";
import type { HeadSweep } from "#state/run/results.ts";
import { select } from "#state/view.ts";
import { headColumn } from "../shared/table/HeadLink.tsx";
import { measure } from "../shared/table/columns.tsx";
import type { Column } from "../shared/table/columns.tsx";
import { WITHOUT_IT } from "../shared/words/effect-name.ts";

export interface HeadRow {
  readonly at: HeadId;
  /** Of the target without the head: only files have it. */
  readonly logProbability?: number | undefined;
  /** Nats. */
  readonly effect: number;
}

/** A column of effects. */
export const EFFECT: Column<Pick<HeadRow, "effect">> = {
  ...measure({ label: "effect, nats", key: "effect" }, "effect", ({ effect }) => effect),
  plainly: { label: WITHOUT_IT },
};

/** Columns of the map of heads. */
export const HEAD_COLUMNS: readonly Column<HeadRow>[] = [
  {
    ...headColumn(),
    show: ({ at }) => (
      <button type="button" className="link" onClick={() => select({ kind: "head", at })}>
        {formatHead(at)}
      </button>
    ),
  },
  measure({ key: "log_probability" }, "logProbability", ({ logProbability }) => logProbability),
  EFFECT,
];

/** Every head of a sweep, in the order of the layers. */
export const headRows = ({ logProbability }: HeadSweep, effects: readonly (readonly number[])[]): readonly HeadRow[] =>
  effects.flatMap((row, layer) =>
    row.map((effect, head) => ({ at: { layer, head }, logProbability: logProbability[layer]?.[head], effect })),
  );
