/** How positions enter: rotary embeddings of the first `dims` of a head's dimensions. */
export interface Rope {
  readonly theta: number;
  readonly dims: number;
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
  readonly normEps: number;
  readonly rope: Rope;
  /** The unembedding is the embedding. */
  readonly tied: boolean;
}

/** Weights that a graph needs, and the checkpoint's tensors they are made of, stacked along their first axis. */
export interface WeightPlan {
  readonly name: string;
  /** `linear`: y = W·x, held in the model's dtype; `plain`: float32 as it is (gains, the embedding table). */
  readonly kind: "linear" | "plain";
  readonly tensors: readonly string[];
  /** [outputs, inputs] for a linear layer. */
  readonly shape: readonly number[];
}

/** Where one family keeps the weights of each part. The names of the plans are those that its graphs use. */
export interface WeightPlans {
  readonly embed: readonly WeightPlan[];
  readonly block: (layer: number) => readonly WeightPlan[];
  readonly unembed: readonly WeightPlan[];
}

/** One architecture: what its config means and what its tensors are called. Its graphs are in `graph/families`. */
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
}
