import { parseArgs } from "node:util";
import type { ParseArgsOptionsConfig } from "node:util";
import { Fault } from "#core/fault.ts";

/** An option of a command, for its parser and its help. */
export interface Option {
  readonly type: "string" | "boolean";
  readonly about: string;
  readonly default?: string;
}
export type Options = Readonly<Record<string, Option>>;

export interface ReadCommand {
  readonly positionals: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
}

/** What every command takes. */
export const ALWAYS = {
  help: { type: "boolean", about: "says what the command takes" },
  quiet: { type: "boolean", about: "no progress on stderr" },
} as const satisfies Options;

export const MODEL_OPTIONS = {
  model: {
    type: "string",
    default: "abacus",
    about:
      "a folder, a GGUF file, an address, owner/name@revision or owner/name/file.gguf on the Hub; abacus comes with the package",
  },
  adapter: { type: "string", about: "a LoRA adapter to lay over it, named in the same ways" },
  ep: {
    type: "string",
    default: "wasm",
    about: "wasm, which needs nothing else; cpu, cuda or webgpu with onnxruntime-node installed",
  },
  dtype: { type: "string", about: "q4, q8, f32, or stored for a GGUF file as it is" },
  threads: { type: "string", about: "how many threads a processor computes on; left out: one for each core" },
  cache: {
    type: "string",
    about: "the folder where models are kept as they run; left out: ~/.cache/arithmoscope, '' for none",
  },
} as const satisfies Options;

/**
 * A command's words. Options may be written as `--row-by-row` or `--rowByRow`.
 *
 * @throws Fault "bad-request" for what the command does not take
 */
export function readLine(command: string, args: readonly string[], options: Options): ReadCommand {
  const config: ParseArgsOptionsConfig = {};
  for (const [name, { type, default: initial }] of Object.entries(options)) {
    config[name] = { type, ...(initial !== undefined && { default: initial }) };
  }
  try {
    const { values, positionals } = parseArgs({
      args: args.map((word) => named(word, options)),
      options: config,
      allowPositionals: true,
      allowNegative: true,
      strict: true,
    });
    return { values: values as ReadCommand["values"], positionals };
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new Fault("bad-request", `${command}: ${words.split(". ")[0]}; see arithmoscope ${command} --help`, {
      cause,
    });
  }
}

/** `--row-by-row` as the option is called, and `--no-row-by-row`. */
function named(word: string, options: Options): string {
  const [, no = "", dashed = "", value = ""] = /^--(no-)?([a-z][a-z0-9-]*)(=[^]*)?$/.exec(word) ?? [];
  const name = Object.keys(options).find((each) => kebab(each) === dashed);
  return name === undefined ? word : `--${no}${name}${value}`;
}

export const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
