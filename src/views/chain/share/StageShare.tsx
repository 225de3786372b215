import { useStore } from "zustand";
import { STAGE_NAMES } from "#analysis/chain/chain.ts";
import { experimentsDoor } from "#state/experiments/door.ts";
import { model } from "#state/model/model.ts";
import { shipped, shippedModel } from "#state/model/shipped.ts";
import { question } from "#state/question.ts";
import { showTab } from "#state/view.ts";
import { DataTable } from "../../shared/table/DataTable.tsx";
import { plain } from "../../shared/table/columns.tsx";
import type { Column } from "../../shared/table/columns.tsx";
import { STAGE_WORDS } from "../words/stage-sentences.ts";
import { STAGE_SHARES, fourSentence } from "./share-words.ts";
import type { FamilyShares, StageShares } from "./share-words.ts";

/** How often a chain is found at all: what one prompt’s is an example of. Of a model that was not measured, the way to measure it. */
export function StageShare() {
  const state = useStore(model);
  const id = useStore(shipped, (known) => shippedModel(known, state)?.id);
  const isBase = useStore(question, ({ variant = "base" }) => variant === "base");
  const measured = isBase && id !== undefined ? STAGE_SHARES[id] : undefined;
  if (measured) return <Measured shares={measured} />;
  return (
    <p className="small stage-share">
      One prompt’s chain is an example. In how many prompts of a suite does each stage have evidence?{" "}
      <button type="button" className="link" onClick={openExperiment}>
        Stages over a suite
      </button>
    </p>
  );
}

function openExperiment(): void {
  const door = experimentsDoor();
  door?.ask({ ...door.asked(), kind: "stages" });
  showTab("experiments");
}

function Measured({ shares }: { readonly shares: StageShares }) {
  const { families, shuffled, made_by } = shares;
  return (
    <details className="small stage-share">
      <summary>{fourSentence(shares)}</summary>
      <DataTable
        name="How often each stage has evidence"
        className="plain"
        caption="In % of the problems: by zero / by the mean over the family’s other problems"
        columns={COLUMNS}
        rows={[...families, shuffled]}
      />
      <p>Measured with {made_by}.</p>
    </details>
  );
}

type Family = FamilyShares<number> | FamilyShares<string>;

const byBoth = (zero: number | string | undefined, mean: number | string | undefined) => `${zero} / ${mean}`;

const COLUMNS: readonly Column<Family>[] = [
  plain({ label: "problems" }, ({ name, cases }) => `${name}, n = ${cases}`),
  ...STAGE_NAMES.map((stage, place) =>
    plain<Family>({ label: STAGE_WORDS[stage] }, ({ zero, mean }) => byBoth(zero[place], mean[place])),
  ),
  plain({ label: "all four" }, ({ four: [zero, mean] }) => byBoth(zero, mean)),
  plain({ label: "under both" }, ({ four }) => four[2]),
];
