import { isRecord } from "#core/record.ts";
import { Fault } from "#core/fault.ts";
import { parseHead } from "#model/ids.ts";
import type { HeadId } from "#model/ids.ts";
import { show } from "#protocol/call.ts";

/**
 * What a script passes is anything at all: each reader here gives what the engine takes, or throws a Fault "bad-request"
 * with what was found and what is needed.
 */

export const bad = (sentence: string) => new Fault("bad-request", sentence);

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

export function readCount(name: string, value: unknown): number {
  if (isIndex(value) && value > 0) return value;
  throw bad(`${name} is ${show(value)}; it needs to be a whole number from 1`);
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

export function readHead(name: string, value: unknown): HeadId {
  const at = typeof value === "string" ? parseHead(value) : undefined;
  if (at) return at;
  throw bad(`${name} is ${show(value)}; it needs to be as "L0H7"`);
}
