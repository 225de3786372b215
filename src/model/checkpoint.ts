/** How weights are held whatever the file has: 4- or 8-bit blocks of 32 with a float32 scale each, or float32. Activations are float32. */
export const MADE_DTYPES = ["q4", "q8", "f32"] as const;
export type MadeDtype = (typeof MADE_DTYPES)[number];
/** All precisions: those, or each tensor bit for bit as the file has it: a GGUF file's blocks as they are, and numbers as float32. */
export const DTYPES = [...MADE_DTYPES, "stored"] as const;
export type Dtype = (typeof DTYPES)[number];

/** What a checkpoint's files are: a folder with config.json, or a file that says all by itself. */
export type CheckpointFormat = "safetensors" | "GGUF";

export const BACKENDS = ["webgpu", "wasm"] as const;
export type Backend = (typeof BACKENDS)[number];

/** What the command runs on: WASM, which is always there, or an execution provider of onnxruntime-node. */
export const PROVIDERS = ["wasm", "cpu", "cuda", "webgpu"] as const;
export type Provider = (typeof PROVIDERS)[number];
export type NativeProvider = Exclude<Provider, "wasm">;

/** A repository of a Hub, its files at one commit. */
export interface HubSource {
  readonly kind: "hub";
  /** `owner/name`. */
  readonly repo: string;
  /** A GGUF file in it, the first of its parts where it has several; left out: the repository is a checkpoint's folder. */
  readonly file?: string;
  /** A branch, a tag or a commit; left out: the branch `main`. */
  readonly revision?: string;
  /** Another Hub of the same interface: its address without a slash at the end. Left out: `HUB`. */
  readonly hub?: string;
  /** For gated repositories. It is sent to the Hub alone, and never stored nor put into a link. */
  readonly token?: string;
}

export interface FilesSource {
  readonly kind: "files";
  readonly files: readonly File[];
  /** Where each file lies, from the folder's own name on, as `model/config.json`; left out: as the files say themselves. */
  readonly paths?: readonly string[];
}

/** Where a checkpoint's files are read from. A base URL ends in "/" or is completed by one, unless it is that of a GGUF file. */
export type CheckpointSource =
  | HubSource
  | { readonly kind: "url"; readonly base: string }
  | FilesSource
  /** One that is stored in this browser, by its name there. */
  | { readonly kind: "stored"; readonly id: string };

export const HUB = "https://huggingface.co";
export const MAIN_REVISION = "main";

/** A repository's name, with its Hub where that is not the usual one. */
export const hubName = ({ repo, hub = HUB }: HubSource) => (hub === HUB ? repo : `${hub}/${repo}`);

/** The address that a repository's files are under, at a branch, a tag or a commit. */
export const hubAddress = (repo: string, revision = MAIN_REVISION, hub = HUB) =>
  `${hub}/${repo}/resolve/${encodeURIComponent(revision)}/`;

/** A repository, or a file in it, as one name. */
export const hubPath = ({ name, file }: { readonly name: string; readonly file?: string | undefined }) =>
  file === undefined ? name : `${name}/${file}`;

/** Which checkpoint a folder holds, so that it is known again. */
export interface SourceIdentity {
  readonly kind: "hub" | "url" | "files";
  /** `owner/name` on the Hub, a base URL, or the name of a folder or of a GGUF file. */
  readonly name: string;
  /** The GGUF file in a repository. */
  readonly file?: string;
  /** The commit that a Hub revision stood for when it was opened. */
  readonly revision?: string;
  /** The branch, tag or commit that was asked for. */
  readonly requested?: string;
}
