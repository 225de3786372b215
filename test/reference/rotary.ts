/** How much a pair of a head's dimensions turns from one position to the next, in radians: one value a pair. */
export type Frequencies = readonly number[];

/** `base^(−2i / dims)` for the pairs i of the first `dims` dimensions of a head. */
export const plainFrequencies = (base: number, dims: number): Frequencies =>
  Array.from({ length: Math.floor(dims / 2) }, (_, pair) => base ** ((-2 * pair) / dims));

/** Llama 3's way to a longer context, by its names in config.json. */
export interface Llama3Scaling {
  readonly factor: number;
  readonly low_freq_factor: number;
  readonly high_freq_factor: number;
  readonly original_max_position_embeddings: number;
}

/**
 * With `turns = original context · frequency / 2π`, the full turns within the original context: at least
 * `high_freq_factor` of them and the frequency stays; at most `low_freq_factor` and it is divided by `factor`; between
 * them it is mixed of both, linear in the turns.
 */
export function llama3Frequencies(plain: Frequencies, scaling: Llama3Scaling): Frequencies {
  const { factor, low_freq_factor: low, high_freq_factor: high, original_max_position_embeddings: context } = scaling;
  return plain.map((frequency) => {
    const turns = (context * frequency) / (2 * Math.PI);
    const kept = Math.min(1, Math.max(0, (turns - low) / (high - low)));
    return kept * frequency + ((1 - kept) * frequency) / factor;
  });
}

/** How a head turns, and what is multiplied into cos and sin. */
export interface Rotation {
  readonly frequencies: Frequencies;
  readonly magnitude: number;
}

/** YaRN's way to a longer context (Peng et al., 2023), by its names in config.json. */
export interface YarnScaling {
  readonly factor: number;
  readonly beta_fast?: number;
  readonly beta_slow?: number;
  readonly original_max_position_embeddings: number;
  readonly attention_factor?: number | null;
}

/**
 * With `pair(r) = dims · ln(original context / 2πr) / (2 ln base)`, the pair that makes r full turns within the original context: up to
 * `⌊pair(beta_fast)⌋` the frequency stays, from `⌈pair(beta_slow)⌉` on it is divided by `factor`, between them it is mixed of both, linear
 * in the pair's number. What turns is multiplied by `0.1 ln(factor) + 1`, or by `attention_factor`.
 */
export function yarnRotation(plain: Frequencies, base: number, scaling: YarnScaling): Rotation {
  const { factor, beta_fast: fast = 32, beta_slow: slow = 1, original_max_position_embeddings: context } = scaling;
  const dims = 2 * plain.length;
  const pair = (turns: number) => (dims * Math.log(context / (turns * 2 * Math.PI))) / (2 * Math.log(base));
  const low = Math.max(0, Math.floor(pair(fast)));
  const high = Math.min(dims - 1, Math.ceil(pair(slow)));
  const frequencies = plain.map((frequency, i) => {
    const ramp = Math.min(1, Math.max(0, (i - low) / (high === low ? 0.001 : high - low)));
    return frequency * (1 - ramp) + (frequency / factor) * ramp;
  });
  return { frequencies, magnitude: scaling.attention_factor ?? 0.1 * Math.log(factor) + 1 };
}

/** What a config says about rotation: older ones `rope_theta` and `rope_scaling`, newer ones all in `rope_parameters`. */
export interface RotaryConfig {
  readonly rope_theta?: number;
  readonly rope_scaling?: RotaryParameters | null;
  readonly rope_parameters?: RotaryParameters | null;
}

export interface RotaryParameters extends Partial<Llama3Scaling>, Partial<YarnScaling> {
  readonly rope_type?: string;
  readonly rope_theta?: number;
  readonly partial_rotary_factor?: number;
}

/** @throws Error for a scaling that is neither linear nor Llama 3's */
export function frequenciesOf(config: RotaryConfig, dims: number): Frequencies {
  const parameters = config.rope_parameters ?? config.rope_scaling ?? {};
  const plain = plainFrequencies(parameters.rope_theta ?? config.rope_theta ?? 10_000, dims);
  const { rope_type: kind = "default" } = parameters;
  if (kind === "default") return plain;
  // positions divided by the factor are frequencies divided by it
  if (kind === "linear") return plain.map((frequency) => frequency / parameters.factor!);
  if (kind === "llama3") return llama3Frequencies(plain, parameters as Llama3Scaling);
  throw new Error(`reference: rope_type ${kind} is none of default, linear and llama3`);
}

/** The same with YaRN. */
export function rotationOf(config: RotaryConfig, dims: number): Rotation {
  const parameters = config.rope_parameters ?? config.rope_scaling ?? {};
  if (parameters.rope_type !== "yarn") return { frequencies: frequenciesOf(config, dims), magnitude: 1 };
  const base = parameters.rope_theta ?? config.rope_theta ?? 10_000;
  return yarnRotation(plainFrequencies(base, dims), base, parameters as YarnScaling);
}

/** `turnHalves`, the dimensions that turn times the rotation's magnitude. */
export function turned(x: Float64Array, position: number, { frequencies, magnitude }: Rotation): Float64Array {
  const all = turnHalves(x, position, frequencies);
  return all.map((value, i) => (i < 2 * frequencies.length ? value * magnitude : value));
}

/**
 * Rotary position embedding with the two halves of the turned dimensions paired: of n pairs, `(x_i, x_{i+n})` turns by
 * `position · frequency_i`. Dimensions from 2n on stay as they are.
 */
export const turnHalves = (x: Float64Array, position: number, frequencies: Frequencies): Float64Array =>
  turn(x, position, frequencies, (pair) => [pair, pair + frequencies.length]);

/** The same with neighbours paired: `(x_2i, x_{2i+1})` turns by `position · frequency_i`. */
export const turnNeighbours = (x: Float64Array, position: number, frequencies: Frequencies): Float64Array =>
  turn(x, position, frequencies, (pair) => [2 * pair, 2 * pair + 1]);

function turn(
  x: Float64Array,
  position: number,
  frequencies: Frequencies,
  dimensionsOf: (pair: number) => [number, number],
): Float64Array {
  const turned = x.slice();
  frequencies.forEach((frequency, pair) => {
    const [a, b] = dimensionsOf(pair);
    const angle = position * frequency;
    turned[a] = x[a]! * Math.cos(angle) - x[b]! * Math.sin(angle);
    turned[b] = x[b]! * Math.cos(angle) + x[a]! * Math.sin(angle);
  });
  return turned;
}
