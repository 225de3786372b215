import { useStore } from "zustand";
import { adapter } from "#state/model/adapter.ts";
import { isWhole, mostImportantHead } from "#state/effects.ts";
import { question, setScale } from "#state/question.ts";
import { isStale, results } from "#state/run/results.ts";
import type { NeuronComparison, Slot } from "#state/run/results.ts";
import { stopAsked } from "#state/run/session.ts";
import { NEURON_COUNTS, select, setCount, view } from "#state/view.ts";
import { likelier } from "#charts/factor.ts";
import { nats } from "#charts/number-format.ts";
import { formatHead } from "#model/ids.ts";
import { Exports } from "../exports/Exports.tsx";
import { useFigure } from "../exports/use-figure.ts";
import { Method } from "../shared/Method.tsx";
import { ProgressLine } from "../shared/ProgressLine.tsx";
import { usePlain } from "../shared/use-plain.ts";
import { RunState } from "../shared/RunState.tsx";
import { tokenText } from "../shared/words/token-text.ts";
import { COLUMNS, TOP_COLUMNS, VARIANT_COLUMNS } from "./neuron-columns.ts";
import { certificate, comparedWith } from "./neurons-export.ts";
import { isCompared, isOfVariants, neuronsFigure } from "./neurons-figure.ts";
import { comparisonSentence, topSentence } from "./neuron-sentences.ts";
import { NeuronTable } from "./NeuronTable.tsx";
import { Prose } from "../guide/Term.tsx";
import { TopClaims } from "./TopClaims.tsx";
import { ChoiceGroup } from "../shared/controls/ChoiceGroup.tsx";
import "./neurons.css";

/** Which FFN neurons lose their say when something is ablated; while nothing is, which have most of it. */
export function NeuronsPanel() {
  const slot = useStore(results, (slots) => slots.comparison);
  useStore(question);
  useStore(adapter);
  return (
    <section aria-label="Neurons" className="panel neurons">
      <header className="panel-head">
        {isCompared() ? (
          <h2>Neurons that lose their say{slot.about && ` ${comparedWith(slot.about)}`}</h2>
        ) : (
          <h2>Neurons with the most to say</h2>
        )}
        <span className="panel-tools">
          <CountChoice />
        </span>
      </header>
      {isCompared() ? <Comparison slot={slot} isOfVariants={isOfVariants()} /> : <TopNeurons />}
    </section>
  );
}

/** Nothing is ablated: the neurons that give the answer most, and the way to a comparison. */
function TopNeurons() {
  const slot = useStore(results, (slots) => slots.topNeurons);
  const isPlain = usePlain();
  const { value, about } = slot;
  return (
    <>
      <WayToCompare />
      <TopClaims />
      <div className={isStale(slot) ? "stale" : ""} aria-busy={slot.status === "computing"}>
        <RunState kind="topNeurons" slot={slot} doing="Looking for the neurons" what="this list" />
        {value && (
          <>
            <NeuronTable caption="FFN neurons by what they give the answer" rows={value.rows} columns={TOP_COLUMNS} />
            <p className="says">{topSentence(value, tokenText(about?.token?.text ?? ""), isPlain)}</p>
            <p className="certificate researcher">{certificate(value)}</p>
            <footer className="panel-foot">
              <Method page="log-probability-increase">
                Increase = log p(target) of the residual at the last position with activation × value vector added,
                minus without it, through the final norm with the run’s scale. Only the direct path to the answer is
                counted. It is not direct logit attribution.
              </Method>
              <NeuronsExports />
            </footer>
          </>
        )}
      </div>
    </>
  );
}

function WayToCompare() {
  const sweep = useStore(results, (slots) => slots.sweep.value);
  const isPlain = usePlain();
  const head = sweep && mostImportantHead(sweep);
  return (
    <div className="way-to-compare">
      <p className="small">
        Of the model as it is. With something switched off, this table compares two runs: which neurons lose their say?
      </p>
      {head && (
        <button
          type="button"
          className="primary"
          onClick={() => {
            const part = { kind: "head", at: head.at } as const;
            setScale(part, 0);
            select(part);
          }}
        >
          Switch off {formatHead(head.at)}, the most important head{isWhole(sweep) ? "" : " so far"} (
          {isPlain ? `the answer is then ${likelier(0 - head.effect)}` : `${nats(head.effect)} nats`})
        </button>
      )}
    </div>
  );
}

interface ComparisonProps {
  readonly slot: Slot<NeuronComparison>;
  /** Base against adapted, rather than clean against changed. */
  readonly isOfVariants: boolean;
}

function Comparison({ slot, isOfVariants }: ComparisonProps) {
  const { value, about } = slot;
  const isPlain = usePlain();
  return (
    <div className={isStale(slot) ? "stale" : ""} aria-busy={slot.status === "computing"}>
      {slot.status === "computing" && (
        <ProgressLine doing="Comparing neurons" progress={slot.progress} onStop={() => stopAsked("comparison")} />
      )}
      {value && (
        <>
          <NeuronTable
            caption={`FFN neurons by what they lose to the ${isOfVariants ? "adapter" : "interventions"}`}
            rows={value.rows}
            columns={isOfVariants ? VARIANT_COLUMNS : COLUMNS}
          />
          <p className="says">
            <Prose>{comparisonSentence(value, tokenText(about?.token?.text ?? ""), isPlain)}</Prose>
          </p>
          <p className="certificate researcher">{certificate(value)}</p>
          <footer className="panel-foot">
            <Method page="comparison">
              Increase = log p(target) of the residual at the last position with activation × value vector added, minus
              without it, through the final norm with the clean run’s scale. Change = increase before − increase after;
              the target is the clean run’s. It is not direct logit attribution.
              {isOfVariants &&
                " Before is the base, after the model with the adapter; each run’s neurons write by its own weights, and the lens is the base’s."}
            </Method>
            <NeuronsExports />
          </footer>
        </>
      )}
      {!value && slot.status === "failed" && <p className="empty">The comparison could not be computed.</p>}
    </div>
  );
}

/** The table as it leaves the page; on its own, as a pointer over the rows sets off whoever follows the figure. */
const NeuronsExports = () => <Exports drawn={useFigure(neuronsFigure).drawn} />;

function CountChoice() {
  const chosen = useStore(view, (state) => state.count);
  return <ChoiceGroup label="Neurons shown" options={NEURON_COUNTS} chosen={chosen} onChoose={setCount} />;
}
