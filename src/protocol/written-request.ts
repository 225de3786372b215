import { Fault } from "#core/fault.ts";
import { isRecord } from "#core/record.ts";
import { readArgument, readOptions, argumentText } from "./call.ts";
import { checkRequest, writtenOptions } from "./experiments/definition.ts";
import { CONTROL_CASES } from "./experiments/fields.ts";
import type { Field, Spoken } from "./experiments/fields.ts";
import { EXPERIMENT_KINDS, EXPERIMENTS } from "./experiments.ts";
import type { ExperimentRequest, NamedAdapter, SuiteDefinition, SuiteSource } from "./experiments.ts";
import { anything, choice, head, list, whole } from "./fields.ts";

/** The means to read a written request with. */
export interface RequestReading {
  /** Reads a suite by its name; undefined for a name that none has. */
  readonly readDefinition: (name: string) => Promise<SuiteDefinition | undefined>;
  /** What an adapter is written as. @throws Fault "bad-request" */
  readonly readAdapter: (call: string, asked: unknown) => NamedAdapter;
}

type Known = Readonly<Record<string, unknown>>;

interface Said {
  readonly call: string;
  readonly name: string;
  /** What is said of the field, or what it initially is. */
  readonly value: unknown;
  readonly known: Known;
  readonly by: RequestReading;
}

const KIND = choice(EXPERIMENT_KINDS);

const asWritten = ({ value }: Said) => value;

/** What stands in a request for what is written. */
const READ: Readonly<Record<Spoken, (said: Said) => unknown>> = {
  itself: asWritten,
  variant: asWritten,
  words: asWritten,
  suite: (said) => readSource(said, said.value ?? said.known["suite"], said.known["count"]),
  suites: readControls,
  head: ({ call, name, value }) => readArgument(call, name, head, value),
  adapters: ({ call, value, by }) =>
    readArgument(call, "adapters", ADAPTERS, value).map((asked) => by.readAdapter(call, asked)),
};

/**
 * A request as a script or a command line writes it: a suite by its name, a head as "L0H7".
 *
 * @throws Fault "bad-request" with what was found and what is needed
 */
export async function writtenRequest(call: string, options: unknown, by: RequestReading): Promise<ExperimentRequest> {
  const kind = readArgument(call, "kind", KIND, isRecord(options) ? options["kind"] : undefined);
  const definition = EXPERIMENTS[kind];
  const known: Known = readOptions(call, writtenOptions(definition), options);
  const request: Record<string, unknown> = { kind };
  for (const [name, { spoken, initial, isOptional }] of Object.entries<Field>(definition.fields)) {
    const value = known[name] ?? initial;
    if (value === undefined && isOptional) continue;
    request[name] = await READ[spoken]({ call, name, value, known, by });
  }
  checkRequest(definition, request, call);
  return request as unknown as ExperimentRequest;
}

async function readSource({ call, known, by }: Said, suite: unknown, count: unknown): Promise<SuiteSource> {
  if (typeof suite === "object" && suite !== null && "text" in suite && typeof suite.text === "string") {
    return { kind: "pasted", text: suite.text };
  }
  const definition = typeof suite === "string" ? await by.readDefinition(suite) : asDefinition(suite);
  if (!definition) {
    throw new Fault(
      "bad-request",
      `${call}: suite is ${argumentText(suite)}; it needs to be the name of a suite, a definition of one, or { text } with a case a line`,
    );
  }
  return {
    kind: "definition",
    definition,
    // one that is none is the request's own to refuse
    seed: typeof known["seed"] === "number" ? known["seed"] : 1,
    ...(count !== undefined && { count: readArgument(call, "count", whole(1), count) }),
  };
}

const asDefinition = (value: unknown): SuiteDefinition | undefined =>
  typeof value === "object" &&
  value !== null &&
  "name" in value &&
  ["arithmetic", "lists", "pair", "contrasts"].some((part) => part in value)
    ? (value as SuiteDefinition)
    : undefined;

/** A few cases of each group of every suite. */
function readControls(said: Said): Promise<SuiteSource[]> {
  const suites = readArgument(said.call, "controls", list(anything, "an array of suites"), said.value);
  return Promise.all(suites.map((suite) => readSource(said, suite, CONTROL_CASES)));
}

const ADAPTERS = list(anything, 'an array as [{ kind: "hub", repo: "owner/name" }]', 1);
