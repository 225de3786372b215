import { shownTokens } from "#charts/chain/chain-distribution.ts";
import type { ShownToken } from "#charts/chain/chain-marks.ts";
import type { Chain } from "#analysis/chain/chain.ts";
import { withPaths } from "#analysis/chain/edges/chain-cuts.ts";
import { formatHead } from "#model/ids.ts";
import { edgesKey } from "#state/run/later/chain-demands.ts";
import { isSameRun, isSameSubject } from "#state/subject.ts";
import type { Subject } from "#state/subject.ts";
import type { Prediction, RankedToken, Slots } from "#state/run/results.ts";
import type { Origin } from "../exports/drawn.ts";
import { tokenText } from "../shared/words/token-text.ts";
import { interventionsText } from "../shared/words/part-name.ts";
import { shownChain } from "./words/chain-words.ts";

/** One chain as it stands on the page. */
export interface ShownChain {
  /** The prompt, and what else tells it from the one beside it. */
  readonly title: string;
  /** Whose it is; undefined where nobody says. */
  readonly origin: Origin | undefined;
  /** In the run that is shown. */
  readonly chain: Chain;
  /** The same in the clean run, where there are both to compare; else the same object. */
  readonly clean: Chain;
  /** Whether `chain` is of a run in which something is ablated. */
  readonly isChanged: boolean;
  /** The bars of the prediction, and what the two of a token are of. */
  readonly tokens: readonly ShownToken[];
  readonly beforeName: string;
  readonly afterName: string;
}

/** Tokens in the prediction of the drawing. */
const SHOWN_TOKENS = 5;

interface Given {
  /** Of the same run with nothing ablated. */
  readonly clean?: Chain;
  readonly isChanged?: boolean;
  /** What the chain was asked of, where it was computed here. */
  readonly about?: Subject | undefined;
}

function originOf({ provenance, prompt = "", tokens, target }: Chain, about: Subject | undefined): Origin | undefined {
  if (provenance.kind === "published") return { ...provenance, prompt, tokens, target: target.text };
  return about && { kind: "computed", subject: about };
}

/** A chain shown with what its predicting head is worth in the prediction. */
export function withoutHead(title: string, chain: Chain, given: Given = {}): ShownChain {
  const { clean = chain, isChanged = false, about } = given;
  const shown = shownChain(chain);
  const { ablation, target } = shown;
  return {
    title,
    origin: originOf(chain, about),
    chain: shown,
    clean: clean === chain ? shown : shownChain(clean),
    isChanged,
    tokens: ablation
      ? shownTokens(
          ablation.before,
          ablation.after,
          { text: target.text, before: ablation.targetBefore, after: ablation.targetAfter },
          SHOWN_TOKENS,
        )
      : [],
    beforeName: "as it is",
    afterName: ablation ? `without ${formatHead(ablation.head)}` : "",
  };
}

/** A chain shown with what the interventions do to the prediction. */
function withChanges(
  chains: { readonly clean: Chain; readonly after: Chain },
  runs: { readonly before: Prediction; readonly after: Prediction },
  title: string,
  about: Subject,
): ShownChain {
  const { before, after } = runs;
  const texts = (lists: readonly (readonly RankedToken[])[]) =>
    lists.flat().map(({ text, probability }) => ({ text: tokenText(text), probability }));
  const shown = withoutHead(title, chains.after, { clean: chains.clean, isChanged: true, about });
  return {
    ...shown,
    tokens: shownTokens(
      texts([before.top, after.clean?.included ?? []]),
      texts([after.top, after.included]),
      {
        text: tokenText(before.target.text),
        before: before.target.logProbability,
        after: after.target.logProbability,
      },
      SHOWN_TOKENS,
    ),
    afterName: interventionsText(about.interventions),
  };
}

type ChainSlots = Pick<
  Slots,
  "chain" | "chainAblated" | "chainEdges" | "otherChain" | "prediction" | "predictionAblated"
>;

interface Beside {
  /** Something is ablated on the page. */
  readonly isChanged: boolean;
  /** There is a second chain, of this question. */
  readonly isBeside: boolean;
  /** Each edge is measured alone. */
  readonly isMeasured: boolean;
}

/** The chains of the model as they stand on the page: its own, as changed where that is known, and the one beside it. */
export function ownChains(slots: ChainSlots, { isChanged, isBeside, isMeasured }: Beside): ShownChain[] {
  const { chain, chainAblated, otherChain, prediction: before, predictionAblated: after } = slots;
  if (!chain.value) return [];
  const edges = isMeasured ? measuredEdges(slots) : [];
  const clean = withPaths(chain.value, edges);
  const other = isBeside ? otherChain : undefined;
  const areVariants = other?.about !== undefined && other.about.variant !== chain.about?.variant;
  const titleOf = (about: Subject | undefined) =>
    `${about?.prompt ?? ""}${areVariants ? ` (${about?.variant ?? "base"})` : ""}`;
  const changed = isChanged ? changedChain(slots) : undefined;
  const runs = before.value && after.value && { before: before.value, after: after.value };
  const isOneRun = isSameSubject(after.about, chainAblated.about) && isSameRun(before.about, chain.about);
  const own =
    changed && chainAblated.about && runs && isOneRun
      ? withChanges({ clean, after: withPaths(changed, edges) }, runs, titleOf(chain.about), chainAblated.about)
      : withoutHead(titleOf(chain.about), clean, { about: chain.about });
  if (!other?.value) return [own];
  const { about } = other;
  const isOtherChanged = (about?.interventions.length ?? 0) > 0;
  return [own, withoutHead(titleOf(about), other.value, { isChanged: isOtherChanged, about })];
}

/** What is known of the edges of the chain that is there, all of it or some. */
const measuredEdges = ({ chain, chainEdges }: Pick<Slots, "chain" | "chainEdges">) =>
  chainEdges.answers === edgesKey(chain.answers) ? (chainEdges.value?.edges ?? []) : [];

/** The chain with what is ablated, of the same run as the clean one. */
export function changedChain({ chain, chainAblated }: Pick<Slots, "chain" | "chainAblated">): Chain | undefined {
  const [clean, changed] = [chain.value, chainAblated.value];
  const isOfRun = isSameRun(chain.about, chainAblated.about);
  return isOfRun && clean?.target.id === changed?.target.id && clean?.nodes.length === changed?.nodes.length
    ? changed
    : undefined;
}
