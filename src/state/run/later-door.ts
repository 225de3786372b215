import { createStore } from "zustand/vanilla";
import type { Prediction } from "#protocol/engine.ts";
import type { Demands, Moment } from "./demand.ts";

/**
 * What the page asks of the engine beside its first look: it comes in a later script (`later-demands.ts`), and opens the door when it is
 * there.
 */
export const laterDoor = createStore<{
  readonly demands?: (now: Moment, clean: Prediction) => Demands;
}>(() => ({}));
