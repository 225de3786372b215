import { createStore } from "zustand/vanilla";
import type { Token } from "#protocol/engine.ts";
import type { ChainSettings } from "../link/finding.ts";
import type { AskedRun, Demands, Moment } from "./demand.ts";

export type CleanRun = AskedRun & { readonly target: Token };

/** What the chain asks of the engine: it comes in the chunk of the tab that shows it (`chain-demands.ts`), and opens the door when it is there. */
export const chainDoor = createStore<{
  readonly demands?: (now: Moment, settings: ChainSettings, clean: CleanRun) => Demands;
}>(() => ({}));
