import type { CheckpointSource } from "#model/checkpoint.ts";
import { BUNDLED_MODEL } from "#state/link/finding.ts";
import { choiceOfSource } from "#state/model/model.ts";
import type { ModelChoice } from "#state/model/model.ts";

/** The checkpoints that come with the page: addresses like any other. */
export const SHIPPED_MODELS: readonly ModelChoice[] = [BUNDLED_MODEL, "abacus-2"].map((id) => ({
  id,
  source: { kind: "url", base: new URL(`models/${id}/`, document.baseURI).href },
}));

/** As `choiceOfSource`; what comes with the page by its own name. */
export const choiceOf = (source: CheckpointSource): ModelChoice =>
  SHIPPED_MODELS.find(
    (known) => known.source.kind === "url" && source.kind === "url" && known.source.base === source.base,
  ) ?? choiceOfSource(source);
