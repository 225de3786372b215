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

/** What a config says about rotation: older ones `rope_theta` and `rope_scaling`, newer ones all in `rope_parameters`. */
export interface RotaryConfig {
  readonly rope_theta?: number;
  readonly rope_scaling?: RotaryParameters | null;
  readonly rope_parameters?: RotaryParameters | null;
}

export interface RotaryParameters extends Partial<Llama3Scaling> {
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
