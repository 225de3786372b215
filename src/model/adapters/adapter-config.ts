import { Fault } from "#core/fault.ts";
import { shownName } from "#core/shown.ts";
import { isEmpty, isNeutral, refuseOtherThanLora, unknownFields, wrong } from "./adapter-fields.ts";
import type { ReadField } from "./adapter-fields.ts";
import { modulePattern, patternBudget } from "./module-pattern.ts";
import type { ModulePattern, PatternBudget } from "./module-pattern.ts";

/** What an adapter_config.json of PEFT says of a LoRA adapter. Modules are named as in the base, `model.layers.0.mlp.up_proj`. */
export interface AdapterConfig {
  /** The base that it was trained on, as its maker called it; "" where it does not say. A hint, and often a folder's path. */
  readonly baseHint: string;
  /** Whether the config means this module to be adapted. */
  readonly isTarget: (module: string) => boolean;
  /** As messages name the targets. */
  readonly targets: string;
  /** Why the tensors alone have to say what is adapted and how, a sentence for a person; "" where the config was read whole. */
  readonly note: string;
  /** Undefined where the config says it in a way that is not read here, so that the tensors have to. */
  readonly rankOf: (module: string) => number | undefined;
  /** What B·A is multiplied by: alpha / rank, or alpha / √rank with `use_rslora`. */
  readonly scaleOf: (module: string, rank: number) => number;
}

/** Larger than any adapter's rank or alpha; above it is a mistake or an attack. */
const MAX_RANK = 65_536;
/** Limit of a config's patterns: one for each of the seven linear parts of a thousand layers. */
const MAX_PATTERNS = 10_000;

/** @throws Fault "bad-config" naming the field, what it is and what is needed */
export function readAdapterConfig(json: unknown): AdapterConfig {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new Fault("bad-config", "adapter_config.json is not a JSON object");
  }
  const field = (name: string): unknown =>
    Object.hasOwn(json, name) ? ((json as Record<string, unknown>)[name] ?? undefined) : undefined;
  refuseOtherThanLora(field);
  const rank = readRank("r", field("r"));
  const alpha = readPositive("lora_alpha", field("lora_alpha"));
  const budget = patternBudget();
  const rankOf = readPatterns("rank_pattern", field("rank_pattern"), { read: readRank, fallback: rank, budget });
  const alphaOf = readPatterns("alpha_pattern", field("alpha_pattern"), {
    read: readPositive,
    fallback: alpha,
    budget,
  });
  // the ranks stand in the tensors too, the alphas nowhere else
  if (alphaOf.unread) throw alphaOf.unread;
  const isRankStabilised = readFlag("use_rslora", field("use_rslora"));
  // files hold A as [rank, inputs] and B as [outputs, rank] whichever way the base is stored; the flag only tells how to merge
  readFlag("fan_in_fan_out", field("fan_in_fan_out"));
  const base = field("base_model_name_or_path");
  const { unread, ...targets } = readTargets(field, budget);
  const excluded = readExcluded(field("exclude_modules"), budget);
  return {
    baseHint: typeof base === "string" ? shownName(base) : "",
    ...targets,
    // what is left out comes first in PEFT, whatever the targets say
    isTarget: (module) => !excluded.matches(module) && targets.isTarget(module),
    targets: excluded.named === "" ? targets.targets : `${targets.targets}; exclude_modules: ${excluded.named}`,
    note: [
      unknownFields(json),
      excluded.unread &&
        `${excluded.unread.message}. Its tensors say what is adapted; PEFT may leave some of them out by that pattern.`,
      unread && `${unread.message}. Its tensors say what is adapted; PEFT may adapt other modules by that pattern.`,
      rankOf.unread && `${rankOf.unread.message}. Its tensors say what rank they have.`,
    ]
      .filter(Boolean)
      .join(" "),
    rankOf: rankOf.find,
    scaleOf: (module, found) => alphaOf.find(module)! / (isRankStabilised ? Math.sqrt(found) : found),
  };
}

interface Excluded {
  readonly matches: (module: string) => boolean;
  /** As messages name them; "" where nothing is left out. */
  readonly named: string;
  readonly unread?: Fault | undefined;
}

/** `exclude_modules`: an expression for a whole name, or names in full or from a full stop on. Empty ones leave nothing out. */
function readExcluded(value: unknown, budget: PatternBudget): Excluded {
  if (value === undefined || value === "" || isEmpty(value)) return { matches: () => false, named: "" };
  if (typeof value === "string") {
    const { matches, unread } = readPattern(value, budget);
    return { matches: matches ?? (() => false), named: shownName(value), unread };
  }
  if (!Array.isArray(value) || !value.every((name) => typeof name === "string")) {
    throw wrong("exclude_modules", value, "a list of modules or a pattern");
  }
  const names: readonly string[] = value;
  return { matches: (module) => isNamed(names, module), named: shownName(names.join(", ")) };
}

const isNamed = (names: readonly string[], module: string) =>
  names.some((name) => module === name || module.endsWith(`.${name}`));

type Targets = Pick<AdapterConfig, "isTarget" | "targets"> & { readonly unread?: Fault | undefined };

function readTargets(field: ReadField, budget: PatternBudget): Targets {
  const targets = field("target_modules");
  if (typeof targets === "string") {
    for (const name of ["layers_to_transform", "layers_pattern"]) {
      const value = field(name);
      if (!isNeutral(value)) throw wrong(name, value, "none beside a pattern of target_modules");
    }
    const named = shownName(targets);
    if (targets.toLowerCase() === "all-linear") return { isTarget: () => true, targets: named };
    const { matches, unread } = readPattern(targets, budget);
    return { isTarget: matches ?? (() => true), targets: named, unread };
  }
  if (!Array.isArray(targets) || targets.length === 0 || !targets.every((name) => typeof name === "string")) {
    throw wrong("target_modules", targets, "a list of modules, a pattern, or all-linear");
  }
  const isInLayers = readLayers(field);
  const names: readonly string[] = targets;
  return {
    // as PEFT has it, a module that is named in full is meant whatever the layers say
    isTarget: (module) => names.includes(module) || (isNamed(names, module) && isInLayers(module)),
    targets: shownName(names.join(", ")),
  };
}

/** `layers_to_transform`: the number after the part of the name that `layers_pattern` calls a layer's, or after any part. */
function readLayers(field: ReadField): (module: string) => boolean {
  const value = field("layers_to_transform");
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return () => true;
  const layers: unknown[] = Array.isArray(value) ? value : [value];
  if (!layers.every((layer) => Number.isSafeInteger(layer) && (layer as number) >= 0)) {
    throw wrong("layers_to_transform", value, "a layer’s number or a list of them");
  }
  const patterns = field("layers_pattern") ?? [];
  const lists = (Array.isArray(patterns) ? patterns : [patterns]) as unknown[];
  if (!lists.every((name) => typeof name === "string" && /^\w*$/.test(name))) {
    throw wrong("layers_pattern", patterns, "the name of the list of layers");
  }
  const named = lists.filter((name) => name !== "");
  return (module) => {
    const parts = module.split(".");
    // the first of several numbers, and none at either end of the name; without a pattern there is something before the list as well
    const first = named.length === 0 ? 2 : 1;
    const at = parts.findIndex(
      (part, index) =>
        /^\d+$/.test(part) &&
        (named.length === 0 || named.includes(parts[index - 1]!)) &&
        index >= first &&
        index < parts.length - 1,
    );
    return at > 0 && layers.includes(Number(parts[at]));
  };
}

/** A pattern, or why it is not read here: Python's expressions know more than these. */
function readPattern(
  source: string,
  budget: PatternBudget,
): { readonly matches?: ModulePattern; readonly unread?: Fault } {
  try {
    return { matches: modulePattern(source, budget) };
  } catch (reason) {
    if (reason instanceof Fault) return { unread: reason };
    throw reason;
  }
}

interface Patterns {
  /** Undefined where a key that is not read comes before one that fits. */
  readonly find: (module: string) => number | undefined;
  readonly unread: Fault | undefined;
}

/** The first key that the end of a module's name fits, from the name's beginning or after a full stop; else the fallback. */
function readPatterns(
  name: string,
  value: unknown,
  {
    read,
    fallback,
    budget,
  }: {
    readonly read: (name: string, value: unknown) => number;
    readonly fallback: number;
    readonly budget: PatternBudget;
  },
): Patterns {
  if (value === undefined) return { find: () => fallback, unread: undefined };
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw wrong(name, value, "an object from modules to numbers");
  }
  const entries = Object.entries(value);
  if (entries.length > MAX_PATTERNS) {
    throw new Fault(
      "bad-config",
      `adapter_config.json: ${name} has ${entries.length} keys; at most ${MAX_PATTERNS} are read`,
    );
  }
  const patterns = entries.map(([key, found]) => {
    const number = read(name, found);
    return PLAIN_KEY.test(key)
      ? { matches: plainKey(key), number }
      : { ...readPattern(`(?:.*\\.)?(?:${key})`, budget), number };
  });
  return {
    find: (module) => {
      const first = patterns.find(({ matches }) => !matches || matches(module));
      if (!first) return fallback;
      return first.matches ? first.number : undefined;
    },
    unread: patterns.find((pattern): pattern is { unread: Fault; number: number } => "unread" in pattern)?.unread,
  };
}

/** Nearly all keys are names, of which there can be one for each module. As in a pattern, a full stop is any character. */
const PLAIN_KEY = /^[\w.-]*$/;

const plainKey =
  (key: string): ModulePattern =>
  (module) => {
    const start = module.length - key.length;
    if (start < 0 || (start > 0 && module[start - 1] !== ".")) return false;
    for (let at = 0; at < key.length; at++) if (key[at] !== "." && key[at] !== module[start + at]) return false;
    return true;
  };

function readRank(name: string, value: unknown): number {
  if (Number.isInteger(value) && (value as number) > 0 && (value as number) <= MAX_RANK) return value as number;
  throw wrong(name, value, `a whole number from 1 to ${MAX_RANK}`);
}

function readPositive(name: string, value: unknown): number {
  if (typeof value === "number" && Number.isFinite(value) && value > 0) return value;
  throw wrong(name, value, "a number above 0");
}

function readFlag(name: string, value: unknown): boolean {
  if (value === undefined || typeof value === "boolean") return value ?? false;
  throw wrong(name, value, "true or false");
}
