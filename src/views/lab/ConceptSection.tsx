import { useStore } from "zustand";
import { formatNeuron } from "#model/ids.ts";
import { measureGroup, searchConcepts } from "#state/lab/actions.ts";
import { editConcepts, forms } from "#state/lab/forms.ts";
import { lab } from "#state/lab/tools.ts";
import type { ConceptSearchResult, LabResults } from "#state/lab/tools.ts";
import { model } from "#state/model.ts";
import { Exports } from "../shared/Exports.tsx";
import { Method } from "../shared/Method.tsx";
import { tokenText } from "../shared/token-text.ts";
import { LabProgress } from "./LabProgress.tsx";
import { NeuronLink } from "./NeuronLink.tsx";

const LISTED = 20;
const SHOWN_TOKENS = 8;

/** Neurons whose value vector only speaks of the concepts once an attention layer has transformed it. */
export function ConceptSection() {
  const form = useStore(forms, (state) => state.concepts);
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
          <textarea
            rows={3}
            spellCheck={false}
            value={form.words}
            onChange={(event) => editConcepts({ words: event.target.value })}
          />
        </label>
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
      {value && <Found {...value} />}
    </section>
  );
}

function Found({ leastConcepts, found }: LabResults["concepts"]) {
  const total = found.atLeast[leastConcepts] ?? 0;
  return (
    <>
      <div className="card-columns">
        <Counts found={found} chosen={leastConcepts} />
        <div className="table-scroll concept-list" tabIndex={0} role="group" aria-label="Neurons found, scrolls">
          <table className="plain lab-table">
            <caption className="visually-hidden">Neurons by concepts among their first tokens</caption>
            <thead>
              <tr>
                <th scope="col">neuron</th>
                <th scope="col" className="number" title="The attention layer behind which it says most">
                  through
                </th>
                <th scope="col" className="number">
                  concepts
                </th>
                <th scope="col">which</th>
              </tr>
            </thead>
            <tbody>
              {found.rows.slice(0, LISTED).map((row) => (
                <tr key={formatNeuron(row)}>
                  <th scope="row">
                    <NeuronLink layer={row.layer} neuron={row.neuron} />
                  </th>
                  <td className="number">L{row.through}</td>
                  <td className="number">{row.tokens.length}</td>
                  <td className="promotes">
                    {row.tokens.slice(0, SHOWN_TOKENS).map(({ id, text }) => (
                      <code key={id}>{tokenText(text)}</code>
                    ))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </div>
      <p className="says">
        {total.toLocaleString("en")} of {found.searched.toLocaleString("en")} neurons below layer {found.belowLayer} say{" "}
        {leastConcepts} or more of {found.concepts.length} concepts behind an attention layer up to L
        {found.lastAttention}.
        {found.notTokens.length > 0 && ` ${found.notTokens.length} words are no single token here.`}
      </p>
      {found.rows.length > 0 && (
        <button
          type="button"
          onClick={() => measureGroup(found.rows, `${found.rows.length} neurons of the concept search`)}
        >
          Switch these {found.rows.length.toLocaleString("en")} off together
        </button>
      )}
      <footer className="panel-foot">
        <Method>
          Each value vector of a shallow layer is taken through the value and output matrices of an attention layer
          above it (all heads, norm scale frozen), then through the unembedding; concepts among its first 50 tokens are
          counted, the best attention layer counts. The paper writes “M or more”, its numbers fit “more than M”; here it
          is “at least”. The paper’s word list is not published: this one is ours, and the numbers depend on it.
        </Method>
        <Exports
          name="concept-search"
          table={() => ({
            header: ["neuron", "layer", "index", "through", "concepts", "tokens"],
            rows: found.rows.map((row) => [
              formatNeuron(row),
              row.layer,
              row.neuron,
              row.through,
              row.tokens.length,
              row.tokens.map(({ text }) => text).join(" "),
            ]),
          })}
        />
      </footer>
    </>
  );
}

const MOST_COUNTS = 12;

/** How many neurons there are for each threshold. */
function Counts({ found, chosen }: { readonly found: ConceptSearchResult; readonly chosen: number }) {
  return (
    <table className="plain lab-table">
      <caption>Neurons by threshold</caption>
      <thead>
        <tr>
          <th scope="col" className="number">
            at least
          </th>
          <th scope="col" className="number">
            neurons
          </th>
        </tr>
      </thead>
      <tbody>
        {found.atLeast.slice(0, MOST_COUNTS).map((count, least) => (
          <tr key={least} className={least === chosen ? "is-selected" : ""}>
            <th scope="row" className="number">
              {least}
            </th>
            <td className="number">{count.toLocaleString("en")}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
