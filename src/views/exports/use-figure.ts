import { useSyncExternalStore } from "react";
import type { FigureSource, FigureNow } from "./figure-now.ts";

/** The figure of a tab now, drawn anew whenever anything changes that it is made of. */
export function useFigure(source: FigureSource): FigureNow {
  useSyncExternalStore(
    (listener) => follow(source, listener),
    () => statesOf(source),
  );
  return source.now();
}

function follow({ stores }: FigureSource, listener: () => void): () => void {
  const ends = stores.map((store) => store.subscribe(listener));
  return () => {
    for (const end of ends) end();
  };
}

/** The states that were seen last, so that the same ones are one value. */
const seen = new WeakMap<FigureSource, readonly unknown[]>();

function statesOf(source: FigureSource): readonly unknown[] {
  const states = source.stores.map((store) => store.getState());
  const last = seen.get(source);
  if (last?.every((each, place) => each === states[place])) return last;
  seen.set(source, states);
  return states;
}
