import { createStore } from "zustand/vanilla";
import type { SuiteDefinition } from "#protocol/experiments.ts";

export type { SuiteDefinition } from "#protocol/experiments.ts";

/** The suites of cases that come with the page, by the names of their files. */
export const CASE_SUITES = [
  "abacus-1d",
  "abacus-2d",
  "number-words",
  "negative",
  "paper-1d",
  "paper-2d",
  "paper-3d",
  "controls",
] as const;

/** The suites of pairs. */
export const PAIR_SUITES = ["pronouns-abacus", "gender-abacus", "gender-paper"] as const;

/** The suites of pairs of prompts that differ in one thing. */
export const CONTRAST_SUITES = ["contrasts-abacus", "contrasts-ioi"] as const;

export const SUITE_NAMES = [...CASE_SUITES, ...PAIR_SUITES, ...CONTRAST_SUITES] as const;

export const suites = createStore<{ readonly list: readonly SuiteDefinition[] }>(() => ({ list: [] }));

export const offerSuites = (list: readonly SuiteDefinition[]) => suites.setState({ list });
