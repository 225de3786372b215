import { useStore } from "zustand";
import { adapter, isAttached } from "#state/model/adapter.ts";
import { isWhole, mostImportantHead } from "#state/effects.ts";
import { question, setScale } from "#state/question.ts";
import { isStale, results } from "#state/run/results.ts";
import type { NeuronComparison, Slot } from "#state/run/results.ts";
import { stopAsked } from "#state/run/session.ts";
import { NEURON_COUNTS, select, setCount, view } from "#state/view.ts";
import { nats } from "#charts/number-format.ts";
import { formatHead } from "#model/ids.ts";
import { Exports } from "../exports/Exports.tsx";
import { Method } from "../shared/Method.tsx";
import { ProgressLine } from "../shared/ProgressLine.tsx";
import { tokenText } from "../shared/words/token-text.ts";
import { comparisonSentence } from "./comparison-sentence.ts";
import { certificate, comparedWith, drawnNeurons } from "./neurons-export.ts";
import { NeuronTable } from "./NeuronTable.tsx";
import { Prose } from "../guide/Term.tsx";
import "../shared/table/table.css";
import "./neurons.css";

/** Comparative neuron analysis: which FFN neurons lose their say when something is switched off. */
export function NeuronsPanel() {
  const interventions = useStore(question, (state) => state.interventions);
  const slot = useStore(results, (slots) => slots.comparison);
  const lora = useStore(adapter);
  const nothingOff = interventions.length === 0;
  const isOfVariants = nothingOff && isAttached(lora) && lora.choice !== undefined;
  return (
    <section aria-label="Neurons" className="panel neurons">
      <header className="panel-head">
        <h2>
          Neurons that lose their say
          {(!nothingOff || isOfVariants) && slot.about && ` ${comparedWith(slot.about)}`}
        </h2>
        <span className="panel-tools">
          <CountChoice />
        </span>
      </header>
      {nothingOff && !isOfVariants ? <NothingToCompare /> : <Comparison slot={slot} isOfVariants={isOfVariants} />}
    </section>
  );
}

function NothingToCompare() {
  const sweep = useStore(results, (slots) => slots.sweep.value);
  const head = sweep && mostImportantHead(sweep);
  return (
    <div className="empty">
      <p>
        This table compares two runs: the model as it is, and the model with something switched off. Nothing is switched
        off yet.
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
          {nats(head.effect)} nats)
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
  const slots = useStore(results);
  const sort = useStore(view, (state) => state.sort);
  const drawn = drawnNeurons(slots, sort);
  return (
    <div className={isStale(slot) ? "stale" : ""} aria-busy={slot.status === "computing"}>
      {slot.status === "computing" && (
        <ProgressLine doing="Comparing neurons" progress={slot.progress} onStop={() => stopAsked("comparison")} />
      )}
      {value && (
        <>
          <NeuronTable rows={value.rows} isOfVariants={isOfVariants} />
          <p className="says">
            <Prose>{comparisonSentence(value, tokenText(about?.token?.text ?? ""))}</Prose>
          </p>
          <p className="certificate">{certificate(value)}</p>
          <footer className="panel-foot">
            <Method page="comparison">
              Increase = log p(target) of the residual at the last position with activation × value vector added, minus
              without it, through the final norm with the clean run’s scale. Change = increase before − increase after;
              the target is the clean run’s. It is not direct logit attribution.
              {isOfVariants &&
                " Before is the base, after the model with the adapter; each run’s neurons write by its own weights, and the lens is the base’s."}
            </Method>
            <Exports drawn={drawn} />
          </footer>
        </>
      )}
      {!value && slot.status === "failed" && <p className="empty">The comparison could not be computed.</p>}
    </div>
  );
}

function CountChoice() {
  const chosen = useStore(view, (state) => state.count);
  return (
    <span role="group" aria-label="Neurons shown" className="choice">
      {NEURON_COUNTS.map((count) => (
        <button key={count} type="button" aria-pressed={count === chosen} onClick={() => setCount(count)}>
          {count}
        </button>
      ))}
    </span>
  );
}
