import type { PublishedName } from "#state/link/finding.ts";

/** The models of the records that others published, as people call them. */
export const PUBLISHED_MODELS = { "llama-7b-3plus5": "Llama-7B" } as const satisfies Record<PublishedName, string>;
