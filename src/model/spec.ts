/** Angles by which pairs of a head's first 2·n dimensions turn: pair i by position · inverseFrequencies[i]. */
export interface Rotation {
  readonly inverseFrequencies: readonly number[];
  /** What cos and sin are multiplied by, as YaRN and longrope do; left out: 1. */
  readonly magnitude?: number;
  /** The frequencies of prompts of more than so many tokens, as longrope has them. */
  readonly beyond?: { readonly tokens: number; readonly inverseFrequencies: readonly number[] };
}

/**
 * The way in which positions enter: by turning pairs of each head's dimensions; by a learned vector for each position that is added to the
 * embedding, row `firstRow` + position of its table; or not at all.
 */
export type Positions =
  | ({ readonly kind: "rotary" } & Rotation)
  | { readonly kind: "learned"; readonly firstRow?: number }
  | { readonly kind: "none" };

/** What one layer's attention has of its own. */
export interface LayerAttention {
  /** Left out: the model's. */
  readonly positions?: Positions;
  /** A sliding window: how many tokens a query sees, itself included. Left out: everything before it. */
  readonly window?: number;
}

/**
 * What the FFN reads: the residual after attention (`sequential`), or the layer's input like attention does, through a norm of
 * its own (`parallel`) or through attention's (`parallel-shared`). Either way both outputs are added to the layer's input.
 */
export type BlockLayout = "sequential" | "parallel" | "parallel-shared";

/** silu(gate) · up or gelu(gate) · up, or a plain activation of one product: gelu exactly or by its tanh approximation, or relu. */
export type Activation = "silu-gated" | "gelu-tanh-gated" | "gelu" | "gelu-tanh" | "relu";

/**
 * Where attention and FFN are normalised: what they read (`pre`), what they write, before it is added to the residual (`post`), or
 * both. A norm behind a part is the plan's `attn_post_norm` or `mlp_post_norm`.
 */
export type NormPlaces = "pre" | "post" | "both";

/** Constants that values are multiplied by; each left out: 1, the scores' 1 / √headDim. */
export interface Scales {
  /** What is looked up of the embedding. */
  readonly embedding?: number;
  /** What attention and FFN write, before it is added to the residual. */
  readonly residual?: number;
  /** A query's product with a key. */
  readonly attention?: number;
  readonly logits?: number;
}

/** c in x → c · tanh(x / c). */
export interface Softcaps {
  /** Of attention's scores, before the mask. */
  readonly attention?: number;
  /** Of the logits. */
  readonly final?: number;
}

/** What a model is, whatever its files call it. */
export interface ModelSpec {
  readonly family: string;
  readonly layers: number;
  readonly heads: number;
  /** Key and value heads; query heads share them in equal groups. */
  readonly kvHeads: number;
  readonly headDim: number;
  readonly modelDim: number;
  /** FFN neurons of a layer: outputs of the activation before the down projection. */
  readonly neurons: number;
  readonly vocabulary: number;
  /** The longest prompt, in tokens. */
  readonly context: number;
  readonly norm: "rms" | "layer";
  readonly normEps: number;
  /** Left out: `pre`. */
  readonly norms?: NormPlaces;
  readonly positions: Positions;
  /** [layer]; left out: all layers alike, and each sees everything before. */
  readonly perLayer?: readonly LayerAttention[];
  /** RMSNorms of queries and keys before they are turned: each head's by itself, or all heads' together. Left out: none. */
  readonly qkNorm?: "head" | "full";
  readonly scales?: Scales;
  readonly softcap?: Softcaps;
  readonly block: BlockLayout;
  readonly activation: Activation;
  /** The unembedding is the embedding. */
  readonly tied: boolean;
  /** In the families that can have them or not: which of a layer's linear parts have a bias. Left out: none of them. */
  readonly biased?: readonly ("qkv" | "attn_out" | "ffn")[];
}

/** Weights that a graph needs, and the checkpoint's tensors they are made of, stacked along their first axis. */
export interface WeightPlan {
  readonly name: string;
  /**
   * `linear`: y = W·x, held in the model's dtype; `plain`: float32 as it is (gains, biases); `table`: looked up row by row,
   * and so kept in the type that the checkpoint stores it in (embeddings).
   */
  readonly kind: "linear" | "plain" | "table";
  readonly tensors: readonly string[];
  /** [outputs, inputs] for a linear layer. */
  readonly shape: readonly number[];
  /** The file holds [inputs, outputs]. */
  readonly transposed?: boolean;
  /** Which of the stacked rows stands in row `row` of the graph's weight; left out: the same. */
  readonly sourceRow?: (row: number) => number;
  /** The same in the order that transformers' module has, which is an adapter's; left out: `sourceRow`. */
  readonly moduleRow?: (row: number) => number;
  /** Of a `plain` weight: what is added to each stored value, as where a gain is stored less 1. */
  readonly plus?: number;
}

/** Where one family keeps the weights of each part. The names of the plans are those that its graphs use. */
export interface WeightPlans {
  readonly embed: readonly WeightPlan[];
  readonly block: (layer: number) => readonly WeightPlan[];
  readonly unembed: readonly WeightPlan[];
}

/** One architecture: what its config means and what its tensors are called. The graphs follow from its spec. */
export interface Family {
  readonly name: string;
  /** As `architectures` in config.json names them. */
  readonly architectures: readonly string[];
  /** @throws Fault "bad-config" naming the field */
  readonly readConfig: (config: Config) => ModelSpec;
  /** @param has whether the checkpoint has a tensor of that name */
  readonly weights: (spec: ModelSpec, has: (tensor: string) => boolean) => WeightPlans;
}

/** A config.json with the checks that every field needs. */
export interface Config {
  /** @throws Fault "bad-config" if it is not a whole number above 0 */
  count(field: string, fallback?: number): number;
  /** @throws Fault "bad-config" if it is not a number above 0 */
  positive(field: string, fallback?: number): number;
  flag(field: string, fallback: boolean): boolean;
  /** The value as it stands, undefined if the field is missing or null. */
  raw(field: string): unknown;
  /** Whether the field is there, be it null: some defaults hold for a missing field and not for null. */
  has(field: string): boolean;
}

/** Whether an FFN's first product holds gates and then ups. */
export const isGated = ({ activation }: Pick<ModelSpec, "activation">): boolean =>
  activation === "silu-gated" || activation === "gelu-tanh-gated";

/** The key head that a query head reads: query heads that share one follow each other. */
export const keyHeadOf = ({ heads, kvHeads }: Pick<ModelSpec, "heads" | "kvHeads">, head: number): number =>
  Math.floor((head * kvHeads) / heads);

export const positionsOf = ({ positions, perLayer }: Pick<ModelSpec, "positions" | "perLayer">, layer: number) =>
  perLayer?.[layer]?.positions ?? positions;

/** Whether a layer normalises what attention and FFN read of the residual. */
export const hasPreNorm = ({ norms = "pre" }: Pick<ModelSpec, "norms">): boolean => norms !== "post";
/** Whether a layer normalises what attention and FFN write. */
export const hasPostNorm = ({ norms = "pre" }: Pick<ModelSpec, "norms">): boolean => norms !== "pre";
