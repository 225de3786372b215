import { useStore } from "zustand";
import { exampleParts, model } from "#state/model/model.ts";
import { question, redo, resetInterventions, undo } from "#state/question.ts";
import { laterPart } from "../shared/later.tsx";
import { typedParts } from "../shared/text/typed-parts.ts";
import { useTyped } from "../shared/text/use-typed.tsx";
import "./interventions.css";

const InterventionList = laterPart(
  "the list of what is switched off",
  async () => (await import("./InterventionList.tsx")).InterventionList,
);
const AblationSourceForm = laterPart(
  "what a part that is off is",
  async () => (await import("./AblationSourceForm.tsx")).AblationSourceForm,
  <div className="ablation-source">
    <label>
      Off, a part is{" "}
      <select disabled>
        <option>0</option>
      </select>
    </label>
  </div>,
);

export const INTERVENTIONS_ID = "interventions";

/** Everything that is changed about the model, always in sight, each one undone by itself. */
export function InterventionsPanel() {
  const interventions = useStore(question, (state) => state.interventions);
  const canUndo = useStore(question, (state) => state.past.length > 0);
  const canRedo = useStore(question, (state) => state.future.length > 0);
  return (
    <section id={INTERVENTIONS_ID} aria-label="Switched off" className="panel interventions">
      <header className="panel-head">
        <h2>Switched off</h2>
        <span className="panel-tools">
          <button type="button" className="quiet" disabled={!canUndo} title="Shortcut: z" onClick={undo}>
            Undo
          </button>
          <button type="button" className="quiet" disabled={!canRedo} title="Shortcut: Shift z" onClick={redo}>
            Redo
          </button>
          <button type="button" className="quiet" disabled={interventions.length === 0} onClick={resetInterventions}>
            Reset all
          </button>
        </span>
      </header>
      {interventions.length === 0 ? (
        <p className="empty">Nothing: this is the model as it is. Click a head and switch it off, or type one here.</p>
      ) : (
        <InterventionList interventions={interventions} />
      )}
      <AddIntervention />
      <AblationSourceForm />
    </section>
  );
}

function AddIntervention() {
  const field = useTyped(async (text) => (await typedParts()).ablateTyped(text));
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
