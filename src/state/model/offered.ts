import { createStore } from "zustand/vanilla";
import type { Backend, Dtype } from "#model/checkpoint.ts";
import type { CheckpointReport, GgufOnHub } from "#protocol/engine.ts";
import type { ExpectedMemory } from "../road/expected-memory.ts";
import type { ModelChoice } from "./model.ts";

/** A model that a person picked and has not been asked about yet, or is being asked about. */
export type LoadOffer =
  | { readonly kind: "none" }
  /** Config and headers are being read. */
  | {
      readonly kind: "inspecting";
      readonly choice: ModelChoice;
      readonly backend: Backend | "auto";
      readonly dtype: Dtype;
    }
  /** The repository has models in GGUF and nothing else that is read: one of its files is meant. */
  | { readonly kind: "choosing"; readonly choice: ModelChoice; readonly files: readonly GgufOnHub[] }
  | {
      readonly kind: "asking";
      readonly choice: ModelChoice;
      readonly report: CheckpointReport;
      readonly expected: ExpectedMemory;
      readonly backend: Backend | "auto";
      /** What it will be loaded in. */
      readonly dtype: Dtype;
    };

export const loadOffer = createStore<LoadOffer>(() => ({ kind: "none" }));
