import { FIRST_MODEL } from "#model/shipped-models.ts";
import type { SHIPPED_CONTENTS } from "#model/shipped-models.ts";
import { BUNDLED_MODEL } from "#state/link/finding.ts";
import type { ModelChoice } from "#state/model/model.ts";

/** Each has a published content, which the engine has and the first script need not carry. */
const IDS = [FIRST_MODEL, BUNDLED_MODEL] as const satisfies readonly (keyof typeof SHIPPED_CONTENTS)[];

/** The checkpoints that come with the page: addresses like any other. */
export const SHIPPED_MODELS: readonly ModelChoice[] = IDS.map((id) => ({
  id,
  source: { kind: "url", base: new URL(`models/${id}/`, document.baseURI).href },
}));
