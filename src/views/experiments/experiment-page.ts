import type { ReactNode } from "react";
import type { MarkedFigure } from "#charts/marks/mark.ts";
import type { ExperimentKind, ResultFor } from "#protocol/experiments.ts";
import type { Picked } from "#state/experiments/picked.ts";
import type { Table } from "../exports/csv.ts";
import type { PublishedTable } from "./published/published.ts";

export interface ExperimentText {
  readonly tab: string;
  readonly question: string;
  /** Two sentences. */
  readonly method: string;
  readonly controls: string;
  /** How we read the paper where it does not say. */
  readonly reading: string;
  readonly notShown: string;
  /** Below what is computed, as a sentence starts. */
  readonly doing: string;
}

/** What is chosen of a page's choices: what a person picked, as long as the result has it. */
export type Chosen = Picked;

/** What a person can choose of a result, as buttons or from a list. */
export interface Choice<Result> {
  readonly name: string;
  readonly label: string;
  readonly isOfButtons?: boolean;
  readonly options: (result: Result, isPlain?: boolean) => readonly (readonly [value: string, text: string])[];
}

export interface FigureSize {
  readonly width: number;
  readonly isDark: boolean;
  /** Factors in place of nats. */
  readonly isPlain: boolean;
}

export interface PageFigure<Result> {
  readonly heading?: (result: Result, chosen: Chosen, isPlain?: boolean) => string;
  /** What a reader who cannot see it is told. */
  readonly label: (chosen: Chosen, result: Result, isPlain?: boolean) => string;
  readonly draw: (result: Result, size: FigureSize, chosen: Chosen) => MarkedFigure;
}

/** An experiment's page: its words, the sentence of a result, figures and tables. */
export interface ExperimentPage<Kind extends ExperimentKind, Result = ResultFor<Kind>> {
  readonly texts: ExperimentText;
  /** Of its files. */
  readonly name: string;
  /** @param isPlain without the researcher’s numbers */
  readonly title: (result: Result, chosen: Chosen, isPlain?: boolean) => string;
  readonly sentence: (result: Result, chosen: Chosen, isPlain?: boolean) => string;
  readonly choices?: readonly Choice<Result>[];
  /** The first one goes into a file. */
  readonly figures: readonly PageFigure<Result>[];
  /** How the figures are read. */
  readonly note: (result: Result, chosen: Chosen, isPlain?: boolean) => string;
  readonly tables: (result: Result, chosen: Chosen) => ReactNode;
  readonly file: (result: Result) => Table;
  readonly published: readonly PublishedTable[];
}

/** Behind a note, while a run goes on. */
export const soFar = ({ steps, stepsInAll }: { readonly steps: number; readonly stepsInAll: number }) =>
  steps < stepsInAll ? ` Of ${steps} of ${stepsInAll} batches so far.` : "";
