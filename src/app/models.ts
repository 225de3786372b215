import { BUNDLED_MODEL } from "#state/finding.ts";
import type { ModelChoice } from "#state/model.ts";

/** The checkpoints that come with the page: addresses like any other. */
export const SHIPPED_MODELS: readonly ModelChoice[] = [
  { id: BUNDLED_MODEL, source: { kind: "url", base: new URL("models/abacus/", document.baseURI).href } },
];
