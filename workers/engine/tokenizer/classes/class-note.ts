import { isObject } from "../token-names.ts";
import type { Json } from "../token-names.ts";

/**
 * What a person should know of a class that writes sections of its own: which of the file's it does not use, although they say something else.
 *
 * @param json tokenizer.json
 * @param whole what the class makes of it
 * @param config tokenizer_config.json, whose own word on a space in front is no surprise
 * @param classes by their names: that of transformers, and the one taken here
 * @returns undefined where it writes what the file says anyway
 */
export function classNote(
  json: Json,
  whole: Json,
  config: Json,
  { named: name, taken }: { readonly named: string; readonly taken: string },
): string | undefined {
  if (name !== taken) {
    return `Texts are cut as tokenizer.json says, and not by ${name} as transformers cuts them: it would lose every space, as this vocabulary has no ▁.`;
  }
  if (name === "TokenizersBackend") return undefined;
  const skipped = typeof config["add_prefix_space"] === "boolean" ? [...NO_ACCOUNT, ...PREFIX] : NO_ACCOUNT;
  const meaning = (section: unknown) => JSON.stringify(stepsIn(section).map((step) => stepMeaning(step, skipped)));
  const others = [
    ...(["normalizer", "pre_tokenizer"] as const).filter(
      (section) => meaning(json[section]) !== meaning(whole[section]),
    ),
    ...(kindOf(json) === kindOf(whole) ? [] : ["model's type"]),
  ];
  if (others.length === 0) return undefined;
  const isOne = others.length === 1;
  const listed = isOne ? others[0] : `${others.slice(0, -1).join(", ")} and ${others.at(-1)}`;
  const verbs = isOne ? "is another there, does not count" : "are another there, do not count";
  return `Texts are cut as transformers cuts them, by ${name}: the ${listed} of tokenizer.json, which ${verbs}.`;
}

const kindOf = ({ model }: Json) => (isObject(model) ? (model["type"] ?? "BPE") : undefined);

/** Options that say nothing where they are what they are anyway, by the kind of step. */
const PLAIN: Readonly<Record<string, Json>> = {
  ByteLevel: { add_prefix_space: true, use_regex: true },
  Metaspace: { prepend_scheme: "always", split: true },
};
/** Offsets are of no account, and of a Metaspace's the older name of its scheme, which stands beside the newer, is not either. */
const NO_ACCOUNT = ["ByteLevel trim_offsets", "Metaspace add_prefix_space", "Metaspace str_rep"];
const PREFIX = ["ByteLevel add_prefix_space", "Metaspace prepend_scheme"];

/** A section's steps, those inside sequences in their place. */
function stepsIn(section: unknown): readonly Json[] {
  if (!isObject(section)) return [];
  const { normalizers, pretokenizers } = section;
  const inner = Array.isArray(normalizers) ? normalizers : pretokenizers;
  return Array.isArray(inner) ? inner.flatMap((step: unknown) => stepsIn(step)) : [section];
}

/** Every option of a step written out, in one order. */
function stepMeaning(step: Json, skipped: readonly string[]): readonly unknown[] {
  const { type } = step;
  const kind = typeof type === "string" ? type : "";
  return Object.entries({ ...(Object.hasOwn(PLAIN, kind) ? PLAIN[kind] : {}), ...step })
    .filter(([field]) => !skipped.includes(`${kind} ${field}`))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
