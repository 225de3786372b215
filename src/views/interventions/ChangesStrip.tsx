import { useStore } from "zustand";
import { question } from "#state/question.ts";
import { changesText } from "../shared/words/part-name.ts";
import { INTERVENTIONS_ID } from "./InterventionsPanel.tsx";

/** On a phone the list scrolls out of sight; this line above the tabs does not, and leads back to it. */
export function ChangesStrip() {
  const interventions = useStore(question, (state) => state.interventions);
  if (interventions.length === 0) return null;
  return (
    <button
      type="button"
      className="changes-strip"
      onClick={() => document.getElementById(INTERVENTIONS_ID)?.scrollIntoView({ block: "center" })}
    >
      {changesText(interventions)}
    </button>
  );
}
