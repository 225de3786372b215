import type { Drawn } from "./drawn.ts";

/** The figure or table of a tab as it leaves the page, or in a sentence why there is none. */
export type FigureNow =
  | {
      readonly drawn: Drawn;
      /** Why a frame of another page, which has its link alone, cannot show it; left out where it can. */
      readonly unframed?: string;
    }
  | { readonly drawn?: undefined; readonly none: string };

interface Store {
  readonly getState: () => unknown;
  readonly subscribe: (listener: () => void) => () => void;
}

/**
 * The source of a tab’s figure, one for each tab: the share dialog and the frame find it there, and so do the buttons below it, but for those of a
 * tool of the lab, which has several, and of an experiment, whose files may be dark.
 */
export interface FigureSource {
  /** All that it is made of. */
  readonly stores: readonly Store[];
  readonly now: () => FigureNow;
}

export const figureOr = (drawn: Drawn | undefined, none: string): FigureNow => (drawn ? { drawn } : { none });
