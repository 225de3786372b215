import { createStore } from "zustand/vanilla";
import type { ExperimentKind } from "#protocol/experiments.ts";

/** The options that are chosen of a result's choices, by their names; the first option of each until then. */
export type Picked = Readonly<Record<string, string>>;

/** What a person picked of each experiment's results: the figure on the page and the one that leaves it are of the same choice. */
export const picked = createStore<Partial<Readonly<Record<ExperimentKind, Picked>>>>(() => ({}));

export const pick = (kind: ExperimentKind, name: string, value: string) =>
  picked.setState((all) => ({ [kind]: { ...all[kind], [name]: value } }));
