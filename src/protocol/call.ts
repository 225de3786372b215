import * as v from "valibot";
import { faultsOf } from "#core/fault.ts";
import type { Fault } from "#core/fault.ts";
import { isRecord } from "#core/record.ts";

/** A type that a value carries for the compiler alone. */
export interface Type<T> {
  readonly "~type"?: T;
}
export const type = <T>(): Type<T> => ({});

/** An object's properties as they are passed, and as they are read. */
export type PassedEntries<Entries extends v.ObjectEntries> = v.InferInput<v.StrictObjectSchema<Entries, undefined>>;
export type ReadEntries<Entries extends v.ObjectEntries> = v.InferOutput<v.StrictObjectSchema<Entries, undefined>>;

/** Who answers a call: the engine itself, or a session of the loaded model's variant that the options name. */
export type Place =
  | "engine"
  | "variants"
  | "session"
  | "lab"
  | "chains"
  | "traces"
  | "lens"
  | "patches"
  | "experiments";

/** One call of the engine: all that is derived of it (client, dispatcher, checks, scripting, reference) follows from this. */
export interface Call {
  readonly of: Place;
  /** The one argument before the options, by its name. */
  readonly takes?: v.ObjectEntries;
  readonly options?: v.ObjectEntries;
  /** What it reports while it runs. */
  readonly reports?: Type<unknown>;
  readonly gives: Type<unknown>;
  /** Work that every other call goes before; a function of the options where only some of it is. */
  readonly isBackground?: true | ((options: never) => boolean);
}

/** Keeps the entry's own type, which everything else is derived from. */
export const call = <const Entry extends Call>(entry: Entry): Entry => entry;

/** A call's arguments as it was sent them: those before the options, then the options. */
export const arity = ({ takes, options }: Call) => (takes ? 1 : 0) + (options ? 1 : 0);

/**
 * What a call was sent, held to its schemas and read: names into ids, what is left out into its default.
 *
 * @throws Fault "bad-request" with what was found and what is needed
 */
export function readArguments(name: string, { takes = {}, options }: Call, sent: readonly unknown[]): unknown[] {
  const [taken] = Object.entries(takes);
  const read = taken ? [readArgument(name, taken[0], taken[1] as v.GenericSchema, sent[0])] : [];
  return options ? [...read, readOptions(name, options, sent[read.length])] : read;
}

/** One argument. @throws Fault "bad-request" */
export function readArgument<Out>(
  call: string,
  name: string,
  schema: v.GenericSchema<unknown, Out>,
  value: unknown,
): Out {
  const { success, output, issues } = v.safeParse(schema, value, { abortEarly: true });
  if (success) return output;
  throw refusal(call, schema, issues[0], name);
}

/** Options that had another name once, which scripts of that time go on using. */
const FORMER_NAMES: ReadonlyMap<string, string> = new Map([["standIns", "ablationSource"]]);

/** The options, each held to its schema. @throws Fault "bad-request" */
export function readOptions<Entries extends v.ObjectEntries>(
  call: string,
  entries: Entries,
  options: unknown = {},
): ReadEntries<Entries> {
  const names = Object.keys(entries).join(", ");
  if (!isRecord(options))
    throw bad(`${call}: options are ${argumentText(options)}; they need to be an object with ${names}`);
  const twice = [...FORMER_NAMES].find((pair) => pair.every((name) => options[name] !== undefined));
  if (twice)
    throw bad(`${call}: ${twice[0]} is what ${twice[1]} was called, and both are there; ${twice[1]} alone is needed`);
  const named = Object.entries(options).map(([name, value]) => [FORMER_NAMES.get(name) ?? name, value] as const);
  // told first: where a name is misspelt, something is missing as well
  const stray = named.map(([name]) => name).find((name) => !Object.hasOwn(entries, name));
  if (stray !== undefined) throw bad(`${call}: there is no option ${argumentText(stray)}; it takes ${names}`);
  // what is undefined is left out
  const given = Object.fromEntries(named.filter(([, value]) => value !== undefined));
  const schema = v.strictObject(entries);
  const { success, output, issues } = v.safeParse(schema, given, { abortEarly: true });
  if (success) return output;
  throw refusal(call, schema, issues[0]);
}

/** The one sentence by which an argument is refused. */
function refusal(call: string, schema: v.GenericSchema, issue: v.BaseIssue<unknown>, name?: string): Fault {
  const keys = issue.path?.map(({ key }) => key) ?? [];
  const path = [...(name === undefined ? [] : [name]), ...keys].join(".");
  if (issue.expected === "never") {
    const parent = keys.slice(0, -1).reduce(within, schema);
    const owner = [call, ...(name === undefined ? [] : [name]), ...keys.slice(0, -1)].join(".");
    return bad(
      `${owner}: there is no option ${argumentText(issue.input)}; it takes ${Object.keys(entriesOf(parent)).join(", ")}`,
    );
  }
  const need = descriptionOf(keys.reduce(within, schema)) ?? issue.message;
  if (issue.input === undefined) return bad(`${call}: ${path} is missing; it needs to be ${need}`);
  return bad(`${call}: ${path} is ${argumentText(issue.input)}; it needs to be ${need}`);
}

type Inner = v.GenericSchema | undefined;

/** The schema of what stands under a key, as far as it can be told. */
function within(schema: Inner, key: unknown): Inner {
  const { item } = bare(schema) as { readonly item?: v.GenericSchema };
  return item ?? entriesOf(schema)[key as string];
}

const entriesOf = (schema: Inner) => (bare(schema) as { readonly entries?: v.ObjectEntries }).entries ?? {};

/** The schema of a property's value, where the property may be left out. */
const bare = (schema: Inner): object => (schema as { readonly wrapped?: object } | undefined)?.wrapped ?? schema ?? {};

/** A field's description: what it needs to be, in words. */
export const descriptionOf = (schema: Inner) => schema && v.getDescription(bare(schema) as v.GenericSchema);

/** An argument in a message: short, and never itself a failure. */
export function argumentText(value: unknown): string {
  if (isRecord(value)) {
    const parts = Object.entries(value).slice(0, 4);
    return `{ ${parts.map(([key, part]) => `${key}: ${isRecord(part) ? "{…}" : argumentText(part)}`).join(", ")} }`;
  }
  if (typeof value === "string") return `“${value.slice(0, 60)}${value.length > 60 ? "…" : ""}”`;
  if (typeof value === "symbol") return value.description ?? "";
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return typeof value === "function" ? "a function" : String(value);
}

const bad = faultsOf("bad-request", "");
