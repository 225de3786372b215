import { DEFAULT_THRESHOLDS } from "#analysis/chain/thresholds.ts";
import type { Chain, ChainThresholds } from "#protocol/chain.ts";
import { createStore } from "zustand/vanilla";
import type { ChainSettings, PublishedName } from "./link/finding.ts";
import { setChain, view } from "./view.ts";
import type { View } from "./view.ts";

/** Chains that others published, as the page has read them. */
export const publishedChains = createStore<{ readonly [Name in PublishedName]?: Chain }>(() => ({}));

export const showPublished = (name: PublishedName, chain: Chain) => publishedChains.setState({ [name]: chain });

/** The record that the page shows in place of the model's own numbers; undefined on every other tab. */
export const publishedShown = ({ tab, chain }: Pick<View, "tab" | "chain">): PublishedName | undefined =>
  tab === "chain" ? chain.published : undefined;

export const setLeastShare = (leastShare: number) => setChain({ ...view.getState().chain, leastShare });

/** Back at its default, a threshold leaves the link. */
export function setThreshold(name: keyof ChainThresholds, value: number): void {
  const { chain } = view.getState();
  const { [name]: _, ...others } = chain.thresholds;
  setChain({ ...chain, thresholds: value === DEFAULT_THRESHOLDS[name] ? others : { ...others, [name]: value } });
}

export const resetThresholds = () => setChain({ ...view.getState().chain, thresholds: {} });

/** Settings that are there only while somebody has set them. */
type Optional = "head" | "other" | "otherVariant" | "isMeasured" | "published";

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

/** Whether each edge is measured alone. */
export const setMeasured = (isMeasured: boolean) => setOptional("isMeasured", isMeasured || undefined);

/** A published chain in place of the model's own; undefined: the model's. */
export const setPublished = (published: ChainSettings["published"]) => setOptional("published", published);
