import type { Engine } from "#client/engine.ts";
import { Fault } from "#core/fault.ts";
import { isRecord } from "#core/record.ts";
import type { CheckpointSource } from "#model/checkpoint.ts";
import { EXPERIMENT_KINDS, EXPERIMENTS } from "#protocol/experiments.ts";
import type {
  ExperimentKind,
  ExperimentPlan,
  ExperimentRequest,
  ExperimentResult,
  NamedAdapter,
  RequestFor,
  SuiteDefinition,
  SuiteSource,
} from "#protocol/experiments.ts";
import { readArgument, readOptions, show } from "#protocol/call.ts";
import { anything, choice, head, list, whole } from "#protocol/fields.ts";
import { checkRequest, writtenOptions } from "#protocol/experiments/definition.ts";
import { CONTROL_CASES } from "#protocol/experiments/fields.ts";
import type { Field, Spoken } from "#protocol/experiments/fields.ts";
import { namedAdapter } from "#state/experiments/adapter-set.ts";
import { keepTokenOf } from "#state/model/hub-tokens.ts";
import { choiceOfSource } from "#state/model/model.ts";
import { readSource as readCheckpoint } from "./script-sources.ts";

/** A suite that comes with the page by its name, a definition of one's own, or cases as lines. */
export type SuiteText = string | SuiteDefinition | { readonly text: string };

/** What a script writes where the request has something else. */
interface Written {
  readonly suite: SuiteText;
  readonly foundOn: SuiteText;
  readonly controls: readonly SuiteText[];
  /** As `L0H7`. */
  readonly head: string;
  readonly adapters: readonly CheckpointSource[];
}

type OptionsOf<Asked> = {
  readonly [Name in keyof Asked as Name extends "kind" | "suite" ? never : Name]?: Name extends keyof Written
    ? Written[Name]
    : Asked[Name];
};

/** What a script asks of an experiment; what is left out is as in the table of `docs/scripting.md`. */
export type ExperimentText = {
  [Kind in ExperimentKind]: {
    readonly kind: Kind;
    readonly suite: SuiteText;
    /** Cases of each group; left out: all. */
    readonly count?: number;
  } & OptionsOf<RequestFor<Kind>>;
}[ExperimentKind];

/** The experiments' part of `window.arithmoscope`. */
export interface ExperimentSurface {
  planExperiment(options: ExperimentText): Promise<ExperimentPlan>;
  runExperiment(options: ExperimentText): Promise<ExperimentResult>;
}

type Known = Readonly<Record<string, unknown>>;

interface Said {
  readonly call: string;
  readonly name: string;
  /** What the script says of the field, or what it initially is. */
  readonly value: unknown;
  readonly known: Known;
  readonly page: Page;
}

interface Page {
  /** Reads a suite that comes with the page. */
  readonly readDefinition: (name: string) => Promise<SuiteDefinition | undefined>;
  /** What a relative address of an adapter is relative to. */
  readonly pageAddress: string;
}

const KIND = choice(EXPERIMENT_KINDS);

const asWritten = ({ value }: Said) => value;

/** What stands in a request for what a script writes. */
const READ: Readonly<Record<Spoken, (said: Said) => unknown>> = {
  itself: asWritten,
  variant: asWritten,
  words: asWritten,
  suite: (said) => readSource(said, said.value ?? said.known["suite"], said.known["count"]),
  suites: readControls,
  head: ({ call, name, value }) => readArgument(call, name, head, value),
  adapters: ({ call, value, page }) => readAdapters(call, value, page.pageAddress),
};

export function experimentSurface(
  engine: Engine,
  readDefinition: Page["readDefinition"],
  pageAddress: string,
): ExperimentSurface {
  const page = { readDefinition, pageAddress };
  const request = async (call: string, options: unknown): Promise<ExperimentRequest> => {
    const kind = readArgument(call, "kind", KIND, isRecord(options) ? options["kind"] : undefined);
    const definition = EXPERIMENTS[kind];
    const fields = Object.entries<Field>(definition.fields);
    const known: Known = readOptions(call, writtenOptions(definition), options);
    const request: Record<string, unknown> = { kind };
    for (const [name, { spoken, initial, isOptional }] of fields) {
      const value = known[name] ?? initial;
      if (value === undefined && isOptional) continue;
      request[name] = await READ[spoken]({ call, name, value, known, page });
    }
    checkRequest(definition, request, call);
    return request as unknown as ExperimentRequest;
  };
  return {
    planExperiment: async (options) => engine.planExperiment(await request("planExperiment", options)),
    runExperiment: async (options) => engine.runExperiment(await request("runExperiment", options)),
  };
}

async function readSource({ call, known, page }: Said, suite: unknown, count: unknown): Promise<SuiteSource> {
  if (typeof suite === "object" && suite !== null && "text" in suite && typeof suite.text === "string") {
    return { kind: "pasted", text: suite.text };
  }
  const definition = typeof suite === "string" ? await page.readDefinition(suite) : asDefinition(suite);
  if (!definition) {
    throw new Fault(
      "bad-request",
      `${call}: suite is ${show(suite)}; it needs to be the name of a suite, a definition of one, or { text } with a case a line`,
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

const readAdapters = (call: string, value: unknown, pageAddress: string): readonly NamedAdapter[] =>
  readArgument(call, "adapters", ADAPTERS, value).map((asked) => {
    const source = readCheckpoint(call, asked, { pageAddress });
    keepTokenOf(source);
    return namedAdapter(choiceOfSource(source));
  });
