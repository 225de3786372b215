/** How weights are held: 4- or 8-bit blocks of 32 with a float32 scale each, or float32. Activations are float32. */
export const DTYPES = ["q4", "q8", "f32"] as const;
export type Dtype = (typeof DTYPES)[number];

export const BACKENDS = ["webgpu", "wasm"] as const;
export type Backend = (typeof BACKENDS)[number];

/** Where a checkpoint's files are read from. A base URL ends in "/" or is completed by one. */
export type CheckpointSource =
  | { readonly kind: "url"; readonly base: string }
  | { readonly kind: "files"; readonly files: readonly File[] }
  /** One that is stored in this browser, by its name there. */
  | { readonly kind: "stored"; readonly id: string };

/** Which checkpoint a folder holds, so that it is known again. */
export interface SourceIdentity {
  readonly kind: "hub" | "url" | "files";
  /** `owner/name` on the Hub, a base URL, or a folder's name. */
  readonly name: string;
  /** The commit that a Hub revision stood for when it was opened. */
  readonly revision?: string;
  /** The branch, tag or commit that was asked for. */
  readonly requested?: string;
}
