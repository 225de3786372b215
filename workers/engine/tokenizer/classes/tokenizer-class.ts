import { faultsOf } from "#core/fault.ts";
import { shown } from "#core/shown.ts";
import { OTHER_CLASSES } from "./other-classes.ts";
import { isObject } from "../token-names.ts";
import type { Json } from "../token-names.ts";
import { isWritten } from "./written-classes.ts";
import type { WrittenClass } from "./written-classes.ts";

/** A class of transformers: one that writes sections of its own, or the one that has the file's. */
export type TokenizerClass = WrittenClass | "TokenizersBackend";

/** The class of each model type where nothing else is named, as far as it is one of the families; others have none. */
const OF_TYPE: ReadonlyMap<unknown, TokenizerClass> = new Map<unknown, TokenizerClass>([
  ["gpt2", "GPT2Tokenizer"],
  ["gptj", "GPT2Tokenizer"],
  ["opt", "GPT2Tokenizer"],
  ["gpt_neox", "GPTNeoXTokenizer"],
  ["qwen2", "Qwen2Tokenizer"],
  ["qwen3", "Qwen2Tokenizer"],
  ["gemma2", "GemmaTokenizer"],
  ["gemma3_text", "GemmaTokenizer"],
  ["mistral", "TokenizersBackend"], // mistral-common's own takes its place beside a tekken.json only
  ["olmo2", "TokenizersBackend"],
  ["olmo3", "TokenizersBackend"],
  ["granite", "TokenizersBackend"],
  ["phi3", "TokenizersBackend"],
]);

/** Types whose checkpoints are known to name a wrong class: the type decides. */
const TYPE_DECIDES: ReadonlySet<unknown> = new Set(["qwen2", "phi3"]);

/** Repositories of the Hub that transformers knows to name a wrong class. */
const WRONG_CLASS = /^deepseek-ai\/deepseek-(?:r1-distill-llama|coder)-/i;

/** Names of the class that has the file's sections. */
const PLAIN = new Set(["TokenizersBackend", "PythonBackend", "PreTrainedTokenizer", "BloomTokenizer"]);

const bad = faultsOf("bad-file", "");

/**
 * The class by which transformers 5.18.0's AutoTokenizer opens a tokenizer.json: named in tokenizer_config.json or, in older checkpoints,
 * in config.json, or that of the `model_type`. A name that it has no class for is the one with the file's sections.
 *
 * @param config tokenizer_config.json, empty where there is none
 * @param model config.json
 * @param repository on the Hub, where the checkpoint is of one
 * @throws Fault "bad-file" for a class that is not written here, or that is code of the checkpoint's own
 */
export function tokenizerClass(config: Json, model: Json, repository = ""): TokenizerClass {
  if (!ownCode(config) && WRONG_CLASS.test(repository)) return "TokenizersBackend";
  const named = nameOf(config, "tokenizer_config.json");
  const older = nameOf(model, "config.json");
  const { model_type: type } = model;
  const ofType = OF_TYPE.get(type);
  const isOfCode = ownCode(config) && !TYPE_DECIDES.has(type);
  if (isOfCode && ofType === undefined && (named === undefined || !isKnown(named.name))) {
    throw bad(
      `tokenizer_config.json: auto_map names code of the checkpoint's own, which is not run; a tokenizer_config.json without it is needed`,
    );
  }
  const wins = named?.name ? named : older;
  if (!ownCode(config) && wins !== undefined && ofType !== undefined && wins.name !== ofType) {
    // a family whose class has the file's sections has no other
    if (ofType === "TokenizersBackend") return ofType;
    return TYPE_DECIDES.has(type) ? ofType : classOf(wins);
  }
  const last = named ?? older;
  return last === undefined ? (ofType ?? "TokenizersBackend") : classOf(last);
}

/** A class's name as a file has it, and without its `Fast`. */
interface Named {
  readonly whole: string;
  readonly name: string;
  readonly file: string;
}

function nameOf({ tokenizer_class: name }: Json, file: string): Named | undefined {
  if (name === undefined || name === null) return undefined;
  if (typeof name !== "string") throw bad(`${file}: tokenizer_class is ${shown(name)}; a name is needed`);
  return { whole: name, name: name.replace(/(?<!Fast)(?:Fast)+$/, ""), file };
}

/** Whether a class of the checkpoint's own is named, as a list or by what it is for. */
function ownCode({ auto_map: map }: Json): boolean {
  return Array.isArray(map) || (isObject(map) && map["AutoTokenizer"] !== undefined && map["AutoTokenizer"] !== null);
}

const isKnown = (name: string) => PLAIN.has(name) || isWritten(name) || OTHER_CLASSES.has(name);

function classOf({ whole, name, file }: Named): TokenizerClass {
  if (isWritten(name)) return name;
  if (!OTHER_CLASSES.has(name)) return "TokenizersBackend";
  throw bad(
    `${file}: tokenizer_class is ${shown(whole)}, by whose own rules transformers cuts texts, whatever tokenizer.json says; they are not read here, and PreTrainedTokenizerFast is needed there if those of tokenizer.json are meant`,
  );
}
