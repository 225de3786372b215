import type { Engine } from "#client/engine.ts";
import type { NeuronId } from "#model/ids.ts";
import type { InterventionText } from "#model/interventions.ts";
import type {
  AttentionNeurons,
  Chain,
  ChainThresholds,
  EnhancingGraph,
  HeadValues,
  Hop,
  LayerValues,
  PositionValues,
  PromptComparison,
  QueryNeurons,
  TracedNeurons,
  TracedPositions,
  TracedSources,
  TransferIntoNeuron,
} from "#protocol/chain.ts";
import type { Prompt, StandInOptions, VariantOptions } from "#protocol/engine.ts";
import {
  bad,
  readChanges,
  readChoice,
  readCount,
  readHead,
  readNeuron,
  readOptions,
  readPrompt,
  readStandIns,
  readTarget,
  readVariant,
  readWhole,
  show,
} from "./script-arguments.ts";

interface Targeted extends VariantOptions {
  readonly target?: number | string;
}

interface Intervened extends StandInOptions {
  readonly interventions?: readonly InterventionText[];
}

/** A head with its layer, or a layer alone; `weights` left out: `"none"`. */
export interface HopText {
  readonly head?: string;
  readonly layer?: number;
  readonly position: number;
  readonly weights?: "none" | "attention";
}

type NeuronText = NeuronId | string;

interface Traced extends Intervened, VariantOptions {
  readonly neuron: NeuronText;
  readonly path: readonly HopText[];
}

/** The logic chain's part of `window.arithmoscope`; see docs/scripting.md. */
export interface ChainSurface {
  layerValues(prompt: Prompt, options?: Targeted & Intervened): Promise<LayerValues>;
  headValues(prompt: Prompt, options?: Targeted & Intervened): Promise<HeadValues>;
  positionValues(prompt: Prompt, options: Targeted & Intervened & { readonly head: string }): Promise<PositionValues>;
  comparePrompts(
    prompt: Prompt,
    options: Targeted & Intervened & { readonly other: Prompt; readonly count: number },
  ): Promise<PromptComparison>;
  featureTransfer(
    prompt: Prompt,
    options: Intervened & VariantOptions & { readonly neuron: NeuronText; readonly layer: number },
  ): Promise<TransferIntoNeuron>;
  traceSources(prompt: Prompt, options: Traced): Promise<TracedSources>;
  tracePositions(prompt: Prompt, options: Traced & { readonly layer: number }): Promise<TracedPositions>;
  traceNeurons(
    prompt: Prompt,
    options: Traced & { readonly layer: number; readonly count: number },
  ): Promise<TracedNeurons>;
  enhancingGraph(
    prompt: Prompt,
    options: Targeted & StandInOptions & { readonly neurons: readonly NeuronText[] },
  ): Promise<EnhancingGraph>;
  chain(
    prompt: Prompt,
    options?: Targeted & Intervened & { readonly thresholds?: Partial<ChainThresholds>; readonly head?: string },
  ): Promise<Chain>;
  attentionNeurons(
    prompt: Prompt,
    options: Targeted & Intervened & { readonly count: number },
  ): Promise<AttentionNeurons>;
  queryNeurons(
    prompt: Prompt,
    options: Targeted & Intervened & { readonly count: number; readonly of?: number },
  ): Promise<QueryNeurons>;
}

/** Value neurons that query neurons are asked of, as in the sister paper. */
const DEFAULT_OF = 30;

export function chainSurface(engine: Engine): ChainSurface {
  const asked = async (prompt: Prompt, known: Record<string, unknown>) => ({
    ...readChanges(known),
    ...readVariant(known["variant"]),
    ...(await readTarget(engine, prompt, known["target"])),
  });
  return {
    async layerValues(prompt, options) {
      const known = readOptions("layerValues", options, ["interventions", "standIns", "target", "variant"]);
      return engine.layerValues(readPrompt(prompt), await asked(prompt, known));
    },

    async headValues(prompt, options) {
      const known = readOptions("headValues", options, ["interventions", "standIns", "target", "variant"]);
      return engine.headValues(readPrompt(prompt), await asked(prompt, known));
    },

    async positionValues(prompt, options) {
      const known = readOptions("positionValues", options, ["head", "interventions", "standIns", "target", "variant"]);
      return engine.positionValues(readPrompt(prompt), {
        at: readHead("head", known["head"]),
        ...(await asked(prompt, known)),
      });
    },

    async comparePrompts(prompt, options) {
      const known = readOptions("comparePrompts", options, [
        "other",
        "count",
        "interventions",
        "standIns",
        "target",
        "variant",
      ]);
      if (known["other"] === undefined) throw bad("comparePrompts: other is missing; it is the prompt to compare with");
      return engine.comparePrompts(readPrompt(prompt), {
        other: readPrompt(known["other"]),
        count: readCount("count", known["count"]),
        ...(await asked(prompt, known)),
      });
    },

    async featureTransfer(prompt, options) {
      const known = readOptions("featureTransfer", options, [
        "neuron",
        "layer",
        "interventions",
        "standIns",
        "variant",
      ]);
      return engine.featureTransfer(readPrompt(prompt), {
        neuron: readNeuron(known["neuron"]),
        layer: readWhole("layer", known["layer"]),
        ...readChanges(known),
        ...readVariant(known["variant"]),
      });
    },

    async traceSources(prompt, options) {
      const known = readOptions("traceSources", options, TRACED);
      return engine.traceSources(readPrompt(prompt), readTrace(known));
    },

    async tracePositions(prompt, options) {
      const known = readOptions("tracePositions", options, [...TRACED, "layer"]);
      return engine.tracePositions(readPrompt(prompt), {
        ...readTrace(known),
        layer: readWhole("layer", known["layer"]),
      });
    },

    async traceNeurons(prompt, options) {
      const known = readOptions("traceNeurons", options, [...TRACED, "layer", "count"]);
      return engine.traceNeurons(readPrompt(prompt), {
        ...readTrace(known),
        layer: readWhole("layer", known["layer"]),
        count: readCount("count", known["count"]),
      });
    },

    async enhancingGraph(prompt, options) {
      const known = readOptions("enhancingGraph", options, ["neurons", "standIns", "target", "variant"]);
      const { neurons } = known;
      if (!Array.isArray(neurons)) {
        throw bad(`enhancingGraph: neurons are ${show(neurons)}; they need to be an array as ["L1N452", "L4N425"]`);
      }
      return engine.enhancingGraph(readPrompt(prompt), {
        neurons: neurons.map(readNeuron),
        ...readStandIns(known["standIns"]),
        ...readVariant(known["variant"]),
        ...(await readTarget(engine, prompt, known["target"])),
      });
    },

    async chain(prompt, options) {
      const known = readOptions("chain", options, [
        "thresholds",
        "head",
        "interventions",
        "standIns",
        "target",
        "variant",
      ]);
      return engine.chain(readPrompt(prompt), {
        ...(known["thresholds"] !== undefined && { thresholds: readThresholds(known["thresholds"]) }),
        ...(known["head"] !== undefined && { head: readHead("head", known["head"]) }),
        ...(await asked(prompt, known)),
      });
    },

    async attentionNeurons(prompt, options) {
      const known = readOptions("attentionNeurons", options, [
        "count",
        "interventions",
        "standIns",
        "target",
        "variant",
      ]);
      const count = readCount("count", known["count"]);
      return engine.attentionNeurons(readPrompt(prompt), { count, ...(await asked(prompt, known)) });
    },

    async queryNeurons(prompt, options) {
      const known = readOptions("queryNeurons", options, [
        "count",
        "of",
        "interventions",
        "standIns",
        "target",
        "variant",
      ]);
      return engine.queryNeurons(readPrompt(prompt), {
        count: readCount("count", known["count"]),
        of: readCount("of", known["of"] ?? DEFAULT_OF),
        ...(await asked(prompt, known)),
      });
    },
  };
}

const TRACED = ["neuron", "path", "interventions", "standIns", "variant"];

function readTrace(known: Record<string, unknown>) {
  const { path } = known;
  if (!Array.isArray(path)) {
    throw bad(`path is ${show(path)}; it needs to be an array as [{ head: "L3H6", position: 4 }]`);
  }
  return {
    neuron: readNeuron(known["neuron"]),
    path: path.map(readHop),
    ...readChanges(known),
    ...readVariant(known["variant"]),
  };
}

function readHop(hop: unknown): Hop {
  const { head, layer, position, weights } = readOptions("hop", hop, ["head", "layer", "position", "weights"]);
  if ((head === undefined) === (layer === undefined)) {
    throw bad(
      `hop has ${head === undefined ? "neither head nor layer" : "both head and layer"}; one of them is needed`,
    );
  }
  return {
    ...(head === undefined ? { layer: readWhole("layer", layer) } : readHead("head", head)),
    position: readWhole("position", position),
    weights: readChoice("weights", weights, ["none", "attention"] as const) ?? "none",
  };
}

const THRESHOLDS = [
  "headEffect",
  "promotingShare",
  "neuronChange",
  "transferShare",
  "shallowShare",
  "enhancingDrop",
] as const satisfies readonly (keyof ChainThresholds)[];

function readThresholds(value: unknown): Partial<ChainThresholds> {
  const known = readOptions("thresholds", value, THRESHOLDS);
  for (const [name, each] of Object.entries(known)) {
    if (typeof each !== "number") throw bad(`threshold ${name} is ${show(each)}; it needs to be a number from 0`);
  }
  return known;
}
