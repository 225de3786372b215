import { ABLATIONS } from "#analysis/experiments/ablation.ts";
import type { Engine } from "#client/engine.ts";
import type { CheckpointSource } from "#model/checkpoint.ts";
import type {
  ExperimentPlan,
  ExperimentRequest,
  ExperimentResult,
  NamedAdapter,
  SuiteDefinition,
  SuiteSource,
} from "#protocol/experiments.ts";
import type { Variant } from "#protocol/engine.ts";
import { namedAdapter } from "#state/experiments/adapter-set.ts";
import {
  ADAPTER_COUNTS,
  BIAS_COUNTS,
  CONTROL_CASES,
  CONTROL_NAMES,
  DRAWS,
  PRUNING_CONTROL_NAMES,
  PRUNING_COUNTS,
} from "#state/experiments/defaults.ts";
import { keepTokenOf } from "#state/hub-tokens.ts";
import { choiceOfSource } from "#state/model.ts";
import {
  bad,
  given,
  readAdapter,
  readChoice,
  readCount,
  readHead,
  readOptions,
  readVariant,
  readWhole,
  readWords,
  show,
} from "./script-arguments.ts";

/** A suite that comes with the page by its name, a definition of one's own, or cases as lines. */
export type SuiteText = string | SuiteDefinition | { readonly text: string };

export interface ExperimentText {
  readonly kind: "heads" | "memorise" | "neurons" | "concepts" | "bias" | "pruning" | "adapters";
  readonly suite: SuiteText;
  /** Cases of each group; left out: all. */
  readonly count?: number;
  readonly seed?: number;
  readonly per?: "token" | "answer";
  readonly onlyCorrect?: boolean;
  /** What takes the place of what is switched off; left out: `"zero"`. */
  readonly ablation?: "zero" | "mean" | "resample";
  /** For `neurons`, and for `pruning` to rank by comparison instead of increase. */
  readonly head?: string;
  /** For `neurons`, `bias`, `pruning` and `adapters`. */
  readonly counts?: readonly number[];
  /** Random sets, for all that switch neurons. */
  readonly draws?: number;
  /** For `concepts`. */
  readonly words?: readonly string[];
  readonly thresholds?: readonly number[];
  readonly belowLayer?: number;
  readonly lastAttention?: number;
  /** For `bias`: what the neurons are multiplied by. */
  readonly scale?: number;
  /** For `pruning`: the suite that the neurons are found on (left out: `suite`), and the first layer that is pruned. */
  readonly foundOn?: SuiteText;
  readonly fromLayer?: number;
  /** For `bias` and `pruning`: what should not change. */
  readonly controls?: readonly SuiteText[];
  /** For `adapters`: the set, each as `attachAdapter` takes it. */
  readonly adapters?: readonly CheckpointSource[];
  /** Left out: the base. */
  readonly variant?: Variant;
}

/** The experiments' part of `window.arithmoscope`. */
export interface ExperimentSurface {
  planExperiment(options: ExperimentText): Promise<ExperimentPlan>;
  runExperiment(options: ExperimentText): Promise<ExperimentResult>;
}

const COMMON_NAMES = ["kind", "suite", "count", "seed", "variant", "per", "onlyCorrect", "ablation"];
const NEURON_NAMES = ["head", "counts", "draws", "words", "thresholds", "belowLayer", "lastAttention"];
const EDIT_NAMES = ["scale", "controls", "foundOn", "fromLayer"];
const NAMES = [...COMMON_NAMES, ...NEURON_NAMES, ...EDIT_NAMES, "adapters"];
const KINDS = ["heads", "memorise", "neurons", "concepts", "bias", "pruning", "adapters"] as const;
const DEFAULT_COUNTS = [10, 20, 30, 50, 99];
const DEFAULT_THRESHOLDS = [1, 2, 3, 4];

/**
 * @param readDefinition reads a suite that comes with the page
 * @param pageAddress what a relative address of an adapter is relative to
 */
export function experimentSurface(
  engine: Engine,
  readDefinition: (name: string) => Promise<SuiteDefinition | undefined>,
  pageAddress: string,
): ExperimentSurface {
  const request = async (call: string, options: unknown): Promise<ExperimentRequest> => {
    const known = readOptions(call, options, NAMES);
    const kind = readChoice("kind", known["kind"], KINDS);
    if (!kind) throw bad(`${call}: kind is missing; it needs to be one of ${KINDS.join(", ")}`);
    const seed = readSeed(known["seed"]);
    const suite = await readSource(call, known, { seed, readDefinition });
    const ofSuite = { suite, seed, ...readVariant(known["variant"]) };
    const ablating = { ...ofSuite, ...given("ablation", readChoice("ablation", known["ablation"], ABLATIONS)) };
    const counted = { ...ablating, onlyCorrect: readFlag("onlyCorrect", known["onlyCorrect"]) };
    if (kind === "heads")
      return { kind, ...counted, per: readChoice("per", known["per"], ["token", "answer"]) ?? "token" };
    if (kind === "memorise") return { kind, ...counted, heads: {} };
    const draws = known["draws"] === undefined ? DRAWS : readCount("draws", known["draws"]);
    if (kind === "concepts") return { kind, ...counted, draws, ...readConcepts(call, known) };
    if (kind === "bias") {
      return {
        kind,
        ...ablating,
        draws,
        counts: readCounts("counts", known["counts"], BIAS_COUNTS),
        scale: readScale(known["scale"]),
        controls: await readControls(call, known["controls"] ?? CONTROL_NAMES, { seed, readDefinition }),
      };
    }
    if (kind === "adapters") {
      return {
        kind,
        ...ofSuite,
        onlyCorrect: counted.onlyCorrect,
        draws,
        per: readChoice("per", known["per"], ["token", "answer"]) ?? "token",
        counts: readCounts("counts", known["counts"], ADAPTER_COUNTS),
        adapters: readAdapters(call, known["adapters"], pageAddress),
      };
    }
    if (kind === "pruning") {
      const { foundOn, fromLayer, head, count } = known;
      return {
        kind,
        ...counted,
        draws,
        per: readChoice("per", known["per"], ["token", "answer"]) ?? "token",
        counts: readCounts("counts", known["counts"], PRUNING_COUNTS),
        foundOn:
          foundOn === undefined ? suite : await readSource(call, { suite: foundOn, count }, { seed, readDefinition }),
        controls: await readControls(call, known["controls"] ?? PRUNING_CONTROL_NAMES, { seed, readDefinition }),
        ...given("head", head === undefined ? undefined : readHead(`${call}: head`, head)),
        ...given("fromLayer", fromLayer === undefined ? undefined : readWhole("fromLayer", fromLayer)),
      };
    }
    return {
      kind,
      ...counted,
      head: readHead(`${call}: head`, known["head"]),
      counts: readCounts("counts", known["counts"], DEFAULT_COUNTS),
      draws,
    };
  };
  return {
    planExperiment: async (options) => engine.planExperiment(await request("planExperiment", options)),
    runExperiment: async (options) => engine.runExperiment(await request("runExperiment", options)),
  };
}

interface SourceParts {
  readonly seed: number;
  readonly readDefinition: (name: string) => Promise<SuiteDefinition | undefined>;
}

async function readSource(
  call: string,
  { suite, count }: Record<string, unknown>,
  { seed, readDefinition }: SourceParts,
): Promise<SuiteSource> {
  if (typeof suite === "object" && suite !== null && "text" in suite && typeof suite.text === "string") {
    return { kind: "pasted", text: suite.text };
  }
  const definition = typeof suite === "string" ? await readDefinition(suite) : asDefinition(suite);
  if (!definition) {
    throw bad(
      `${call}: suite is ${show(suite)}; it needs to be the name of a suite, a definition of one, or { text } with a case a line`,
    );
  }
  return {
    kind: "definition",
    definition,
    seed,
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

function readAdapters(call: string, value: unknown, pageAddress: string): readonly NamedAdapter[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw bad(
      `${call}: adapters are ${show(value)}; they need to be an array as [{ kind: "hub", repo: "owner/name" }]`,
    );
  }
  return value.map((asked: unknown) => {
    const source = readAdapter(asked, pageAddress);
    keepTokenOf(source);
    return namedAdapter(choiceOfSource(source));
  });
}

function readSeed(value: unknown): number {
  if (value === undefined) return 1;
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value < 2 ** 32) return value;
  throw bad(`seed is ${show(value)}; it needs to be a whole number from 0`);
}

function readFlag(name: string, value: unknown): boolean {
  if (value === undefined || typeof value === "boolean") return value ?? false;
  throw bad(`${name} is ${show(value)}; it needs to be true or false`);
}

function readScale(value: unknown): number {
  if (value === undefined) return 0;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw bad(`scale is ${show(value)}; it needs to be a number`);
}

/** A few cases of each group of every suite. */
function readControls(call: string, value: unknown, parts: SourceParts): Promise<SuiteSource[]> {
  if (!Array.isArray(value)) {
    throw bad(`${call}: controls are ${show(value)}; they need to be an array of suites`);
  }
  return Promise.all(value.map((suite: unknown) => readSource(call, { suite, count: CONTROL_CASES }, parts)));
}

function readCounts(name: string, value: unknown, fallback: readonly number[]): readonly number[] {
  if (value === undefined) return fallback;
  if (Array.isArray(value) && value.length > 0) return value.map((count) => readCount(name, count));
  throw bad(`${name} are ${show(value)}; they need to be an array of whole numbers from 1`);
}

function readConcepts(call: string, { words, thresholds, belowLayer, lastAttention }: Record<string, unknown>) {
  return {
    words: readWords(call, words),
    thresholds: readCounts("thresholds", thresholds, DEFAULT_THRESHOLDS),
    ...given("belowLayer", belowLayer === undefined ? undefined : readCount("belowLayer", belowLayer)),
    ...given("lastAttention", lastAttention === undefined ? undefined : readCount("lastAttention", lastAttention)),
  };
}
