import type { Engine } from "#client/engine.ts";
import type { SuiteDefinition } from "#protocol/experiments.ts";
import { Fault, faultCode } from "#core/fault.ts";
import { BACKENDS, DTYPES } from "#model/checkpoint.ts";
import type { CheckpointSource } from "#model/checkpoint.ts";
import type { NeuronId } from "#model/ids.ts";
import type { InterventionText } from "#model/interventions.ts";
import type {
  AdapterInfo,
  Generation,
  HeadSweep,
  LoadOptions,
  ModelInfo,
  NeuronChange,
  NeuronIncrease,
  NeuronTokens,
  Prediction,
  Prompt,
  RankedToken,
  ScoredAnswer,
  StandInOptions,
  Token,
  Variant,
} from "#protocol/engine.ts";
import { chainSurface } from "./chain-scripting.ts";
import type { ChainSurface } from "./chain-scripting.ts";
import { experimentSurface } from "./experiment-scripting.ts";
import type { ExperimentSurface } from "./experiment-scripting.ts";
import { labSurface } from "./lab-scripting.ts";
import type { LabSurface } from "./lab-scripting.ts";
import {
  bad,
  given,
  readAdapter,
  readAgainst,
  readAnswer,
  readChanges,
  readChoice,
  readCount,
  readNeuron,
  readOptions,
  readPrompt,
  readSource,
  readStandIns,
  readTarget,
  readVariant,
  show,
} from "./script-arguments.ts";

export type ScriptSource =
  | { readonly kind: "bundled" }
  | {
      readonly kind: "hub";
      readonly repo: string;
      readonly revision?: string;
      readonly token?: string;
      readonly hub?: string;
    }
  | { readonly kind: "url"; readonly base: string }
  | { readonly kind: "files"; readonly files: readonly File[] };

/** A token id, or the text of exactly one token; left out: the clean run's most probable token. */
interface Targeted extends OfVariant {
  readonly target?: number | string;
}

interface OfVariant {
  /** `"base"` or `"adapted"`; left out: the base. */
  readonly variant?: Variant;
}

interface Intervened extends StandInOptions {
  readonly interventions?: readonly InterventionText[];
}

interface Counted {
  readonly count: number;
}

/**
 * `window.arithmoscope`: the engine of the page, for the console, for notebooks and for tests. Log-probabilities and
 * increases are in nats. Every call rejects with an `Error` whose `code` is a `FaultCode`; see docs/scripting.md.
 */
export interface ScriptingSurface extends LabSurface, ExperimentSurface, ChainSurface {
  load(
    source: ScriptSource,
    options?: Omit<LoadOptions, "adapter"> & { readonly adapter?: ScriptSource },
  ): Promise<ModelInfo>;
  attachAdapter(source: ScriptSource): Promise<AdapterInfo>;
  detachAdapter(): Promise<void>;
  tokenize(text: string): Promise<{ ids: number[]; texts: string[] }>;
  predict(
    prompt: Prompt,
    options?: Targeted & Intervened & { readonly top?: number },
  ): Promise<{ tokens: Token[]; top: RankedToken[]; target: Prediction["target"] }>;
  scoreAnswer(
    prompt: Prompt,
    options: OfVariant & Intervened & { readonly answer: string | readonly number[] },
  ): Promise<ScoredAnswer>;
  generate(prompt: Prompt, options: OfVariant & { readonly tokens: number }): Promise<Generation>;
  sweepHeads(prompt: Prompt, options?: Targeted & StandInOptions): Promise<HeadSweep>;
  layerIncrease(prompt: Prompt, options?: Targeted & Intervened): Promise<{ attention: number[]; ffn: number[] }>;
  topNeurons(
    prompt: Prompt,
    options: Targeted & Intervened & Counted,
  ): Promise<{ rows: NeuronIncrease[]; evaluated: number; certified: boolean }>;
  compareNeurons(
    prompt: Prompt,
    options: Targeted & Intervened & Counted & { readonly against?: { readonly variant: Variant } },
  ): Promise<{ target: number; rows: NeuronChange[]; evaluated: number; certified: boolean }>;
  /** `{ layer: 4, neuron: 425 }` or `"L4N425"`. */
  neuron(at: NeuronId | string, options?: OfVariant): Promise<NeuronTokens>;
}

export interface ScriptingParts {
  readonly engine: Engine;
  /** The page's own way of loading, so that the page shows what a script has loaded. */
  readonly load: (source: CheckpointSource, options: LoadOptions) => Promise<ModelInfo>;
  /** The page's own way of attaching an adapter, and of leaving it. */
  readonly attach: (source: CheckpointSource) => Promise<AdapterInfo>;
  readonly detach: () => Promise<void>;
  readonly bundled: CheckpointSource;
  /** Reads a suite that comes with the page; undefined for a name that none has. */
  readonly readSuite: (name: string) => Promise<SuiteDefinition | undefined>;
  /** What a relative address is relative to. */
  readonly pageAddress: string;
}

declare global {
  interface Window {
    arithmoscope: ScriptingSurface;
  }
}

export function installScriptingSurface(
  parts: ScriptingParts,
  host: Partial<Pick<Window, "arithmoscope">> = window,
): void {
  host.arithmoscope = scriptingSurface(parts);
}

function scriptingSurface({
  engine,
  load,
  attach,
  detach,
  bundled,
  readSuite,
  pageAddress,
}: ScriptingParts): ScriptingSurface {
  const target = (prompt: unknown, given: unknown) => readTarget(engine, readPrompt(prompt), given);
  const surface: ScriptingSurface = {
    async load(source, options) {
      const known = readOptions("load", options, ["dtype", "backend", "adapter"]);
      const asked = {
        ...given("dtype", readChoice("dtype", known["dtype"], DTYPES)),
        ...given("backend", readChoice("backend", known["backend"], BACKENDS)),
        ...given("adapter", known["adapter"] === undefined ? undefined : readAdapter(known["adapter"], pageAddress)),
      };
      return load(readSource(source, bundled, pageAddress), asked);
    },

    attachAdapter: async (source) => attach(readAdapter(source, pageAddress)),

    detachAdapter: async () => detach(),

    async tokenize(text) {
      if (typeof text !== "string") throw bad(`tokenize: text is ${show(text)}; it needs to be a string`);
      const { ids, texts } = await engine.tokenize(text);
      return { ids, texts };
    },

    async predict(prompt, options) {
      const known = readOptions("predict", options, ["interventions", "standIns", "target", "top", "variant"]);
      const asked = {
        ...readVariant(known["variant"]),
        ...readChanges(known),
        ...given("top", known["top"] === undefined ? undefined : readCount("top", known["top"])),
      };
      const found = await engine.predict(readPrompt(prompt), { ...asked, ...(await target(prompt, known["target"])) });
      return { tokens: found.tokens, top: found.top, target: found.target };
    },

    async scoreAnswer(prompt, options) {
      const known = readOptions("scoreAnswer", options, ["answer", "interventions", "standIns", "variant"]);
      const asked = {
        ...readVariant(known["variant"]),
        answer: readAnswer(known["answer"]),
        ...readChanges(known),
      };
      const { tokens, logProbability, correct } = await engine.scoreAnswer(readPrompt(prompt), asked);
      return { tokens, logProbability, correct };
    },

    async generate(prompt, options) {
      const known = readOptions("generate", options, ["tokens", "variant"]);
      const asked = { tokens: readCount("tokens", known["tokens"]), ...readVariant(known["variant"]) };
      const { ids, text } = await engine.generate(readPrompt(prompt), asked);
      return { ids, text };
    },

    async sweepHeads(prompt, options) {
      const known = readOptions("sweepHeads", options, ["standIns", "target", "variant"]);
      const asked = {
        ...readVariant(known["variant"]),
        ...readStandIns(known["standIns"]),
        ...(await target(prompt, known["target"])),
      };
      const found = await engine.sweepHeads(readPrompt(prompt), asked);
      return { target: found.target, baseline: found.baseline, logProbability: found.logProbability };
    },

    async layerIncrease(prompt, options) {
      const known = readOptions("layerIncrease", options, ["interventions", "standIns", "target", "variant"]);
      const asked = {
        ...readVariant(known["variant"]),
        ...readChanges(known),
        ...(await target(prompt, known["target"])),
      };
      const found = await engine.layerIncrease(readPrompt(prompt), asked);
      return { attention: found.attention, ffn: found.ffn };
    },

    async topNeurons(prompt, options) {
      const known = readOptions("topNeurons", options, ["count", "interventions", "standIns", "target", "variant"]);
      const count = readCount("count", known["count"]);
      const asked = {
        ...readVariant(known["variant"]),
        ...readChanges(known),
      };
      const found = await engine.topNeurons(readPrompt(prompt), {
        count,
        ...asked,
        ...(await target(prompt, known["target"])),
      });
      return { rows: found.rows, evaluated: found.evaluated, certified: found.certified };
    },

    async compareNeurons(prompt, options) {
      const known = readOptions("compareNeurons", options, [
        "count",
        "interventions",
        "standIns",
        "target",
        "variant",
        "against",
      ]);
      const count = readCount("count", known["count"]);
      const changes = readChanges(known);
      const against = readAgainst(known["against"]);
      if (!changes.interventions && !against)
        throw bad(
          'compareNeurons: interventions are missing; it compares the run with them to the clean run, or with against: { variant: "adapted" } two variants',
        );
      const asked = {
        count,
        ...readVariant(known["variant"]),
        ...changes,
        ...given("against", against),
        ...(await target(prompt, known["target"])),
      };
      const found = await engine.compareNeurons(readPrompt(prompt), asked);
      return { target: found.target, rows: found.rows, evaluated: found.evaluated, certified: found.certified };
    },

    async neuron(at, options) {
      const known = readOptions("neuron", options, ["variant"]);
      const { promotes, suppresses } = await engine.neuron(readNeuron(at), readVariant(known["variant"]));
      return { promotes, suppresses };
    },

    ...labSurface(engine),
    ...experimentSurface(engine, readSuite, pageAddress),
    ...chainSurface(engine),
  };
  return withCodes(surface);
}

/** Gives every failure a code, also one that nobody foresaw. */
function withCodes(surface: ScriptingSurface): ScriptingSurface {
  const calls = Object.entries(surface).map(([name, call]: [string, (...args: never[]) => Promise<unknown>]) => [
    name,
    async (...args: never[]) => {
      try {
        return await call(...args);
      } catch (reason) {
        if (reason instanceof Fault) throw reason;
        const message = reason instanceof Error ? reason.message : String(reason);
        throw new Fault(faultCode(reason), `${name}: ${message}`, { cause: reason });
      }
    },
  ]);
  return Object.fromEntries(calls);
}
