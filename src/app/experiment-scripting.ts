import type { Engine } from "#client/engine.ts";
import type { CheckpointSource } from "#model/checkpoint.ts";
import type {
  ExperimentKind,
  ExperimentPlan,
  ExperimentResult,
  RequestFor,
  SuiteDefinition,
} from "#protocol/experiments.ts";
import { writtenRequest } from "#protocol/written-request.ts";
import type { RequestReading as Reading } from "#protocol/written-request.ts";
import { namedAdapter } from "#state/experiments/adapter-set.ts";
import { keepTokenOf } from "#state/model/hub-tokens.ts";
import { choiceOfSource } from "#state/model/named.ts";
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
export type ScriptedExperiment = {
  [Kind in ExperimentKind]: {
    readonly kind: Kind;
    readonly suite: SuiteText;
    /** Cases of each group; left out: all. */
    readonly count?: number;
  } & OptionsOf<RequestFor<Kind>>;
}[ExperimentKind];

/** The experiments' part of `window.arithmoscope`. */
export interface ExperimentSurface {
  planExperiment(options: ScriptedExperiment): Promise<ExperimentPlan>;
  runExperiment(options: ScriptedExperiment): Promise<ExperimentResult>;
}

export function experimentSurface(
  engine: Engine,
  readDefinition: Reading["readDefinition"],
  /** What a relative address of an adapter is relative to. */
  pageAddress: string,
): ExperimentSurface {
  const readAdapter: Reading["readAdapter"] = (call, asked) => {
    const source = readCheckpoint(call, asked, { pageAddress });
    keepTokenOf(source);
    return namedAdapter(choiceOfSource(source));
  };
  const by = { readDefinition, readAdapter };
  return {
    planExperiment: async (options) => engine.planExperiment(await writtenRequest("planExperiment", options, by)),
    runExperiment: async (options) => engine.runExperiment(await writtenRequest("runExperiment", options, by)),
  };
}
