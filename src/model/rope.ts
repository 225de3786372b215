import { Fault } from "#core/fault.ts";
import { refuse } from "./config.ts";
import type { Config, Positions } from "./spec.ts";

/** A config's rotary fields: older ones have `rope_theta` and `rope_scaling`, newer ones both in `rope_parameters`. */
interface RopeFields {
  readonly rope_type?: unknown;
  readonly type?: unknown;
  readonly rope_theta?: unknown;
  readonly factor?: unknown;
  readonly low_freq_factor?: unknown;
  readonly high_freq_factor?: unknown;
  readonly original_max_position_embeddings?: unknown;
}

/**
 * theta^(−2i/dims) for each pair i, scaled as the config asks.
 *
 * @throws Fault "bad-config" for a scaling that is not known
 */
export function rotaryPositions(config: Config, dims: number): Positions {
  refuse(dims % 2 !== 0, `rotary embeddings turn pairs, and there are ${dims} dimensions to turn`);
  const fields = (config.raw("rope_parameters") ?? config.raw("rope_scaling") ?? {}) as RopeFields;
  const theta =
    fields.rope_theta === undefined || fields.rope_theta === null
      ? config.positive("rope_theta", 10_000)
      : positive("rope_theta", fields.rope_theta);
  const plain = rotaryFrequencies(theta, dims);
  const kind = fields.rope_type ?? fields.type ?? "default";
  switch (kind) {
    case "default":
      return { kind: "rotary", inverseFrequencies: plain };
    case "llama3":
      return { kind: "rotary", inverseFrequencies: plain.map((frequency) => llama3(frequency, fields)) };
    default:
      throw new Fault(
        "bad-config",
        `config.json: rope_type is ${JSON.stringify(kind)}; default and llama3 can be computed`,
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
  const factor = positive("factor", fields.factor);
  const low = positive("low_freq_factor", fields.low_freq_factor);
  const high = positive("high_freq_factor", fields.high_freq_factor);
  const context = positive("original_max_position_embeddings", fields.original_max_position_embeddings);
  const turns = (context * frequency) / (2 * Math.PI);
  if (turns < low) return frequency / factor;
  if (turns > high) return frequency;
  const smooth = (turns - low) / (high - low);
  return ((1 - smooth) * frequency) / factor + smooth * frequency;
}

function positive(field: string, value: unknown): number {
  if (typeof value === "number" && Number.isFinite(value) && value > 0) return value;
  throw new Fault("bad-config", `config.json: ${field} is ${JSON.stringify(value)}; a number above 0 is needed`);
}
