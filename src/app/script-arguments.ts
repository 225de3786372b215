import { isRecord } from "#core/record.ts";
import type { Engine } from "#client/engine.ts";
import { Fault } from "#core/fault.ts";
import type { CheckpointSource } from "#model/checkpoint.ts";
import { parseHead, parseNeuron } from "#model/ids.ts";
import type { HeadId, NeuronId } from "#model/ids.ts";
import { readIntervention } from "#model/interventions.ts";
import type { Intervention, InterventionText } from "#model/interventions.ts";
import { VARIANTS } from "#protocol/engine.ts";
import type { Prompt, Variant } from "#protocol/engine.ts";
import { isAddress, isHubRepo, isRevision } from "#state/finding.ts";
import { isToken } from "#state/hub-tokens.ts";

/**
 * What a script passes is anything at all: each reader here gives what the engine takes, or throws a Fault "bad-request"
 * with what was found and what is needed.
 */

export const bad = (sentence: string) => new Fault("bad-request", sentence);

/** For a message: short, and never itself a failure. */
export function show(value: unknown): string {
  if (typeof value === "string") return `“${value.slice(0, 60)}${value.length > 60 ? "…" : ""}”`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  return typeof value === "function" ? "a function" : String(value);
}

/** A property that is left out where there is nothing to say. */
export const given = <Key extends string, Value>(key: Key, value: Value | undefined) =>
  (value === undefined ? {} : { [key]: value }) as { [key in Key]?: Value };

/** A misspelt option would be a run without it, and a wrong number that looks right. */
export function readOptions(call: string, options: unknown, names: readonly string[]): Record<string, unknown> {
  if (options === undefined) return {};
  if (!isRecord(options))
    throw bad(`${call}: options are ${show(options)}; they need to be an object with ${names.join(", ")}`);
  const stray = Object.keys(options).find((name) => !names.includes(name));
  if (stray !== undefined) throw bad(`${call}: there is no option ${show(stray)}; it takes ${names.join(", ")}`);
  return options;
}

const isIndex = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0;

export function readPrompt(prompt: unknown): Prompt {
  if (typeof prompt === "string") return prompt;
  if (Array.isArray(prompt) && prompt.every(isIndex)) return prompt;
  throw bad(`prompt is ${show(prompt)}; it needs to be a text or an array of token ids, whole numbers from 0`);
}

export function readAnswer(answer: unknown): string | readonly number[] {
  if (typeof answer === "string" || (Array.isArray(answer) && answer.every(isIndex))) return answer;
  throw bad(`answer is ${show(answer)}; it needs to be a text or an array of token ids, whole numbers from 0`);
}

export function readWords(call: string, value: unknown): string[] {
  if (Array.isArray(value) && value.every((word) => typeof word === "string")) return value;
  throw bad(`${call}: words are ${show(value)}; they need to be an array of texts as ["three", "3"]`);
}

export function readCount(name: string, value: unknown): number {
  if (isIndex(value) && value > 0) return value;
  throw bad(`${name} is ${show(value)}; it needs to be a whole number from 1`);
}

export function readWhole(name: string, value: unknown): number {
  if (isIndex(value)) return value;
  throw bad(`${name} is ${show(value)}; it needs to be a whole number from 0`);
}

export function readChoice<Choice extends string>(
  name: string,
  value: unknown,
  choices: readonly Choice[],
): Choice | undefined {
  if (value === undefined) return undefined;
  const choice = choices.find((each) => each === value);
  if (choice === undefined) throw bad(`${name} is ${show(value)}; it needs to be one of ${choices.join(", ")}`);
  return choice;
}

function readInterventions(value: unknown): Intervention[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) {
    throw bad(`interventions are ${show(value)}; they need to be an array as [{ head: "L0H7", scale: 0 }]`);
  }
  return value.map((change: unknown) => {
    if (!isInterventionText(change)) {
      throw bad(
        `intervention is ${describe(change)}; it needs to be as { head: "L0H7", scale: 0 } or { neuron: "L4N425", scale: 0.5 }`,
      );
    }
    return readIntervention(change);
  });
}

/** Prompts whose activations take the place of what is off. */
export function readStandIns(value: unknown): { readonly standIns?: readonly Prompt[] } {
  if (value === undefined) return {};
  if (!Array.isArray(value)) throw bad(`standIns are ${show(value)}; they need to be an array of prompts as ["2+4="]`);
  return { standIns: value.map(readPrompt) };
}

/** The options of every call that runs the model with parts turned up or down. */
export const readChanges = (known: Record<string, unknown>) => ({
  ...given("interventions", readInterventions(known["interventions"])),
  ...readStandIns(known["standIns"]),
});

function isInterventionText(value: unknown): value is InterventionText {
  if (!isRecord(value)) return false;
  const { head, neuron, scale = 0, ...stray } = value;
  const names = [head, neuron].filter((name) => name !== undefined);
  return (
    names.length === 1 && typeof names[0] === "string" && typeof scale === "number" && Object.keys(stray).length === 0
  );
}

const describe = (value: unknown) =>
  isRecord(value)
    ? `{ ${Object.entries(value)
        .map(([key, part]) => `${key}: ${show(part)}`)
        .join(", ")} }`
    : show(value);

export function readHead(name: string, value: unknown): HeadId {
  const at = typeof value === "string" ? parseHead(value) : undefined;
  if (at) return at;
  throw bad(`${name} is ${show(value)}; it needs to be as "L0H7"`);
}

export function readNeuron(at: unknown): NeuronId {
  const found = typeof at === "string" ? parseNeuron(at) : at;
  if (isRecord(found) && isIndex(found["layer"]) && isIndex(found["neuron"])) {
    return { layer: found["layer"], neuron: found["neuron"] };
  }
  throw bad(`neuron is ${describe(at)}; it needs to be as { layer: 4, neuron: 425 } or "L4N425"`);
}

/**
 * A token's text is looked up with the tokenizer of the loaded model, its added tokens (BOS) aside. One that is several tokens
 * by itself may be one behind the prompt: some tokenizers put a space before a text's first word.
 */
export async function readTarget(engine: Engine, prompt: Prompt, given: unknown): Promise<{ target?: number }> {
  if (given === undefined) return {};
  if (isIndex(given)) return { target: given };
  if (typeof given !== "string")
    throw bad(`target is ${show(given)}; it needs to be a token id or the text of one token`);
  const { ids, texts, added, unknown } = await engine.tokenize(given);
  const alone = ids.map((id, index) => ({ id, text: texts[index] ?? "" })).filter((_, index) => !added.includes(index));
  if (unknown.length > 0)
    throw bad(`target ${show(given)} has characters that the tokenizer does not know: ${unknown.join(" ")}`);
  const isBehind = alone.length > 1 && typeof prompt === "string" && prompt !== "";
  const own = isBehind ? (await engine.scoreAnswer(prompt, { answer: given })).tokens : alone;
  const [only] = own;
  if (own.length !== 1 || !only) {
    const found = own.map(({ id, text }) => `${show(text)} (${id})`).join(", ") || "none";
    throw bad(
      `target ${show(given)} is ${own.length} tokens: ${found}; it needs to be one token, or its id; scoreAnswer takes several`,
    );
  }
  return { target: only.id };
}

export function readSource(source: unknown, bundled: CheckpointSource, pageAddress: string): CheckpointSource {
  if (!isRecord(source)) throw bad(`load: source is ${show(source)}; it needs to be as { kind: "bundled" }`);
  switch (source["kind"]) {
    case "bundled":
      return bundled;
    case "hub":
      return readHubSource(source);
    case "url":
      return { kind: "url", base: readAddress(source["base"], pageAddress) };
    case "files":
      return { kind: "files", files: readFiles(source["files"]) };
    default:
      throw bad(`load: kind is ${show(source["kind"])}; it needs to be one of bundled, hub, url, files`);
  }
}

/** Where an adapter is read from; the model that comes with the page is none. */
export function readAdapter(source: unknown, pageAddress: string): CheckpointSource {
  const isBundled = isRecord(source) && source["kind"] === "bundled";
  if (!isRecord(source) || isBundled) {
    const found = isBundled ? "the bundled model, which is no adapter" : show(source);
    throw bad(`adapter: source is ${found}; it needs to be as { kind: "hub", repo: "owner/name" }`);
  }
  // the bundled model is out of the question by now
  return readSource(source, { kind: "files", files: [] }, pageAddress);
}

/** The option of every call that asks the model. */
export const readVariant = (value: unknown) => given("variant", readChoice("variant", value, VARIANTS));

export function readAgainst(value: unknown): { readonly variant: Variant } | undefined {
  if (value === undefined) return undefined;
  const variant = isRecord(value) && VARIANTS.find((each) => each === value["variant"]);
  if (!variant) throw bad(`against is ${show(value)}; it needs to be as { variant: "adapted" }`);
  return { variant };
}

function readHubSource({ repo, revision, token, hub }: Record<string, unknown>): CheckpointSource {
  if (typeof repo !== "string" || !isHubRepo(repo)) {
    throw bad(`load: repo is ${show(repo)}; it needs to be a repository on the Hub, as "owner/name"`);
  }
  if (revision !== undefined && (typeof revision !== "string" || !isRevision(revision))) {
    throw bad(`load: revision is ${show(revision)}; it needs to be a branch, a tag or a commit`);
  }
  if (token !== undefined && (typeof token !== "string" || !isToken(token))) {
    // never quoted: an error is shown, logged and copied
    throw bad("load: token is not an access token; it needs to be a text of letters and signs without spaces");
  }
  if (hub !== undefined && (typeof hub !== "string" || !isAddress(hub))) {
    throw bad(`load: hub is ${show(hub)}; it needs to be the http(s) address of another Hub`);
  }
  return {
    kind: "hub",
    repo,
    ...given("revision", revision),
    ...given("token", token),
    ...given("hub", hub?.replace(/\/+$/, "")),
  };
}

/** Made absolute here, because the worker would take a relative one from where its own script lies. */
function readAddress(base: unknown, pageAddress: string): string {
  if (typeof base === "string" && base !== "" && URL.canParse(base, pageAddress)) {
    const address = new URL(base.endsWith("/") ? base : `${base}/`, pageAddress);
    if (address.protocol === "http:" || address.protocol === "https:") return address.href;
  }
  throw bad(`load: base is ${show(base)}; it needs to be the http(s) address of a folder with config.json`);
}

function readFiles(files: unknown): File[] {
  const list: unknown[] = isIterable(files) ? [...files] : [];
  const read = list.filter((file) => file instanceof File);
  if (read.length === 0 || read.length < list.length) {
    throw bad(`load: files are ${show(files)}; they need to be the File objects of one checkpoint's folder`);
  }
  return read;
}

/** An array, or the FileList of an `<input type="file">`. */
const isIterable = (value: unknown): value is Iterable<unknown> =>
  typeof value === "object" && value !== null && Symbol.iterator in value;
