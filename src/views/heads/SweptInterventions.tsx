import { useStore } from "zustand";
import { question } from "#state/question.ts";
import { setReading, view } from "#state/view.ts";
import { interventionsText } from "../shared/words/part-name.ts";

/** The map is of the model as it is, unless a person asks for it with what is ablated; it says which. */
export function SweptInterventions() {
  const interventions = useStore(question, (state) => state.interventions);
  const isUnder = useStore(view, (state) => state.reading.isUnder);
  if (interventions.length === 0) return null;
  const parts = <strong>{interventionsText(interventions)}</strong>;
  return (
    <p className="small">
      {isUnder ? (
        <>Every head is taken off on top of {parts}: effects are counted from that run.</>
      ) : (
        <>The map is of the model with nothing switched off: {parts} changes none of its numbers.</>
      )}{" "}
      <button type="button" className="link" onClick={() => setReading({ isUnder: !isUnder })}>
        {isUnder ? "Show the model as it is" : `Sweep with ${interventionsText(interventions)}`}
      </button>
    </p>
  );
}
