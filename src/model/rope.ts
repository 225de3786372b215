import { Fault } from "#core/fault.ts";
import { shown } from "#core/shown.ts";
import { refuse } from "./config.ts";
import type { Config, Positions } from "./spec.ts";

/** A config's rotary fields: older ones have `rope_theta` and `rope_scaling`, newer ones both in `rope_parameters`. */
interface RopeFields {
  readonly rope_type?: unknown;
  readonly type?: unknown;
  readonly rope_theta?: unknown;
  readonly partial_rotary_factor?: unknown;
  readonly factor?: unknown;
  readonly low_freq_factor?: unknown;
  readonly high_freq_factor?: unknown;
  readonly original_max_position_embeddings?: unknown;
  /** Of a GGUF file, which holds what a scaling comes to. */
  readonly divisors?: unknown;
}

/** The largest heads have 512 dimensions; beyond this a config is a mistake or an attack. */
const MAX_TURNED_DIMS = 65_536;

/** Everything that a config says about rotation, wherever it says it. */
export function ropeFields(config: Config): RopeFields {
  const found = config.raw("rope_parameters") ?? config.raw("rope_scaling") ?? {};
  if (typeof found !== "object" || found === null || Array.isArray(found)) {
    throw new Fault("bad-config", `config.json: the rotary parameters are ${shown(found)}; an object is needed`);
  }
  const nested = Object.entries(found).find(([, value]) => typeof value === "object" && value !== null);
  refuse(
    nested !== undefined && !Array.isArray(nested[1]),
    `the rotary parameters have an entry ${shown(nested?.[0])} of their own; one rotation for all layers is needed`,
  );
  return found;
}

/**
 * theta^(−2i/dims) for each pair i, scaled as the config asks.
 *
 * @param thetaField where theta stands, if the rotary parameters do not have it
 * @throws Fault "bad-config" for a scaling that is not known
 */
export function rotaryPositions(config: Config, dims: number, thetaField = "rope_theta"): Positions {
  refuse(dims % 2 !== 0, `rotary embeddings turn pairs, and there are ${dims} dimensions to turn`);
  refuse(dims > MAX_TURNED_DIMS, `rotary embeddings of ${dims} dimensions; at most ${MAX_TURNED_DIMS} can be turned`);
  const fields = ropeFields(config);
  const theta =
    fields.rope_theta === undefined || fields.rope_theta === null
      ? config.positive(thetaField, 10_000)
      : positive("rope_theta", fields.rope_theta);
  refuse(theta < 1, `rope_theta is ${theta}; a base of at least 1 is needed`);
  const plain = rotaryFrequencies(theta, dims);
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
    default:
      throw new Fault(
        "bad-config",
        `config.json: rope_type is ${shown(kind)}; default, linear and llama3 can be computed`,
      );
  }
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
function divided(frequencies: readonly number[], divisors: unknown): number[] {
  if (!Array.isArray(divisors) || divisors.length !== frequencies.length) {
    const found = Array.isArray(divisors) ? `${divisors.length} numbers` : shown(divisors);
    throw new Fault(
      "bad-config",
      `the rotary divisors are ${found}; one for each of ${frequencies.length} pairs is needed`,
    );
  }
  return frequencies.map((frequency, pair) => frequency / positive("a rotary divisor", divisors[pair]));
}

/** By how much a longer context is squeezed into the trained one. */
function stretch({ factor: given }: RopeFields): number {
  const factor = positive("factor", given);
  refuse(factor < 1, `factor is ${factor}; rotary embeddings are stretched by at least 1`);
  return factor;
}

function positive(field: string, value: unknown): number {
  if (typeof value === "number" && Number.isFinite(value) && value > 0) return value;
  throw new Fault("bad-config", `config.json: ${field} is ${shown(value)}; a number above 0 is needed`);
}
