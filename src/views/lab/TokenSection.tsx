import { useStore } from "zustand";
import { formatNeuron } from "#model/ids.ts";
import { buildIndex, searchToken } from "#state/lab/actions.ts";
import { editSearch, forms } from "#state/lab/forms.ts";
import type { TokenEnd } from "#state/lab/forms.ts";
import { lab } from "#state/lab/tools.ts";
import type { LabResults } from "#state/lab/tools.ts";
import { model } from "#state/model/model.ts";
import { results } from "#state/run/results.ts";
import { hitsSentence } from "./lab-sentences.ts";
import { drawnHits } from "./lab-exports.ts";
import { Exports } from "../exports/Exports.tsx";
import { Method } from "../shared/Method.tsx";
import { tokenText } from "../shared/words/token-text.ts";
import { DataTable } from "../shared/table/DataTable.tsx";
import { LabProgress } from "./LabProgress.tsx";
import { hitColumns } from "./lab-columns.tsx";
import { Prose } from "../guide/Term.tsx";
import { ChoiceGroup } from "../shared/controls/ChoiceGroup.tsx";

/** Which neurons promote a token, of all layers. */
export function TokenSection() {
  const { value } = useStore(lab, (slots) => slots.tokens);
  return (
    <section aria-label="Search by token" className="panel">
      <header className="panel-head">
        <h2>Which neurons promote a token?</h2>
        <IndexState />
      </header>
      <SearchForm />
      <LabProgress kind="tokens" doing="Searching all neurons" />
      {value && <Hits {...value} />}
    </section>
  );
}

/** How far the index of tokens is: nobody asked for it, so its progress stands in small print. */
function IndexState() {
  const { status, value, progress } = useStore(lab, (slots) => slots.index);
  if (status === "computing") return <LabProgress kind="index" doing="Indexing the neurons, behind everything else" />;
  if (status === "stopped" || status === "failed") {
    return (
      <span className="panel-tools">
        <span className="small faint">
          Index {status === "stopped" ? "stopped" : "not finished"}
          {progress && ` at ${Math.floor((100 * progress.done) / progress.total)} %`}
        </span>
        <button type="button" onClick={buildIndex}>
          Go on
        </button>
      </span>
    );
  }
  if (!value) return null;
  return (
    <span className="small faint panel-tools">
      index of {value.layers} layers, {value.depth} tokens at each end
      {value.layersFromStorage > 0 && ", kept from an earlier visit"}
    </span>
  );
}

function SearchForm() {
  const form = useStore(forms, (state) => state.search);
  const target = useStore(results, (slots) => slots.prediction.value?.target.text);
  const isReady = useStore(model, (state) => state.status.kind === "ready");
  return (
    <form
      className="lab-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (form.token === "" && target !== undefined) editSearch({ token: target });
        void searchToken();
      }}
    >
      <label>
        <span>token</span>
        <input
          className="go-to"
          spellCheck={false}
          autoComplete="off"
          placeholder={target ?? "8"}
          value={form.token}
          onChange={(event) => editSearch({ token: event.target.value })}
        />
      </label>
      <ChoiceGroup
        label="What the neurons do to it"
        options={["promotes", "suppresses"]}
        chosen={form.end}
        onChoose={(end) => editSearch({ end })}
        textOf={(end) => ENDS[end].label}
        titleOf={(end) => ENDS[end].about}
      />
      <ChoiceGroup
        label="Order"
        options={["logit", "rank"]}
        chosen={form.by}
        onChoose={(by) => editSearch({ by })}
        textOf={(by) => ORDERS[by].label}
        titleOf={(by) => ORDERS[by].about}
      />
      <button type="submit" className="primary" disabled={!isReady}>
        Search
      </button>
    </form>
  );
}

const ENDS = {
  promotes: { label: "promote", about: "Their value vector raises the token" },
  suppresses: { label: "suppress", about: "Their value vector lowers the token" },
} as const satisfies Record<TokenEnd, { label: string; about: string }>;

const ORDERS = {
  logit: { label: "by logit", about: "The strongest first, whatever else they promote" },
  rank: { label: "by rank", about: "Those first in which the token stands first" },
} as const;

function Hits({ asked, found }: LabResults["tokens"]) {
  const slot = useStore(lab, (slots) => slots.tokens);
  return (
    <>
      <DataTable
        name="Neurons found"
        caption={`Neurons that ${asked.end === "promotes" ? "promote" : "suppress"} ${tokenText(found.token.text)}`}
        isCaptionHidden
        columns={hitColumns(found.token.text)}
        rows={found.rows}
        keyOf={formatNeuron}
      />
      <p className="says">
        <Prose>{hitsSentence(found, asked.by, asked.end)}</Prose>
      </p>
      <footer className="panel-foot">
        <Method page="token-index">
          Logit: value vector (a column of down_proj) through the final norm’s gain and the token’s row of the
          unembedding, per unit of activation. By logit every neuron of every layer is computed; by rank the index
          answers, which keeps each neuron’s first tokens at both ends, exactly.
        </Method>
        <Exports drawn={drawnHits(slot)} />
      </footer>
    </>
  );
}
