import { createStore } from "zustand/vanilla";
import type { ExperimentForm } from "./form.ts";

/** The words that come with the page. */
export const conceptWords = createStore<{ readonly list: readonly string[] }>(() => ({ list: [] }));

export const offerConceptWords = (list: readonly string[]) => conceptWords.setState({ list });

/** What the form's experiment takes for concepts: the words that were typed, else those of the page. */
export function wordsOf({ words }: Pick<ExperimentForm, "words">): readonly string[] {
  const typed = words.split(/\s+/).filter((word) => word !== "");
  return typed.length > 0 ? typed : conceptWords.getState().list;
}
