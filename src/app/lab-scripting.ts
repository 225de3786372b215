import type { Engine } from "#client/engine.ts";
import { parseHead, parseNeuron } from "#model/ids.ts";
import type { NeuronId } from "#model/ids.ts";
import type { InterventionText } from "#model/interventions.ts";
import type { Prompt, StandInOptions, VariantOptions } from "#protocol/engine.ts";
import { OPERATIONS } from "#analysis/operation.ts";
import type { Operation } from "#analysis/operation.ts";
import type {
  ConceptSearchOptions,
  ConceptSearchResult,
  IndexInfo,
  NeuronGroup,
  NeuronWiring,
  OperandPlot,
  OperandRange,
  PlotQuantity,
  TokenEnd,
  TokenSearchResult,
} from "#protocol/lab.ts";
import {
  bad,
  given,
  readChanges,
  readChoice,
  readCount,
  readNeuron,
  readOptions,
  readPrompt,
  readTarget,
  readVariant,
  readWhole,
  readWords,
  show,
} from "./script-arguments.ts";

/** What a plot measures: a neuron's activation, a head's effect, or the answer itself. */
export type QuantityText = "probability" | "logProbability" | { readonly neuron: string } | { readonly head: string };

export interface PlotText extends StandInOptions, VariantOptions {
  readonly template: string;
  readonly operation: Operation;
  readonly a: OperandRange;
  readonly b: OperandRange;
  readonly quantity?: QuantityText;
  readonly interventions?: readonly InterventionText[];
}

/** The neuron lab's part of `window.arithmoscope`. */
export interface LabSurface {
  buildIndex(options?: VariantOptions): Promise<IndexInfo>;
  /** The token's id, or the text of exactly one token. */
  searchNeurons(
    token: number | string,
    options?: VariantOptions & {
      readonly count?: number;
      readonly by?: "logit" | "rank";
      readonly end?: TokenEnd;
    },
  ): Promise<TokenSearchResult>;
  searchConcepts(
    options: Omit<ConceptSearchOptions, "count" | "atLeast"> & { readonly count?: number; readonly atLeast?: number },
  ): Promise<ConceptSearchResult>;
  operandPlot(options: PlotText): Promise<OperandPlot>;
  neuronGroup(
    prompt: Prompt,
    options: VariantOptions &
      StandInOptions & {
        readonly neurons: readonly (NeuronId | string)[];
        readonly interventions?: readonly InterventionText[];
        readonly target?: number | string;
        readonly draws?: number;
        readonly seed?: number;
      },
  ): Promise<NeuronGroup>;
  neuronWiring(at: NeuronId | string, options?: VariantOptions & { readonly count?: number }): Promise<NeuronWiring>;
}

const DEFAULT_COUNT = 20;
/** A token is looked up as it stands behind a sign: some tokenizers put a space before a text's first word. */
const BEHIND = "=";

export function labSurface(engine: Engine): LabSurface {
  return {
    async buildIndex(options) {
      const known = readOptions("buildIndex", options, ["variant"]);
      return engine.buildIndex(readVariant(known["variant"]));
    },

    async searchNeurons(token, options) {
      const known = readOptions("searchNeurons", options, ["count", "by", "end", "variant"]);
      const { target } = await readTarget(engine, BEHIND, token);
      if (target === undefined)
        throw bad("searchNeurons: the token is missing; it needs to be an id or a token's text");
      return engine.searchNeurons({
        ...readVariant(known["variant"]),
        token: target,
        count: countOr(DEFAULT_COUNT, known["count"]),
        by: readChoice("by", known["by"], ["logit", "rank"] as const) ?? "logit",
        end: readChoice("end", known["end"], ["promotes", "suppresses"] as const) ?? "promotes",
      });
    },

    async searchConcepts(options) {
      const names = ["words", "atLeast", "belowLayer", "lastAttention", "count", "variant"];
      const known = readOptions("searchConcepts", options, names);
      return engine.searchConcepts({
        ...readVariant(known["variant"]),
        words: readWords("searchConcepts", known["words"]),
        atLeast: countOr(1, known["atLeast"]),
        count: countOr(DEFAULT_COUNT, known["count"]),
        ...given(
          "belowLayer",
          optional(known["belowLayer"], (value) => readCount("belowLayer", value)),
        ),
        ...given(
          "lastAttention",
          optional(known["lastAttention"], (value) => readWhole("lastAttention", value)),
        ),
      });
    },

    async operandPlot(options) {
      const names = ["template", "operation", "a", "b", "quantity", "interventions", "standIns", "variant"];
      const known = readOptions("operandPlot", options, names);
      const { template } = known;
      if (typeof template !== "string") {
        throw bad(`operandPlot: template is ${show(template)}; it needs to be a text as "{a}+{b}="`);
      }
      const operation = readChoice("operation", known["operation"], OPERATIONS);
      if (!operation) throw bad(`operandPlot: operation is missing; it needs to be one of ${OPERATIONS.join(", ")}`);
      return engine.operandPlot({
        ...readVariant(known["variant"]),
        template,
        operation,
        a: readRange("a", known["a"]),
        b: readRange("b", known["b"]),
        quantity: readQuantity(known["quantity"] ?? "probability"),
        ...readChanges(known),
      });
    },

    async neuronGroup(prompt, options) {
      const names = ["neurons", "interventions", "standIns", "target", "draws", "seed", "variant"];
      const known = readOptions("neuronGroup", options, names);
      const { neurons } = known;
      if (!Array.isArray(neurons)) {
        throw bad(`neuronGroup: neurons are ${show(neurons)}; they need to be an array as ["L4N425", "L5N13"]`);
      }
      return engine.neuronGroup(readPrompt(prompt), {
        ...readVariant(known["variant"]),
        neurons: neurons.map(readNeuron),
        ...readChanges(known),
        ...given(
          "draws",
          optional(known["draws"], (value) => readCount("draws", value)),
        ),
        ...given(
          "seed",
          optional(known["seed"], (value) => readWhole("seed", value)),
        ),
        ...(await readTarget(engine, readPrompt(prompt), known["target"])),
      });
    },

    async neuronWiring(at, options) {
      const known = readOptions("neuronWiring", options, ["count", "variant"]);
      const count = optional(known["count"], (value) => readCount("count", value));
      return engine.neuronWiring(readNeuron(at), { ...readVariant(known["variant"]), ...given("count", count) });
    },
  };
}

const optional = <T>(value: unknown, read: (value: unknown) => T): T | undefined =>
  value === undefined ? undefined : read(value);
const countOr = (fallback: number, value: unknown) => (value === undefined ? fallback : readCount("count", value));

function readRange(name: string, value: unknown): OperandRange {
  const { from, to } = readOptions(name, value, ["from", "to"]);
  if (from === undefined || to === undefined) {
    throw bad(`${name} is ${show(value)}; it needs to be as { from: 0, to: 9 }`);
  }
  return { from: readWhole(`${name}.from`, from), to: readWhole(`${name}.to`, to) };
}

function readQuantity(value: unknown): PlotQuantity {
  if (value === "probability" || value === "logProbability") return { kind: value };
  const { neuron, head } = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  const neuronAt = typeof neuron === "string" ? parseNeuron(neuron) : undefined;
  if (neuronAt && head === undefined) return { kind: "activation", at: neuronAt };
  const headAt = typeof head === "string" ? parseHead(head) : undefined;
  if (headAt && neuron === undefined) return { kind: "head", at: headAt };
  throw bad(
    `quantity is ${show(value)}; it needs to be "probability", "logProbability", { neuron: "L4N425" } or { head: "L0H7" }`,
  );
}
