import { Fault } from "#core/fault.ts";
import { shown } from "#core/shown.ts";

/**
 * Which tokens stand before and after every text. For most tokenizers that is the `post_processor` of tokenizer.json as it
 * stands. Some classes of transformers write it anew from `add_bos_token` and `add_eos_token` of tokenizer_config.json; the
 * others do not look at these fields. Where no class is named, the file stands.
 */

/** The classes that write it anew, and what they take missing fields for. */
const REWRITING: Readonly<Record<string, { readonly bos: boolean; readonly eos: boolean }>> = {
  LlamaTokenizer: { bos: true, eos: false },
  CodeLlamaTokenizer: { bos: true, eos: false },
  GemmaTokenizer: { bos: true, eos: false },
  GPTNeoXTokenizer: { bos: false, eos: false },
};

type Json = Readonly<Record<string, unknown>>;

/** @throws Fault "bad-file" if a token that is to be added has no id */
export function withBeginning(tokenizer: Json, config: Json): Json {
  const { tokenizer_class: name } = config;
  const base = typeof name === "string" ? name.replace(/Fast$/, "") : "";
  if (!Object.hasOwn(REWRITING, base)) return tokenizer;
  const defaults = REWRITING[base]!;
  const bos = flag(config, "add_bos_token", defaults.bos) ? [addedToken(tokenizer, config, "bos_token")] : [];
  const eos = flag(config, "add_eos_token", defaults.eos) ? [addedToken(tokenizer, config, "eos_token")] : [];
  const special = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
  const single = [...bos.map(special), { Sequence: { id: "A", type_id: 0 } }, ...eos.map(special)];
  return { ...tokenizer, post_processor: { type: "TemplateProcessing", single, pair: single, special_tokens: {} } };
}

function flag(config: Json, field: string, fallback: boolean): boolean {
  const value = config[field] ?? fallback;
  if (typeof value === "boolean") return value;
  throw new Fault("bad-file", `tokenizer_config.json: ${field} is ${shown(value)}; true or false is needed`);
}

/** What these classes call the tokens where the config does not say. */
const DEFAULT_TEXT = { bos_token: "<s>", eos_token: "</s>" } as const;

function addedToken(tokenizer: Json, config: Json, field: keyof typeof DEFAULT_TEXT): string {
  const given = config[field] ?? DEFAULT_TEXT[field];
  const text = typeof given === "object" ? (given as { readonly content?: unknown }).content : given;
  if (typeof text === "string" && hasToken(tokenizer, text)) return text;
  throw new Fault(
    "bad-file",
    `tokenizer_config.json: ${field} is ${shown(text)}, which is to be added to every text and is no token`,
  );
}

function hasToken({ model, added_tokens: added }: Json, text: string): boolean {
  const { vocab } = (model ?? {}) as { readonly vocab?: object };
  if (vocab && Object.hasOwn(vocab, text)) return true;
  return Array.isArray(added) && added.some((token: { readonly content?: unknown } | null) => token?.content === text);
}
