import { Fault } from "#core/fault.ts";
import { shown } from "#core/shown.ts";
import { wrong } from "./metadata.ts";
import type { GgufKeys, GgufTensors } from "./metadata.ts";

/** The base of a rotation where the file says nothing, as llama.cpp has it. */
export const DEFAULT_THETA = 10_000;

/** The base of a file's rotation, in every layer where none is said of windows. */
export const baseOf = (keys: GgufKeys): number => keys.number("rope.freq_base", DEFAULT_THETA);

/** @throws Fault "bad-config" for layers with a window that are turned by a base of their own, in a family that has one for all */
export function refuseBaseOfWindows(keys: GgufKeys): void {
  const base = baseOf(keys);
  const ofWindows = keys.number("rope.freq_base_swa", base);
  if (ofWindows === base) return;
  throw wrong(`${keys.architecture}.rope.freq_base_swa`, ofWindows, `${base}, the freq_base of the other layers,`);
}

/** A config's `rope_parameters`. */
type RopeParameters = Readonly<Record<string, unknown>>;

interface RotationOptions {
  /** What each pair's frequency is divided by, where the file has it. */
  readonly divisors?: readonly number[] | undefined;
  /** Whether every layer may be stretched by YaRN. */
  readonly hasYarn?: boolean;
}

/** Rotation as llama.cpp does it: a base, a factor if it is linear, YaRN's fields, or divisors. */
export function rotation(keys: GgufKeys, { divisors, hasYarn = false }: RotationOptions = {}): RopeParameters {
  refuseMagnitude(keys);
  const plain = { rope_theta: baseOf(keys) };
  const kind = kindOf(keys, ["none", "linear", ...(hasYarn ? ["yarn"] : [])]);
  if (kind === "yarn") {
    if (divisors)
      throw wrong(`${keys.architecture}.rope.scaling.type`, kind, "linear, beside a tensor rope_freqs.weight,");
    return { ...plain, ...yarn(keys) };
  }
  const factor = stretch(keys);
  const isStretched = kind === "linear" && factor !== 1;
  if (divisors) {
    return { ...plain, rope_type: "divided", divisors: divisors.map((each) => (isStretched ? each * factor : each)) };
  }
  return { ...plain, ...(isStretched ? { rope_type: "linear", factor } : { rope_type: "default" }) };
}

/**
 * Phi-3's: one list of divisors for prompts within the original context, one for longer ones, and what cos and sin are multiplied by.
 * llama.cpp takes the second list as soon as its context is longer, whatever the prompt; transformers, and this, for longer prompts.
 */
export function longRotation(keys: GgufKeys, { ropeDivisors }: GgufTensors): RopeParameters {
  const { "rope_factors_short.weight": short, "rope_factors_long.weight": long } = ropeDivisors;
  if (!short && !long) return rotation(keys);
  if (!short || !long) {
    throw new Fault(
      "bad-file",
      `GGUF: there is no tensor rope_factors_${short ? "long" : "short"}.weight beside the other; both are needed`,
    );
  }
  kindOf(keys, ["none", "linear", "longrope"]);
  if (stretch(keys) !== 1) {
    throw wrong(`${keys.architecture}.rope.scaling.factor`, stretch(keys), "1, beside tensors rope_factors,");
  }
  return {
    rope_theta: baseOf(keys),
    rope_type: "longrope",
    short_factor: short,
    long_factor: long,
    original_max_position_embeddings: originalContext(keys),
    attention_factor: keys.number(MAGNITUDE, 1),
  };
}

/** @throws Fault "bad-config" for another kind than those */
function kindOf(keys: GgufKeys, known: readonly string[]): string {
  const kind = keys.raw("rope.scaling.type") ?? "linear";
  if (typeof kind === "string" && known.includes(kind)) return kind;
  const all = `${known.slice(0, -1).join(", ")} and ${known.at(-1)}`;
  throw new Fault(
    "bad-config",
    `GGUF: ${keys.architecture}.rope.scaling.type is ${shown(kind)}; ${all} can be computed`,
  );
}

/** Factor by which a longer context is squeezed into the trained one; llama.cpp writes 0 where nothing is scaled. */
const stretch = (keys: GgufKeys): number =>
  keys.number("rope.scaling.factor", keys.number("rope.scale_linear", 1)) || 1;

const originalContext = (keys: GgufKeys): number =>
  keys.number("rope.scaling.original_context_length", keys.number("context_length"));

const MAGNITUDE = "rope.scaling.attn_factor";

/** llama.cpp multiplies cos and sin by it in every architecture. */
function refuseMagnitude(keys: GgufKeys): void {
  const magnitude = keys.raw(MAGNITUDE) ?? 1;
  if (magnitude !== 1) throw wrong(`${keys.architecture}.${MAGNITUDE}`, magnitude, "1");
}

/** Half floats that a key may have come from keep three digits and more. */
const SAME = 1e-4;

/**
 * YaRN as llama.cpp has it: cos and sin always grow by 0.1 · ln(factor) + 1, whatever `yarn_attn_factor` says, and everything between is as
 * in transformers.
 */
function yarn(keys: GgufKeys): RopeParameters {
  const at = (key: string) => `rope.scaling.yarn_${key}`;
  const factor = stretch(keys);
  const grown = factor > 1 ? 0.1 * Math.log(factor) + 1 : 1;
  const needed: Readonly<Record<string, number>> = { attn_factor: grown, ext_factor: 1, log_mul: 0 };
  for (const [key, value] of Object.entries(needed)) {
    const found = keys.number(at(key), value);
    if (Math.abs(found - value) > SAME) throw wrong(`${keys.architecture}.${at(key)}`, found, String(value));
  }
  return {
    rope_type: "yarn",
    factor,
    original_max_position_embeddings: originalContext(keys),
    beta_fast: keys.number(at("beta_fast"), 32),
    beta_slow: keys.number(at("beta_slow"), 1),
    attention_factor: grown,
  };
}
