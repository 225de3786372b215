import { Fault } from "#core/fault.ts";
import { shown } from "#core/shown.ts";
import { refuse } from "./config.ts";
import type { Config, Positions } from "./spec.ts";

/** A config's rotary fields: older ones have `rope_theta` and `rope_scaling`, newer ones both in `rope_parameters`. */
export interface RopeFields {
  readonly rope_type?: unknown;
  readonly type?: unknown;
  readonly rope_theta?: unknown;
  readonly partial_rotary_factor?: unknown;
  readonly factor?: unknown;
  readonly attention_factor?: unknown;
  readonly beta_fast?: unknown;
  readonly beta_slow?: unknown;
  readonly mscale?: unknown;
  readonly mscale_all_dim?: unknown;
  readonly truncate?: unknown;
  readonly short_factor?: unknown;
  readonly long_factor?: unknown;
  readonly low_freq_factor?: unknown;
  readonly high_freq_factor?: unknown;
  readonly original_max_position_embeddings?: unknown;
  /** Of a GGUF file, which holds what a scaling comes to. */
  readonly divisors?: unknown;
}

/** The largest heads have 512 dimensions; beyond this a config is a mistake or an attack. */
const MAX_TURNED_DIMS = 65_536;

/** A config's fields about rotation, wherever they stand in it. */
export function ropeFields(config: Config): RopeFields {
  const found = config.raw("rope_parameters") ?? config.raw("rope_scaling") ?? {};
  if (!isFields(found)) throw notFields(found);
  const nested = Object.entries(found).find(([, value]) => typeof value === "object" && value !== null);
  refuse(
    nested !== undefined && !Array.isArray(nested[1]),
    `the rotary parameters have an entry ${shown(nested?.[0])} of their own; one rotation for all layers is needed`,
  );
  return found;
}

const isFields = (found: unknown): found is RopeFields =>
  typeof found === "object" && found !== null && !Array.isArray(found);
const notFields = (found: unknown) =>
  new Fault("bad-config", `config.json: the rotary parameters are ${shown(found)}; an object is needed`);

/** The kinds of attention that layers have, as `layer_types` names them. */
const LAYER_KINDS = ["sliding_attention", "full_attention"] as const;
export type LayerKind = (typeof LAYER_KINDS)[number];

/**
 * The rotation of one kind of layer, in families that have one for each: in `rope_parameters` under the kind's name; in older configs
 * `rope_scaling` is of the layers that see everything.
 *
 * @param theta what the kind's base is where its own parameters say nothing
 * @throws Fault "bad-config" for a scaling that is not known, and for one that does not say which layers it is of
 */
export function kindPositions(config: Config, kind: LayerKind, dims: number, theta: number): Positions {
  const all = config.raw("rope_parameters") ?? {};
  if (!isFields(all)) throw notFields(all);
  refuse(
    Object.keys(all).length > 0 && !LAYER_KINDS.some((each) => Object.hasOwn(all, each)),
    `rope_parameters is ${shown(all)}, for all layers alike; an entry for ${LAYER_KINDS.join(" or ")} is needed`,
  );
  const own = (all as Readonly<Record<string, unknown>>)[kind] ?? undefined;
  const older = kind === "full_attention" ? config.raw("rope_scaling") : undefined;
  const fields = own ?? older ?? {};
  if (!isFields(fields)) throw notFields(fields);
  return rotation(fields, dims, fields.rope_theta === undefined ? theta : positive("rope_theta", fields.rope_theta));
}

/**
 * theta^(−2i/dims) for each pair i, scaled as the config asks.
 *
 * @param thetaField where theta stands, if the rotary parameters do not have it
 * @throws Fault "bad-config" for a scaling that is not known
 */
export function rotaryPositions(config: Config, dims: number, thetaField = "rope_theta", fallback = 10_000): Positions {
  const fields = ropeFields(config);
  const theta =
    fields.rope_theta === undefined || fields.rope_theta === null
      ? config.positive(thetaField, fallback)
      : positive("rope_theta", fields.rope_theta);
  return rotation(fields, dims, theta);
}

function rotation(fields: RopeFields, dims: number, theta: number): Rotation {
  refuse(dims % 2 !== 0, `rotary embeddings turn pairs, and there are ${dims} dimensions to turn`);
  refuse(dims > MAX_TURNED_DIMS, `rotary embeddings of ${dims} dimensions; at most ${MAX_TURNED_DIMS} can be turned`);
  refuse(theta < 1, `rope_theta is ${theta}; a base of at least 1 is needed`);
  return finite(scaled(rotaryFrequencies(theta, dims), theta, fields));
}

type Rotation = Extract<Positions, { readonly kind: "rotary" }>;

function scaled(plain: number[], theta: number, fields: RopeFields): Rotation {
  const kind = fields.rope_type ?? fields.type ?? "default";
  switch (kind) {
    case "default":
      return { kind: "rotary", inverseFrequencies: plain };
    case "linear": {
      const factor = stretch(fields);
      return { kind: "rotary", inverseFrequencies: plain.map((frequency) => frequency / factor) };
    }
    case "llama3":
      return { kind: "rotary", inverseFrequencies: plain.map((frequency) => llama3(frequency, fields)) };
    case "divided":
      return { kind: "rotary", inverseFrequencies: divided(plain, fields.divisors) };
    case "yarn":
      return yarn(plain, theta, fields);
    default:
      throw new Fault(
        "bad-config",
        `config.json: rope_type is ${shown(kind)}; default, linear, llama3 and yarn can be computed`,
      );
  }
}

/** Numbers that a config may have one by one can be beyond every double together. */
function finite(rotation: Rotation): Rotation {
  const { inverseFrequencies, beyond, magnitude = 1 } = rotation;
  const odd = [...inverseFrequencies, ...(beyond?.inverseFrequencies ?? []), magnitude].find(
    (number) => !Number.isFinite(number),
  );
  refuse(odd !== undefined, `the rotary parameters together give ${odd}; numbers that make finite ones are needed`);
  return rotation;
}

export const rotaryFrequencies = (theta: number, dims: number): number[] =>
  Array.from({ length: dims / 2 }, (_, pair) => theta ** ((-2 * pair) / dims));

/**
 * Llama 3.1's scaling: wavelengths longer than the original context over `low_freq_factor` are stretched by `factor`, shorter
 * ones than that over `high_freq_factor` are left alone, those between go smoothly from one to the other.
 */
function llama3(frequency: number, fields: RopeFields): number {
  const factor = stretch(fields);
  const low = positive("low_freq_factor", fields.low_freq_factor);
  const high = positive("high_freq_factor", fields.high_freq_factor);
  refuse(high <= low, `high_freq_factor ${high} is not above low_freq_factor ${low}`);
  const context = positive("original_max_position_embeddings", fields.original_max_position_embeddings);
  const turns = (context * frequency) / (2 * Math.PI);
  if (turns < low) return frequency / factor;
  if (turns > high) return frequency;
  const smooth = (turns - low) / (high - low);
  return ((1 - smooth) * frequency) / factor + smooth * frequency;
}

/** Each pair's frequency over a number of its own, as llama.cpp's `rope_freqs.weight` has them. */
function divided(frequencies: readonly number[], divisors: unknown, named = "the rotary divisors"): number[] {
  if (!Array.isArray(divisors) || divisors.length !== frequencies.length) {
    const found = Array.isArray(divisors) ? `${divisors.length} numbers` : shown(divisors);
    throw new Fault("bad-config", `${named} are ${found}; one for each of ${frequencies.length} pairs is needed`);
  }
  return frequencies.map((frequency, pair) => frequency / positive("a rotary divisor", divisors[pair]));
}

/**
 * YaRN: of pairs that turn more than `beta_fast` times within the original context the frequency stays, of those that turn less than
 * `beta_slow` times it is divided by `factor`, and between their numbers it goes from one to the other in equal steps; cos and sin grow by
 * 0.1 · ln(factor) + 1, or as the config says.
 *
 * @see Peng et al. (2023), arXiv 2309.00071
 */
function yarn(plain: readonly number[], theta: number, fields: RopeFields): Rotation {
  refuse(theta === 1, "rope_theta is 1; yarn needs a base above 1");
  const factor = stretch(fields);
  const context = positive("original_max_position_embeddings", fields.original_max_position_embeddings);
  const pairTurning = (turns: number) => (plain.length * Math.log(context / (turns * 2 * Math.PI))) / Math.log(theta);
  const bounds = [optional("beta_fast", fields.beta_fast, 32), optional("beta_slow", fields.beta_slow, 1)] as const;
  const isWhole = fields.truncate !== false;
  const [from, to] = bounds.map(pairTurning) as [number, number];
  const low = Math.max(0, isWhole ? Math.floor(from) : from);
  const high = Math.min(2 * plain.length - 1, isWhole ? Math.ceil(to) : to);
  // one step where both are the same, as in transformers
  const width = high === low ? 0.001 : high - low;
  const inverseFrequencies = plain.map((frequency, pair) => {
    const stretched = Math.min(1, Math.max(0, (pair - low) / width));
    return (1 - stretched) * frequency + (stretched * frequency) / factor;
  });
  const grown = (scale: number) => (factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1);
  const { mscale, mscale_all_dim: ofAll } = fields;
  const inferred =
    mscale && ofAll ? grown(positive("mscale", mscale)) / grown(positive("mscale_all_dim", ofAll)) : grown(1);
  return {
    kind: "rotary",
    inverseFrequencies,
    magnitude: optional("attention_factor", fields.attention_factor, inferred),
  };
}

const optional = (field: string, value: unknown, fallback: number) =>
  value === undefined || value === null ? fallback : positive(field, value);

/**
 * LongRoPE: each pair's frequency over a number of its own, one list for prompts within the original context and one for longer ones; cos
 * and sin times √(1 + ln(context / original) / ln(original)), or as the config says.
 *
 * @param context what `max_position_embeddings` and the original context are where they are missing
 * @see Ding et al. (2024), arXiv 2402.13753
 */
export function longRotaryPositions(config: Config, dims: number, context: number): Positions {
  const fields = ropeFields(config);
  const theta = optional("rope_theta", fields.rope_theta, config.positive("rope_theta", 10_000));
  const plain = rotation({}, dims, theta);
  const original = optional(
    "original_max_position_embeddings",
    fields.original_max_position_embeddings,
    config.positive("original_max_position_embeddings", context),
  );
  const longest = config.positive("max_position_embeddings", context);
  const factor = optional("factor", fields.factor, longest / original);
  const inferred = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
  const by = (field: "short_factor" | "long_factor") =>
    divided(plain.inverseFrequencies, fields[field], `config.json: the rotary parameters' ${field}`);
  return finite({
    kind: "rotary",
    inverseFrequencies: by("short_factor"),
    beyond: { tokens: original, inverseFrequencies: by("long_factor") },
    magnitude: optional("attention_factor", fields.attention_factor, inferred),
  });
}

/** Factor by which a longer context is squeezed into the trained one. */
function stretch({ factor: given }: RopeFields): number {
  const factor = positive("factor", given);
  refuse(factor < 1, `factor is ${factor}; rotary embeddings are stretched by at least 1`);
  return factor;
}

function positive(field: string, value: unknown): number {
  if (typeof value === "number" && Number.isFinite(value) && value > 0) return value;
  throw new Fault("bad-config", `config.json: ${field} is ${shown(value)}; a number above 0 is needed`);
}
