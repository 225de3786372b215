import type { FaultCode } from "#core/fault.ts";
import type { HeadId, NeuronId } from "#model/ids.ts";
import type { ModelSpec } from "#model/spec.ts";
import type { Backend, CheckpointFormat, Dtype, NativeProvider, SourceIdentity } from "#model/checkpoint.ts";

/**
 * The contract between the page and the worker. Layers, heads, neurons and positions are zero-based; probabilities are
 * from 0 to 1; log-probabilities and increases are in nats. Everything here can be cloned, big arrays are transferred.
 */

/** Names one call, so that it can be cancelled; chosen by the caller, unique per worker. */
export type JobId = number;

/** Text (the tokenizer adds its BOS) or token ids, taken as they are. */
export type Prompt = string | readonly number[];

export interface Token {
  readonly id: number;
  readonly text: string;
}

export interface RankedToken extends Token {
  readonly probability: number;
  readonly logProbability: number;
}

/** A token that a vector promotes or suppresses: its logit through the lens, a direction and not a probability. */
export interface TokenLogit extends Token {
  readonly logit: number;
}

/** The model that was loaded, and how: of the model itself, what a person or a script needs to know of it. */
export interface ModelInfo extends Pick<
  ModelSpec,
  "family" | "layers" | "heads" | "kvHeads" | "headDim" | "modelDim" | "neurons" | "vocabulary" | "context"
> {
  /** A name to show: the folder's or repository's last part. */
  readonly name: string;
  /** Which checkpoint it is, a Hub's revision resolved to its commit. */
  readonly source: SourceIdentity;
  /** SHA-256 of what the checkpoint contains, 64 hexadecimal digits: the same for the same weights, config and tokenizer. */
  readonly content: string;
  /** What a person should know of how its files came, and of what is in them and is not computed, in sentences. */
  readonly sourceNotes: readonly string[];
  /** Whether its weights are kept in this browser for the next visit. */
  readonly isStored: boolean;
  /** Why they are not, where they should have been: "storage-full" or "storage-failed", and a sentence with the numbers. */
  readonly notStored?: { readonly code: FaultCode; readonly message: string };
  readonly parameters: number;
  readonly backend: Backend;
  /** What runs it outside a browser, in the place of the backend's own; left out in a browser, and on WASM. */
  readonly provider?: NativeProvider;
  /** What the GPU calls itself, "" on WASM. */
  readonly adapter: string;
  /** Why WASM runs although WebGPU was not ruled out; "" otherwise. */
  readonly backendNote: string;
  /** How many threads a processor computes on; undefined on WebGPU. */
  readonly threads?: number;
  /** How the graphics processor stood beside float64 before it was used, also where WASM runs because it failed; undefined where none was asked. */
  readonly proof?: DeviceProof;
  readonly dtype: Dtype;
  readonly format: CheckpointFormat;
  /** How the checkpoint stores its tensors, as `Q4_K`, and how many in each way; the most frequent first. */
  readonly storedAs: readonly { readonly type: string; readonly tensors: number }[];
  /** The adapter that was loaded with it. */
  readonly lora?: AdapterInfo;
  /** Bytes read from the source, and bytes of the quantised weights. */
  readonly bytes: { readonly read: number; readonly weights: number };
  readonly loadMs: number;
}

/** What a graphics processor proved, see docs/methods/canary.md. */
export interface DeviceProof {
  /** The largest difference from float64: nats for a log-probability, else a share of a row's largest number; infinite for no number. */
  readonly difference: number;
  /** Where that was found, to be read. */
  readonly at: string;
  /** False: it computes wrong numbers, and WASM runs. */
  readonly isTrusted: boolean;
}

export interface LoadProgress {
  /**
   * `fetching` counts bytes of the checkpoint, what was stored earlier among them; `preparing` bytes of weights as they run; `reading` bytes
   * of small files and headers, of a total that is not known (0). `proving` is the graphics processor's own check.
   */
  readonly stage: "reading" | "waiting" | "checking" | "fetching" | "preparing" | "proving" | "warming-up";
  readonly done: number;
  readonly total: number;
  /** What is being worked on, as `block 3 of 6`. */
  readonly part: string;
}

/** What a checkpoint says of itself, before any of its weights is read, and what this browser can do with it. */
export interface CheckpointReport extends Pick<
  ModelSpec,
  "family" | "layers" | "heads" | "kvHeads" | "headDim" | "modelDim" | "neurons" | "vocabulary" | "context"
> {
  readonly name: string;
  readonly source: SourceIdentity;
  readonly parameters: number;
  /** How the checkpoint stores its tensors, as `BF16`. */
  readonly storedAs: readonly string[];
  /** Bytes of the tensors that are needed, all of which have to be read once. */
  readonly checkpointBytes: number;
  readonly held: Readonly<Record<Dtype, HeldReport>>;
  readonly device: DeviceReport;
  readonly storage: StorageReport;
}

/** The model in one dtype. */
export interface HeldReport {
  /** What is kept on disk; in memory it is this less the embedding's tables. */
  readonly storedBytes: number;
  /** What the sessions hold of weights. */
  readonly memoryBytes: number;
  /** The most that the tab is estimated to take, all in all, while it loads and is used: docs/memory.md. */
  readonly peakBytes: number;
  /** What of `checkpointBytes` still has to be read: less than all where a load was broken off, 0 where all is stored. */
  readonly missingBytes: number;
  /** Why it cannot be loaded here, with the numbers; "" if it can, as far as can be known. */
  readonly refusal: string;
  /** Why it would be held in memory for this visit rather than stored, with the numbers; "" if there is room for it. */
  readonly notStored: string;
}

export interface DeviceReport {
  readonly backend: Backend;
  /** What the GPU calls itself, "" on WASM. */
  readonly adapter: string;
  /** Why it is WASM although WebGPU was not ruled out; "" otherwise. */
  readonly note: string;
  readonly hasShaderF16: boolean;
  /** The largest buffer that a shader may read, in bytes; undefined on WASM. */
  readonly maxBindingBytes?: number;
}

export interface StorageReport {
  /** False: what is read is gone with the tab. */
  readonly isPersistent: boolean;
  /** What the browser lets this page keep, and what of it is taken, in bytes; undefined where it does not say. */
  readonly quotaBytes?: number;
  readonly usedBytes?: number;
}

/** A model in GGUF in a repository of a Hub. */
export interface GgufOnHub {
  /** Its path there; of one in parts that of the first. */
  readonly file: string;
  /** What its name says that most of its weights are stored as, as `Q4_K_M`; "" where it says nothing. */
  readonly type: string;
  /** Of all parts; 0 where the Hub does not say. */
  readonly bytes: number;
  readonly parts: number;
}

/** A model that is kept in this browser. */
export interface StoredModel {
  readonly id: string;
  readonly source: SourceIdentity;
  /** As of `ModelInfo`; of a complete one. */
  readonly content?: string;
  readonly dtype: Dtype;
  readonly family: string;
  readonly parameters: number;
  /** What it takes, or will take when it is complete. */
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly storedAt: number;
  /** False: a load was broken off, and can go on. */
  readonly isComplete: boolean;
}

/** Which of a model's two sets of weights: its own, or those with the attached adapter. */
export const VARIANTS = ["base", "adapted"] as const;
export type Variant = (typeof VARIANTS)[number];

export interface VariantOptions {
  /** Left out: the base. */
  readonly variant?: Variant;
}

/** A LoRA adapter that is laid over the model. */
export interface AdapterInfo {
  readonly name: string;
  readonly source: SourceIdentity;
  /** SHA-256 of what it contains, 64 hexadecimal digits: the same for the same factors and the same config. */
  readonly content: string;
  /** The base as the adapter's maker called it, a hint; "" where the adapter does not say. */
  readonly baseHint: string;
  /** What the config says in a way that is not read, so that the tensors alone say it: a sentence for a person, or "". */
  readonly note: string;
  /** Each rank that a pair of factors has, ascending. */
  readonly ranks: readonly number[];
  /** The layers that it changes, ascending. */
  readonly layers: readonly number[];
  /** What it changes in them, as `q_proj`. */
  readonly modules: readonly string[];
  readonly parameters: number;
  /** What the factors take as they run. */
  readonly bytes: number;
}

export interface Tokenization {
  readonly ids: number[];
  /** The tokens as the vocabulary writes them. */
  readonly texts: string[];
  /** Indices of tokens that the tokenizer added by itself (BOS). */
  readonly added: number[];
  /** Characters that became the unknown token: what the model cannot see of the prompt. */
  readonly unknown: string[];
}

/** A text's tokens as a page shows them: all of a few, of many the first and the last ones. */
export interface TokenEnds {
  /** Of all tokens, those included that the tokenizer added. */
  readonly count: number;
  readonly first: readonly Token[];
  /** Up to the text's end; none where `first` is all. */
  readonly last: readonly Token[];
  /** Positions of tokens that the tokenizer added by itself (BOS). */
  readonly added: readonly number[];
  /** The first of the characters that became the unknown token, and how many there are. */
  readonly unknown: { readonly characters: readonly string[]; readonly count: number };
}

/** What a run says of the next token, at the last position. */
export interface Ranking {
  /** Most probable first. */
  readonly top: RankedToken[];
  /** The token asked about, wherever it ranks (0 = most probable). */
  readonly target: RankedToken & { readonly rank: number };
  /** The first tokens of the run that it is laid beside, as far as they are not among `top`. */
  readonly included: RankedToken[];
}

export interface Prediction extends Ranking {
  readonly tokens: Token[];
  /** The run with nothing ablated or scaled, about the same target; left out where that is this one. */
  readonly clean?: Ranking;
}

/** An answer of one or more tokens, each scored given the prompt and the answer's tokens before it. */
export interface ScoredAnswer {
  readonly tokens: (RankedToken & { readonly rank: number })[];
  /** log p(answer | prompt): the sum over its tokens. */
  readonly logProbability: number;
  /** Every token is the most probable one at its place: greedy decoding writes this answer. */
  readonly correct: boolean;
}

/** log p(target) with single heads ablated, on top of the interventions. */
export interface HeadSweep {
  readonly target: number;
  /** log p(target) of the run that they are taken from: the clean one, or that under the interventions. */
  readonly baseline: number;
  /** [layer][head]; NaN where not yet computed in a partial result. */
  readonly logProbability: number[][];
}

export interface SweepRow {
  readonly layer: number;
  readonly logProbability: number[];
  readonly baseline: number;
  readonly target: number;
}

/** A row, or how far the whole sweep is. */
export type SweepReport = SweepRow | Progress;

export interface LayerIncrease {
  readonly target: number;
  readonly attention: number[];
  readonly ffn: number[];
}

export interface NeuronIncrease extends NeuronId {
  readonly increase: number;
  readonly activation: number;
  /** Top tokens of activation × value vector (the subvalue), so the activation's sign counts. */
  readonly promotes: Token[];
}

/** A list of the largest, with how many neurons were evaluated exactly to be sure of it. */
export interface TopNeurons {
  readonly target: number;
  readonly rows: NeuronIncrease[];
  readonly evaluated: number;
  /** Of how many neurons. */
  readonly total: number;
  /** True: the bounds prove that no neuron outside the list is larger than the last one in it. */
  readonly certified: boolean;
}

export interface NeuronChange extends NeuronId {
  /** before − after, in nats: how much of its increase the neuron loses. */
  readonly change: number;
  readonly before: number;
  readonly after: number;
  readonly activationBefore: number;
  readonly activationAfter: number;
  /** Top tokens of activation × value vector (the subvalue), so the activation's sign counts. */
  readonly promotes: Token[];
  /** Top tokens of the value vector itself, whatever its activation. */
  readonly raw: Token[];
}

export interface NeuronComparison {
  readonly target: number;
  readonly rows: NeuronChange[];
  readonly evaluated: number;
  readonly total: number;
  readonly certified: boolean;
}

/** The raw value vector through the lens, without an activation: a property of the model alone. */
export interface NeuronTokens {
  readonly promotes: TokenLogit[];
  readonly suppresses: TokenLogit[];
}

export interface NeuronInspection extends NeuronTokens {
  readonly at: NeuronId;
  readonly target: number;
  /** At every position of the prompt. */
  readonly activations: number[];
  /** log p(target) increase of the neuron at the last position. */
  readonly increase: number;
  readonly baseline: number;
  /** log p(target) with the neuron ablated in addition to the interventions. */
  readonly withoutIt: number;
}

export interface HeadInspection {
  readonly at: HeadId;
  readonly target: number;
  /** [query][key], each row sums to 1. */
  readonly pattern: number[][];
  /** log p(target) increase of the head's output at the last position, added to the layer's input. */
  readonly increase: number;
  readonly baseline: number;
  readonly withoutIt: number;
  /** Tokens of the head's output at the last position. */
  readonly promotes: TokenLogit[];
  readonly suppresses: TokenLogit[];
}

export interface Generation {
  readonly ids: number[];
  readonly text: string;
}

/** How far a long call is; `total` is in the same unit as `done`. */
export interface Progress {
  readonly done: number;
  readonly total: number;
}
