import type { Engine } from "#client/engine.ts";
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
import { show } from "#protocol/call.ts";
import { checkRequest } from "#protocol/experiments/definition.ts";
import { CONTROL_CASES } from "#protocol/experiments/fields.ts";
import type { Field, Spoken } from "#protocol/experiments/fields.ts";
import { namedAdapter } from "#state/experiments/adapter-set.ts";
import { keepTokenOf } from "#state/hub-tokens.ts";
import { choiceOfSource } from "#state/model.ts";
import { bad, given, readChoice, readCount, readHead, readOptions } from "./script-arguments.ts";
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

const asWritten = ({ value }: Said) => value;

/** What stands in a request for what a script writes. */
const READ: Readonly<Record<Spoken, (said: Said) => unknown>> = {
  itself: asWritten,
  variant: asWritten,
  words: asWritten,
  suite: (said) => readSource(said, said.value ?? said.known["suite"], said.known["count"]),
  suites: readControls,
  head: ({ call, name, value }) => readHead(`${call}: ${name}`, value),
  adapters: ({ call, value, page }) => readAdapters(call, value, page.pageAddress),
};

export function experimentSurface(
  engine: Engine,
  readDefinition: Page["readDefinition"],
  pageAddress: string,
): ExperimentSurface {
  const page = { readDefinition, pageAddress };
  const request = async (call: string, options: unknown): Promise<ExperimentRequest> => {
    const kind = readChoice("kind", isRecord(options) ? options["kind"] : undefined, EXPERIMENT_KINDS);
    if (!kind) throw bad(`${call}: kind is missing; it needs to be one of ${EXPERIMENT_KINDS.join(", ")}`);
    const definition = EXPERIMENTS[kind];
    const fields = Object.entries<Field>(definition.fields);
    const known = readOptions(call, options, ["kind", "count", ...fields.map(([name]) => name)]);
    const request: Record<string, unknown> = { kind };
    for (const [name, { spoken, initial, isOptional }] of fields) {
      const value = known[name] ?? initial;
      if (value === undefined && isOptional) continue;
      request[name] = await READ[spoken]({ call, name, value, known, page });
    }
    checkRequest(definition, request);
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
    throw bad(
      `${call}: suite is ${show(suite)}; it needs to be the name of a suite, a definition of one, or { text } with a case a line`,
    );
  }
  return {
    kind: "definition",
    definition,
    // one that is none is the request's own to refuse
    seed: typeof known["seed"] === "number" ? known["seed"] : 1,
    ...given("count", count === undefined ? undefined : readCount("count", count)),
  };
}

const asDefinition = (value: unknown): SuiteDefinition | undefined =>
  typeof value === "object" &&
  value !== null &&
  "name" in value &&
  ["arithmetic", "lists", "pair"].some((part) => part in value)
    ? (value as SuiteDefinition)
    : undefined;

/** A few cases of each group of every suite. */
function readControls(said: Said): Promise<SuiteSource[]> {
  const { call, value } = said;
  if (!Array.isArray(value)) {
    throw bad(`${call}: controls are ${show(value)}; they need to be an array of suites`);
  }
  return Promise.all(value.map((suite: unknown) => readSource(said, suite, CONTROL_CASES)));
}

function readAdapters(call: string, value: unknown, pageAddress: string): readonly NamedAdapter[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw bad(
      `${call}: adapters are ${show(value)}; they need to be an array as [{ kind: "hub", repo: "owner/name" }]`,
    );
  }
  return value.map((asked: unknown) => {
    const source = readCheckpoint(call, asked, { pageAddress });
    keepTokenOf(source);
    return namedAdapter(choiceOfSource(source));
  });
}
