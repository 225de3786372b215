import { useStore } from "zustand";
import { model } from "#state/model/model.ts";
import { exampleParts, switchOffTyped } from "#state/parts.ts";
import { question, removeIntervention, resetInterventions, undo } from "#state/question.ts";
import type { Part } from "#state/question.ts";
import { select } from "#state/view.ts";
import { hookName, partName } from "../shared/words/part-name.ts";
import { ScaleSlider } from "../shared/PartSwitch.tsx";
import { useTyped } from "../shared/text/use-typed.tsx";
import { AblationSourceForm } from "./AblationSourceForm.tsx";
import "./interventions.css";

export const INTERVENTIONS_ID = "interventions";

/** Everything that is changed about the model, always in sight, each one undone by itself. */
export function InterventionsPanel() {
  const interventions = useStore(question, (state) => state.interventions);
  const canUndo = useStore(question, (state) => state.past.length > 0);
  return (
    <section id={INTERVENTIONS_ID} aria-label="Switched off" className="panel interventions">
      <header className="panel-head">
        <h2>Switched off</h2>
        <span className="panel-tools">
          <button type="button" className="quiet" disabled={!canUndo} title="Shortcut: z" onClick={undo}>
            Undo
          </button>
          <button type="button" className="quiet" disabled={interventions.length === 0} onClick={resetInterventions}>
            Reset all
          </button>
        </span>
      </header>
      {interventions.length === 0 ? (
        <p className="empty">Nothing: this is the model as it is. Click a head and switch it off, or type one here.</p>
      ) : (
        <ul className="intervention-list">
          {interventions.map((change) => (
            <InterventionRow key={partName(change)} part={change} scale={change.scale} />
          ))}
        </ul>
      )}
      <AddIntervention />
      <AblationSourceForm />
    </section>
  );
}

function InterventionRow({ part, scale }: { readonly part: Part; readonly scale: number }) {
  const name = partName(part);
  return (
    <li>
      <button
        type="button"
        className={`part-name ${scale === 0 ? "is-off" : ""}`}
        title={`${hookName(part)} × ${scale}`}
        onClick={() => select(part)}
      >
        {name}
      </button>
      <ScaleSlider part={part} />
      <button
        type="button"
        className="quiet close"
        aria-label={`Undo ${name}`}
        onClick={() => removeIntervention(part)}
      >
        ✕
      </button>
    </li>
  );
}

function AddIntervention() {
  const field = useTyped(switchOffTyped);
  // the example follows the model
  useStore(model, (state) => state.info);
  const { head, neuron } = exampleParts();
  return (
    <form className="inline-form" onSubmit={field.submit}>
      <input
        aria-label="Heads and neurons to switch off"
        placeholder={`${head} or ${neuron}`}
        spellCheck={false}
        autoComplete="off"
        {...field.props}
      />
      <button type="submit" disabled={field.isEmpty}>
        Switch off
      </button>
      {field.complaint}
    </form>
  );
}
