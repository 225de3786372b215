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

/** Where the buttons below a figure, the share dialog and the frame find it: one source for each tab. */
export interface FigureSource {
  /** All that it is made of. */
  readonly stores: readonly Store[];
  readonly now: () => FigureNow;
}

export const figureOr = (drawn: Drawn | undefined, none: string): FigureNow => (drawn ? { drawn } : { none });
