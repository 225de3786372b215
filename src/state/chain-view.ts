import { publishedChain } from "#analysis/chain/published.ts";
import type { PublishedRecord } from "#analysis/chain/published.ts";
import { DEFAULT_THRESHOLDS } from "#analysis/chain/thresholds.ts";
import type { Intervention } from "#model/interventions.ts";
import type { Chain, ChainThresholds } from "#protocol/chain.ts";
import { createStore } from "zustand/vanilla";
import { DEFAULT_CHAIN } from "./link/finding.ts";
import type { ChainSettings, PublishedName } from "./link/finding.ts";
import { scaleOf, toggleParts } from "./question.ts";
import type { Part } from "./question.ts";
import { setChain, view } from "./view.ts";
import type { View } from "./view.ts";

/** Chains that others published, as the page has read them. */
export const publishedChains = createStore<{ readonly [Name in PublishedName]?: Chain }>(() => ({}));

export const showPublished = (name: PublishedName, record: PublishedRecord) =>
  publishedChains.setState({ [name]: publishedChain(record) });

/** The record that the page shows in place of the model's own numbers; undefined on every other tab. */
export const publishedShown = ({ tab, chain }: Pick<View, "tab" | "chain">): PublishedName | undefined =>
  tab === "chain" ? chain.published : undefined;

/** What a person moved; undefined if all stands as it begins. */
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

export const setLeastShare = (leastShare: number) => setChain({ ...view.getState().chain, leastShare });

/** Back at its default, a threshold leaves the link. */
export function setThreshold(name: keyof ChainThresholds, value: number): void {
  const { chain } = view.getState();
  const { [name]: _, ...others } = chain.thresholds;
  setChain({ ...chain, thresholds: value === DEFAULT_THRESHOLDS[name] ? others : { ...others, [name]: value } });
}

/** Of the criteria of a predicting head, the threshold behind each. */
const BEHIND = {
  "head-effect": "headEffect",
  "promoting-share": "promotingShare",
  "deep-neurons": "neuronChange",
} as const satisfies { readonly [measure: string]: keyof ChainThresholds };

const isBehind = (measure: string): measure is keyof typeof BEHIND => measure in BEHIND;

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

export const resetThresholds = () => setChain({ ...view.getState().chain, thresholds: {} });

/** Settings that are there only while somebody has set them. */
type Optional = "head" | "other" | "otherVariant" | "published";

function setOptional<Name extends Optional>(name: Name, value: ChainSettings[Name] | undefined): void {
  const { [name]: _, ...rest } = view.getState().chain;
  const others = rest as ChainSettings; // only what is optional is left out
  setChain(value === undefined ? others : { ...others, [name]: value });
}

/** The head that is explained as the predicting one; undefined: the most important. */
export const setPredictingHead = (head: ChainSettings["head"]) => setOptional("head", head);

/** The prompt to compare with; undefined ends it. */
export const setOtherPrompt = (other: ChainSettings["other"]) => setOptional("other", other);

/** The variant to compare with; undefined ends it. */
export const setOtherVariant = (variant: ChainSettings["otherVariant"]) => setOptional("otherVariant", variant);

/** A published chain in place of the model's own; undefined: the model's. */
export const setPublished = (published: ChainSettings["published"]) => setOptional("published", published);

type Switchable = Chain["nodes"][number];

/** Everything that takes a node out is at scale 0. */
export const isNodeOff = ({ switchOff }: Switchable, interventions: readonly Intervention[]) =>
  switchOff.length > 0 && switchOff.every((part) => scaleOf(interventions, part) === 0);

/** The head or neuron that a node is. None of what is no single part of the model here: words, attention layers, and whatever is only published. */
export function partOf({ kind, layer, index, switchOff }: Chain["nodes"][number]): Part | undefined {
  if (layer === undefined || index === undefined || switchOff.length === 0) return undefined;
  return kind === "head" ? { kind, at: { layer, head: index } } : { kind: "neuron", at: { layer, neuron: index } };
}

export const toggleNode = ({ switchOff }: Switchable) => toggleParts(switchOff);
