import type { CheckpointSource } from "#model/checkpoint.ts";
import { BUNDLED_MODEL } from "#state/finding.ts";
import { choiceOfSource } from "#state/model.ts";
import type { ModelChoice } from "#state/model.ts";

/** The checkpoints that come with the page: addresses like any other. */
export const SHIPPED_MODELS: readonly ModelChoice[] = [BUNDLED_MODEL, "abacus-2"].map((id) => ({
  id,
  source: { kind: "url", base: new URL(`models/${id}/`, document.baseURI).href },
}));

/** The folder beside a shipped model that has adapters over it in it, and a list of them. */
const ADAPTERS = "adapters/";

/** The adapters that come with the model at an address of the page; none where there is no list of them. */
export async function readAdapters(base: string): Promise<readonly ModelChoice[]> {
  const folder = new URL(ADAPTERS, base);
  const response = await fetch(new URL("index.json", folder));
  // a static host may answer what is missing with a page of its own
  if (!response.ok || !response.headers.get("content-type")?.includes("json")) return [];
  const { adapters } = (await response.json()) as { readonly adapters: readonly string[] };
  return adapters.map((name) => {
    const { href } = new URL(`${name}/`, folder);
    return { id: href, source: { kind: "url", base: href } };
  });
}

/** As `choiceOfSource`; what comes with the page by its own name. */
export const choiceOf = (source: CheckpointSource): ModelChoice =>
  SHIPPED_MODELS.find(
    (known) => known.source.kind === "url" && source.kind === "url" && known.source.base === source.base,
  ) ?? choiceOfSource(source);
