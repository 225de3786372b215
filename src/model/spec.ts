/**
 * How positions enter: by turning pairs of each head's first 2·n dimensions, pair i by position · inverseFrequencies[i], or by
 * a learned vector for each position that is added to the embedding.
 */
export type Positions =
  | { readonly kind: "rotary"; readonly inverseFrequencies: readonly number[] }
  | { readonly kind: "learned" };

/**
 * What the FFN reads: the residual after attention (`sequential`), or the layer's input like attention does, through a norm of
 * its own (`parallel`) or through attention's (`parallel-shared`). Either way both outputs are added to the layer's input.
 */
export type BlockLayout = "sequential" | "parallel" | "parallel-shared";

/** silu(gate) · up, or a plain activation of one product: gelu exactly, or by its tanh approximation. */
export type Activation = "silu-gated" | "gelu" | "gelu-tanh";

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
  /** Of a layer with a sliding window: how many tokens a query sees. Longer prompts are refused. */
  readonly window?: number;
  readonly norm: "rms" | "layer";
  readonly normEps: number;
  readonly positions: Positions;
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
