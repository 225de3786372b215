import { DEFAULT_THRESHOLDS } from "#analysis/chain/thresholds.ts";
import { formatHead, formatNeuron } from "#model/ids.ts";
import type { NeuronId } from "#model/ids.ts";
import type { Chain } from "#protocol/chain.ts";
import type { Token, Variant } from "#protocol/engine.ts";
import type { ChainSettings } from "../../link/finding.ts";
import { changesOf, ablationSourceOf, variantOf } from "../../question.ts";
import type { Question } from "../../question.ts";
import { changesKey, following, keyOf, ablationSourceKey, subjectOf } from "../demand.ts";
import type { CleanRun, Demand, Demands, Moment } from "../demand.ts";
import type { Results } from "../results.ts";

/** Random groups that the deep neurons are held against. */
const DRAWS = 5;

/** The chain, the same with what is switched off, one to compare with, and what its neurons are worth against random ones. */
export function chainDemands(now: Moment, settings: ChainSettings, clean: CleanRun): Demands {
  const { id: target } = clean.target;
  const { prompt, interventions, variant = "base", ablationSource } = now;
  const asked = { thresholds: settings.thresholds, ...(settings.head && { head: settings.head }) };
  const own = { prompt, variant, target, ablationSource };
  const about = () => subjectOf(now, clean, { chain: asked });
  const chain = chainDemand({ ...own, interventions: [] }, settings, about);
  const other = comparedWith(now, settings);
  return {
    chain,
    ...(interventions.length > 0 && {
      chainAfter: chainDemand({ ...own, interventions }, settings, () =>
        subjectOf(now, clean, { interventions, chain: asked }),
      ),
    }),
    ...(other && {
      otherChain: chainDemand(
        { ...other, ...(other.prompt === prompt && { target }), interventions, ablationSource },
        settings,
        (found) =>
          subjectOf(now, runOf(found), {
            ...other,
            target: other.prompt === prompt ? target : undefined,
            interventions,
            chain: asked,
          }),
      ),
    }),
    ...(answersNow(now, chain) && {
      ...controlDemand(now, chain, clean),
      ...(settings.isMeasured && { chainEdges: edgesDemand(own, settings, { key: edgesKey(chain.key), about }) }),
    }),
  };
}

/** What builds on a chain waits for it: one that is still to come brings its own. */
const answersNow = ({ slots: { chain } }: Moment, { key }: Demand<Chain>) =>
  chain.status === "done" && chain.answers === key;

/** @param chain the key of the chain whose edges they are */
export const edgesKey = (chain: string) => keyOf(chain, "edges");

function edgesDemand(
  asked: Omit<Asked, "interventions">,
  settings: ChainSettings,
  answers: Omit<Demand<Results["chainEdges"]>, "run">,
): Demand<Results["chainEdges"]> {
  return {
    ...answers,
    run: (engine, { signal, partial, progress }) =>
      engine.chainEdges(
        asked.prompt,
        { ...optionsOf(asked, settings), ...ablationSourceOf(asked) },
        {
          signal,
          onProgress(report) {
            if ("done" in report) progress(report);
            else partial(report);
          },
        },
      ),
  };
}

interface Asked extends Pick<Question, "interventions" | "ablationSource"> {
  readonly prompt: string;
  readonly variant: Variant;
  /** Left out: the run's own answer. */
  readonly target?: number;
}

/** A second prompt answers for itself; the same prompt in the other variant is asked about the same target. */
function comparedWith(
  now: Moment,
  { other, otherVariant }: ChainSettings,
): Pick<Asked, "prompt" | "variant"> | undefined {
  const { prompt, variant = "base", hasAdapter } = now;
  const isMissing = otherVariant === "adapted" && !hasAdapter;
  if ((!other && !otherVariant) || isMissing) return undefined;
  return { prompt: other || prompt, variant: otherVariant ?? variant };
}

/** A chain that was computed here knows its tokens by their ids. */
const runOf = ({ tokens, target }: Chain) => ({ tokens: tokens as readonly Token[], target: target as Token });

/** The key of the settings that decide which parts a chain has; a threshold at its default is as good as none. */
export const settingsKey = ({ thresholds, head }: Partial<ChainSettings>) =>
  keyOf({ ...DEFAULT_THRESHOLDS, ...thresholds }, head && formatHead(head));

/** Donor prompts count in the clean run's chain too: they take the place of each part whose effect is measured. */
export const chainKey = (asked: Asked, settings: ChainSettings) =>
  keyOf(
    asked.prompt,
    asked.target,
    changesKey(asked),
    ...ablationSourceKey(asked),
    settingsKey(settings),
    asked.variant,
  );

function chainDemand(asked: Asked, settings: ChainSettings, about: Demand<Chain>["about"]): Demand<Chain> {
  return {
    key: chainKey(asked, settings),
    about,
    run: (engine, reports) =>
      engine.chain(asked.prompt, { ...optionsOf(asked, settings), ...changesOf(asked) }, following(reports)),
  };
}

const optionsOf = (asked: Omit<Asked, "interventions">, { thresholds, head }: ChainSettings) => ({
  thresholds,
  ...(head && { head }),
  ...(asked.target !== undefined && { target: asked.target }),
  ...variantOf(asked),
});

function controlDemand(now: Moment, { key }: Demand<Chain>, clean: CleanRun): Demands {
  const { id: target } = clean.target;
  const neurons = deepNeurons(now.slots.chain.value!);
  if (neurons.length === 0) return {};
  const { prompt } = now;
  const chainControl: Demand<Results["chainControl"]> = {
    key: keyOf(key, neurons.map(formatNeuron)),
    about: () => subjectOf(now, clean),
    run: (engine, { signal }) =>
      engine.neuronGroup(
        prompt,
        { neurons, draws: DRAWS, target, ...ablationSourceOf(now), ...variantOf(now) },
        { signal },
      ),
  };
  return { chainControl };
}

const deepNeurons = ({ nodes }: Chain): NeuronId[] =>
  nodes.flatMap(({ kind, layer, index }) =>
    kind === "deep-neuron" && layer !== undefined && index !== undefined ? [{ layer, neuron: index }] : [],
  );
