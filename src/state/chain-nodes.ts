import type { Intervention } from "#model/interventions.ts";
import type { Chain, ChainThresholds } from "#protocol/chain.ts";
import { DEFAULT_CHAIN } from "./link/finding.ts";
import type { ChainSettings } from "./link/finding.ts";
import { scaleOf, toggleParts } from "./question.ts";
import type { Part } from "./question.ts";
import { view } from "./view.ts";

/** The chain's settings that a person moved; undefined if all stand as they begin. */
export function changedSettings({
  thresholds,
  leastShare,
  ...rest
}: ChainSettings): Partial<ChainSettings> | undefined {
  const changed = {
    ...rest,
    ...(Object.keys(thresholds).length > 0 && { thresholds }),
    ...(leastShare !== DEFAULT_CHAIN.leastShare && { leastShare }),
  };
  return Object.keys(changed).length > 0 ? changed : undefined;
}

/** The threshold behind each criterion of a predicting head. */
const BEHIND = {
  "head-effect": "headEffect",
  "promoting-share": "promotingShare",
  "deep-neurons": "neuronChange",
} as const satisfies { readonly [measure: string]: keyof ChainThresholds };

const isBehind = (measure: string): measure is keyof typeof BEHIND => Object.hasOwn(BEHIND, measure);

/** What would have to be moved, and where to, for the criterion to hold that keeps a chain from having a predicting head. */
export function lowerThreshold({
  stages,
}: Chain): { readonly name: keyof ChainThresholds; readonly value: number } | undefined {
  const { criteria } = stages.find(({ name }) => name === "feature-predicting")!;
  const failed = criteria.find(({ holds }) => !holds);
  if (!failed || !isBehind(failed.measure)) return undefined;
  // how much the best neuron loses is not known here
  const reached = failed.measure === "deep-neurons" ? 0 : Math.floor((failed.value ?? 0) * 100) / 100;
  return reached < 0 || reached === view.getState().chain.thresholds[BEHIND[failed.measure]]
    ? undefined
    : { name: BEHIND[failed.measure], value: reached };
}

type Ablatable = Chain["nodes"][number];

/** Whether a node is off: everything that takes it out is at scale 0. */
export const isNodeAblated = ({ switchOff }: Ablatable, interventions: readonly Intervention[]) =>
  switchOff.length > 0 && switchOff.every((part) => scaleOf(interventions, part) === 0);

/** The head or neuron that a node is. None of what is no single part of the model here: words, attention layers, and whatever is only published. */
export function partOf({ kind, layer, index, switchOff }: Chain["nodes"][number]): Part | undefined {
  if (layer === undefined || index === undefined || switchOff.length === 0) return undefined;
  return kind === "head" ? { kind, at: { layer, head: index } } : { kind: "neuron", at: { layer, neuron: index } };
}

export const toggleNode = ({ switchOff }: Ablatable) => toggleParts(switchOff);
