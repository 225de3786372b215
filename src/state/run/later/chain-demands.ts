import { DEFAULT_THRESHOLDS } from "#analysis/chain/thresholds.ts";
import { formatHead, formatNeuron } from "#model/ids.ts";
import type { NeuronId } from "#model/ids.ts";
import type { Intervention } from "#model/interventions.ts";
import type { Chain } from "#protocol/chain.ts";
import type { Token } from "#protocol/engine.ts";
import type { ChainSettings } from "../../link/finding.ts";
import { changesOf, ablationSourceOf, variantOf } from "../../question.ts";
import { following } from "../../requests/requests.ts";
import { changesKey, inBothRuns, keyOf, ablationSourceKey, subjectOf } from "../demand.ts";
import type { CleanRun, Demand, Demands, Moment } from "../demand.ts";
import type { Results } from "../results.ts";
import { otherRun } from "./other-run.ts";
import type { AskedOf } from "./other-run.ts";

/** Random groups that the deep neurons are held against. */
const DRAWS = 5;

/** The chain, the same with what is ablated, one to compare with, and what its neurons are worth against random ones. */
export function chainDemands(now: Moment, settings: ChainSettings, clean: CleanRun): Demands {
  const { id: target } = clean.target;
  const { prompt, interventions, variant = "base", ablationSource } = now;
  const asked = { thresholds: settings.thresholds, ...(settings.head && { head: settings.head }) };
  const own = { prompt, variant, target, ablationSource };
  const about = (changes: readonly Intervention[]) => subjectOf(now, clean, { interventions: changes, chain: asked });
  const demand = (changes: readonly Intervention[]) =>
    chainDemand({ ...own, interventions: changes }, settings, () => about(changes));
  const chain = demand([]);
  const other = otherRun(now, settings, target);
  return {
    ...inBothRuns("chain", now, demand),
    ...(other && {
      otherChain: chainDemand({ ...other, interventions, ablationSource }, settings, (found) =>
        subjectOf(now, runOf(found), { ...other, target: other.target, interventions, chain: asked }),
      ),
    }),
    ...(answersNow(now, chain) && {
      ...controlDemand(now, chain, clean),
      ...(settings.isMeasured && {
        chainEdges: edgesDemand(own, settings, { key: edgesKey(chain.key), about: () => about([]) }),
      }),
    }),
  };
}

/** What builds on a chain waits for it: one that is still to come brings its own. */
const answersNow = ({ slots: { chain } }: Moment, { key }: Demand<Chain>) =>
  chain.status === "done" && chain.answers === key;

/** @param chain the key of the chain whose edges they are */
export const edgesKey = (chain: string) => keyOf(chain, "edges");

function edgesDemand(
  asked: Omit<AskedOf, "interventions">,
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

/** A chain that was computed here knows its tokens by their ids. */
const runOf = ({ tokens, target }: Chain) => ({ tokens: tokens as readonly Token[], target: target as Token });

/** The key of the settings that decide which parts a chain has; a threshold at its default is as good as none. */
export const settingsKey = ({ thresholds, head }: Partial<ChainSettings>) =>
  keyOf({ ...DEFAULT_THRESHOLDS, ...thresholds }, head && formatHead(head));

/** Donor prompts count in the clean run's chain too: they take the place of each part whose effect is measured. */
export const chainKey = (asked: AskedOf, settings: ChainSettings) =>
  keyOf(
    asked.prompt,
    asked.target,
    changesKey(asked),
    ...ablationSourceKey(asked),
    settingsKey(settings),
    asked.variant,
  );

function chainDemand(asked: AskedOf, settings: ChainSettings, about: Demand<Chain>["about"]): Demand<Chain> {
  return {
    key: chainKey(asked, settings),
    about,
    run: (engine, reports) =>
      engine.chain(asked.prompt, { ...optionsOf(asked, settings), ...changesOf(asked) }, following(reports)),
  };
}

const optionsOf = (asked: Omit<AskedOf, "interventions">, { thresholds, head }: ChainSettings) => ({
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
