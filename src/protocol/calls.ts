import type * as v from "valibot";
import type { Call, PassedEntries, Place, ReadEntries, Type } from "./call.ts";
import { CHAIN_CALLS } from "./calls/chain-calls.ts";
import { EXPERIMENT_CALLS } from "./calls/experiment-calls.ts";
import { LENS_CALLS } from "./calls/lens-calls.ts";
import { LAB_CALLS } from "./calls/lab-calls.ts";
import { MODEL_CALLS } from "./calls/model-calls.ts";
import { PATCH_CALLS } from "./calls/patch-calls.ts";
import { RUN_CALLS } from "./calls/run-calls.ts";
import type { JobId } from "./engine.ts";

/**
 * Every call of the engine. The page's client, the worker's dispatcher, the check of what is passed, `window.arithmoscope` and the
 * reference in docs/scripting.md are derived from it.
 *
 * Every call can be cancelled and then rejects with code "cancelled". Calls may overlap: single session runs take turns. The target and
 * the frozen scale always come from the clean run.
 */
export const CALLS = {
  ...MODEL_CALLS,
  ...RUN_CALLS,
  ...LENS_CALLS,
  ...LAB_CALLS,
  ...CHAIN_CALLS,
  ...PATCH_CALLS,
  ...EXPERIMENT_CALLS,
};

type Calls = typeof CALLS;
export type CallName = keyof Calls;
export const CALL_NAMES = Object.keys(CALLS) as CallName[];
/** The catalogue as one type of entries, for what loops over it. */
export const entryOf = (name: CallName): Call => CALLS[name];

/** What a call gives, and what it reports while it runs. */
export type Found<Name extends CallName> = Carried<Calls[Name]["gives"]>;
export type Report<Name extends CallName> = Calls[Name] extends { readonly reports: infer Reports }
  ? Carried<Reports>
  : never;
type Carried<T> = T extends Type<infer Value> ? Value : never;

/** A call's options once they are read: names are ids, what was left out is its default. */
export type Asked<Name extends CallName> = Calls[Name] extends {
  readonly options: infer Entries extends v.ObjectEntries;
}
  ? ReadEntries<Entries>
  : never;

/** The arguments as they are passed: before the options, then the options where there are any. */
export type Passed<Name extends CallName> = [...Taken<Calls[Name], "in">, ...PassedOptions<Calls[Name]>];
/** The arguments as they are read. */
export type Read<Name extends CallName> = [
  ...Taken<Calls[Name], "out">,
  ...(Calls[Name] extends { readonly options: unknown } ? [options: Asked<Name>] : []),
];

type Taken<Entry, Way extends "in" | "out"> = Entry extends { readonly takes: infer Takes }
  ? [asked: Way extends "in" ? v.InferInput<Schema<Takes[keyof Takes]>> : v.InferOutput<Schema<Takes[keyof Takes]>>]
  : [];
type Schema<T> = T extends v.GenericSchema ? T : never;

type PassedOptions<Entry> = Entry extends { readonly options: infer Entries extends v.ObjectEntries }
  ? Partial<PassedEntries<Entries>> extends PassedEntries<Entries>
    ? [options?: PassedEntries<Entries>]
    : [options: PassedEntries<Entries>]
  : [];

/** The calls that one place answers. */
export type CallsOf<Of extends Place> = {
  [Name in CallName]: Calls[Name]["of"] extends Of ? Name : never;
}[CallName];

/**
 * Calls that ask the loaded model and go to the engine as they were written, from a script or a command line. A model is loaded, and an
 * experiment's request read, in ways of their own.
 */
export type PassedOn = Exclude<CallName, CallsOf<"engine" | "experiments">>;
export const PASSED_ON = CALL_NAMES.filter((name) => !["engine", "experiments"].includes(CALLS[name].of)) as PassedOn[];

/** The contract between the page and the worker: each call by its job. */
export type EngineApi = {
  readonly [Name in CallName]: (
    job: JobId,
    ...args: [
      ...Passed<Name>,
      ...(Calls[Name] extends { readonly reports: unknown } ? [onReport?: (report: Report<Name>) => void] : []),
    ]
  ) => Promise<Found<Name>>;
} & { cancel(job: JobId): void };

/** How work that others go before is followed, stopped and held up. */
export interface BackgroundWork<Progress> {
  readonly signal: AbortSignal;
  /** Waited for before every step. */
  readonly turn: () => Promise<void>;
  readonly report: (report: Progress) => void;
  /** The same for work that only counts. */
  readonly onProgress: (done: number, total: number) => void;
}

/** What a place of the worker has a method for each of its calls with. */
export type Serves<Of extends Place> = {
  readonly [Name in CallsOf<Of>]: (...args: [...Read<Name>, ...Follows<Name>]) => Promise<Found<Name>>;
};

type Follows<Name extends CallName> = Calls[Name] extends { readonly isBackground: unknown }
  ? [work: BackgroundWork<Report<Name>>]
  : Calls[Name] extends { readonly reports: unknown }
    ? [onReport: (report: Report<Name>) => void, signal: AbortSignal]
    : [signal: AbortSignal];
