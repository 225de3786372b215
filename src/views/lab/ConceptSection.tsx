import { grouped } from "#core/grouped.ts";
import { useStore } from "zustand";
import { formatNeuron } from "#model/ids.ts";
import { measureGroup, searchConcepts } from "#state/lab/actions.ts";
import { editConcepts, forms } from "#state/lab/forms.ts";
import { lab } from "#state/lab/tools.ts";
import type { ConceptSearchResult } from "#state/lab/tools.ts";
import { model } from "#state/model/model.ts";
import { conceptSentence } from "./lab-sentences.ts";
import { drawnConcepts } from "./lab-exports.ts";
import { Exports } from "../exports/Exports.tsx";
import { Method } from "../shared/Method.tsx";
import { LongTextNote } from "../shared/text/LongTextNote.tsx";
import { DataTable } from "../shared/table/DataTable.tsx";
import { count } from "../shared/table/columns.tsx";
import type { Column } from "../shared/table/columns.tsx";
import { useLongText } from "../shared/text/use-long-text.ts";
import { LabProgress } from "./LabProgress.tsx";
import { CONCEPT_COLUMNS } from "./lab-columns.tsx";
import { Prose } from "../guide/Term.tsx";

const LISTED = 20;

/** Neurons whose value vector only speaks of the concepts once an attention layer has transformed it. */
export function ConceptSection() {
  const form = useStore(forms, (state) => state.concepts);
  const field = useLongText(form.words, (words) => editConcepts({ words }));
  const { value } = useStore(lab, (slots) => slots.concepts);
  const isReady = useStore(model, (state) => state.status.kind === "ready");
  return (
    <section aria-label="Concept search" className="panel">
      <header className="panel-head">
        <h2>Which shallow neurons hide a concept?</h2>
      </header>
      <form
        className="lab-form"
        onSubmit={(event) => {
          event.preventDefault();
          searchConcepts();
        }}
      >
        <label className="words">
          <span>words, one after another; each counts where it is one token</span>
          <textarea rows={3} spellCheck={false} {...field.props} />
        </label>
        <LongTextNote field={field} />
        <label>
          <span>at least</span>
          <input
            type="number"
            className="scale-number"
            min={1}
            max={50}
            value={form.atLeast}
            onChange={(event) => {
              const typed = event.target.valueAsNumber;
              if (Number.isInteger(typed) && typed > 0) editConcepts({ atLeast: typed });
            }}
          />
          <span>of the first 50 tokens</span>
        </label>
        <button type="submit" className="primary" disabled={!isReady}>
          Search
        </button>
      </form>
      <LabProgress kind="concepts" doing="Taking neurons through attention layers" />
      {value && <Found found={value} chosen={form.atLeast} />}
    </section>
  );
}

interface FoundProps {
  readonly found: ConceptSearchResult;
  /** The threshold that the set is made with. */
  readonly chosen: number;
}

function Found({ found, chosen }: FoundProps) {
  const slot = useStore(lab, (slots) => slots.concepts);
  const set = found.rows.filter(({ tokens }) => tokens.length >= chosen);
  const all = found.atLeast[chosen] ?? 0;
  return (
    <>
      <div className="card-columns">
        <Counts found={found} chosen={chosen} />
        <div className="concept-list">
          <DataTable
            name="Neurons found"
            caption="Neurons by concepts among their first tokens"
            isCaptionHidden
            columns={CONCEPT_COLUMNS}
            rows={set.slice(0, LISTED)}
            keyOf={formatNeuron}
          />
        </div>
      </div>
      <p className="says">
        <Prose>{conceptSentence(found, chosen)}</Prose>
      </p>
      {set.length > 0 && (
        <button type="button" onClick={() => measureGroup(set, `${grouped(set.length)} neurons of the concept search`)}>
          Switch {set.length < all ? "the first" : "these"} {grouped(set.length)} off together
        </button>
      )}
      <footer className="panel-foot">
        <Method page="concept-search">
          Each value vector of a shallow layer is taken through the value and output matrices of an attention layer
          above it (all heads, norm scale frozen), then through the unembedding; concepts among its first 50 tokens are
          counted, the best attention layer counts. The paper writes “M or more”, its numbers fit “more than M”; here it
          is “at least”. The paper’s word list is not published: this one is ours, and the numbers depend on it.
        </Method>
        <Exports drawn={drawnConcepts(slot, chosen)} />
      </footer>
    </>
  );
}

const MOST_COUNTS = 12;

/** The first thresholds, then evenly up to the last, the chosen one among them. */
function thresholds(most: number, chosen: number): number[] {
  const even = Array.from({ length: MOST_COUNTS - 4 }, (_, step) =>
    Math.round(3 + ((step + 1) * (most - 3)) / (MOST_COUNTS - 4)),
  );
  return [...new Set([0, 1, 2, 3, ...even, chosen])].filter((least) => least <= most).sort((a, b) => a - b);
}

/** How many neurons there are for each threshold. */
function Counts({ found, chosen }: FoundProps) {
  const columns: readonly Column<number>[] = [
    count({ label: "at least" }, (least) => least),
    count({ label: "neurons" }, (least) => found.atLeast[least] ?? 0),
  ];
  return (
    <DataTable
      caption="Neurons by threshold"
      columns={columns}
      rows={thresholds(found.atLeast.length - 1, chosen)}
      rowProps={(least) => ({ className: least === chosen ? "is-selected" : "" })}
    />
  );
}
