import { EXPERIMENT_KINDS } from "#protocol/experiments.ts";
import type { Options } from "../command-line.ts";
import { EXIT } from "../exit-codes.ts";
import type { ExitCode } from "../exit-codes.ts";
import { LINK_OPTIONS, runLink } from "../result/link-command.ts";
import type { Session } from "../session.ts";
import { experimentCommandOptions, runExperiment } from "./experiment-command.ts";
import { MERGE_OPTIONS, runMerge } from "./merge-command.ts";
import { planOptions, runPlan } from "./plan-command.ts";
import { runRun, RUN_OPTIONS } from "./run-command.ts";
import { runStatus, STATUS_OPTIONS } from "./status-command.ts";
import { runWork, WORK_OPTIONS } from "./work-command.ts";
import { readKind } from "./written.ts";

/** A command about a suite: what it does, what it takes, and how it is run. */
export interface SuiteCommand {
  readonly about: string;
  /** As it is written, behind its name. */
  readonly usage: string;
  /** @param args the words behind its name */
  readonly options: (args: readonly string[]) => Options;
  readonly run: (args: readonly string[], session: Session) => Promise<ExitCode>;
}

/** Suites, on one machine or on many; how they follow each other is docs/at-scale.md. */
export const SUITE_COMMANDS: Readonly<Record<string, SuiteCommand>> = {
  experiment: {
    about: "runs an experiment over a suite, all of it here, into a result that the page opens",
    usage: `experiment ${EXPERIMENT_KINDS.join("|")} > result.json`,
    options: ([kind]) => experimentCommandOptions(helpedKind(kind)),
    run: (args, session) => runExperiment(args, session).then(() => EXIT.done),
  },
  plan: {
    about: "cuts an experiment over a suite into shards, and writes down what there is to run",
    usage: `plan FOLDER ${EXPERIMENT_KINDS.join("|")}`,
    options: ([, kind]) => planOptions(helpedKind(kind)),
    run: (args, session) => runPlan(args, session).then(() => EXIT.done),
  },
  run: {
    about: "runs the shards of a plan that nobody has run; to run it again goes on",
    usage: "run FOLDER",
    options: () => RUN_OPTIONS,
    run: runRun,
  },
  work: {
    about: "runs shards as a queue on Redis or Valkey hands them out, on as many machines as there are",
    usage: "work FOLDER --queue redis://host:6379",
    options: () => WORK_OPTIONS,
    run: runWork,
  },
  status: {
    about: "says what of a plan is there, by whom and on what",
    usage: "status FOLDER",
    options: () => STATUS_OPTIONS,
    run: runStatus,
  },
  merge: {
    about: "puts the parts together into a result that the page opens",
    usage: "merge FOLDER > result.json",
    options: () => MERGE_OPTIONS,
    run: runMerge,
  },
  link: {
    about: "names a saved result by a link that the page opens",
    usage: "link result.json --at https://host/result.json",
    options: () => LINK_OPTIONS,
    run: (args, session) => runLink(args, session).then(() => EXIT.done),
  },
};

/** @returns undefined for a word that is none of them */
export const suiteCommand = (word: string): SuiteCommand | undefined =>
  Object.hasOwn(SUITE_COMMANDS, word) ? SUITE_COMMANDS[word] : undefined;

/** Where no experiment is named, the first one stands for all. */
function helpedKind(kind: string | undefined) {
  return readKind("--help", kind === undefined || kind.startsWith("-") ? EXPERIMENT_KINDS[0] : kind);
}
