/** Where an activation can be put in the place of another: TransformerLens's names without `hook_`. */
export const PATCH_SITES = ["resid_pre", "resid_mid", "resid_post", "attn_out", "mlp_out", "z", "post"] as const;
export type PatchSite = (typeof PATCH_SITES)[number];

/** What a patch is judged by at the last position. */
export const PATCH_METRICS = ["logitDifference", "logProbability", "probability"] as const;
export type PatchMetric = (typeof PATCH_METRICS)[number];
