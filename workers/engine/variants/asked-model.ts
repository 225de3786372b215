import type { LoadedModel } from "../load/load-model.ts";

/** What a session needs of a model, or of a variant of it. */
export type AskedModel = Pick<LoadedModel, "spec" | "runner" | "tokenizer" | "files">;

/** The model for one call, which ends with the signal before its next run. */
export const underSignal = <Model extends Pick<LoadedModel, "runner">>(model: Model, signal: AbortSignal): Model => ({
  ...model,
  runner: model.runner.under(signal),
});
