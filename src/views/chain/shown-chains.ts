import { shownTokens } from "#charts/chain-distribution.ts";
import type { ShownToken } from "#charts/chain-marks.ts";
import type { Chain } from "#analysis/chain/chain.ts";
import { formatHead } from "#model/ids.ts";
import type { Intervention } from "#model/interventions.ts";
import type { Prediction, RankedToken } from "#state/run/results.ts";
import { tokenText } from "../shared/token-text.ts";
import { offText } from "./chain-sentences.ts";
import { shownChain } from "./chain-words.ts";

/** One chain as it stands on the page. */
export interface ShownChain {
  /** The prompt, and what else tells it from the one beside it. */
  readonly title: string;
  /** In the run that is shown. */
  readonly chain: Chain;
  /** The same in the clean run, where there are both to compare; else the same object. */
  readonly clean: Chain;
  /** Whether `chain` is of a run in which something is switched off. */
  readonly isChanged: boolean;
  /** The bars of the prediction, and what the two of a token are of. */
  readonly tokens: readonly ShownToken[];
  readonly beforeName: string;
  readonly afterName: string;
}

/** Tokens in the prediction of the drawing. */
const SHOWN_TOKENS = 5;

/** With what its predicting head is worth in the prediction. */
export function withoutHead(title: string, chain: Chain, { clean = chain, isChanged = false } = {}): ShownChain {
  const shown = shownChain(chain);
  const { ablation, target } = shown;
  return {
    title,
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

/** With what the interventions do to the prediction. */
export function withChanges(
  chains: { readonly clean: Chain; readonly after: Chain },
  runs: { readonly before: Prediction; readonly followed: Prediction | undefined; readonly after: Prediction },
  about: { readonly title: string; readonly interventions: readonly Intervention[] },
): ShownChain {
  const { before, followed, after } = runs;
  const texts = (lists: readonly (readonly RankedToken[])[]) =>
    lists.flat().map(({ text, probability }) => ({ text: tokenText(text), probability }));
  const shown = withoutHead(about.title, chains.after, { clean: chains.clean, isChanged: true });
  return {
    ...shown,
    tokens: shownTokens(
      texts([before.top, followed?.included ?? []]),
      texts([after.top, after.included]),
      {
        text: tokenText(before.target.text),
        before: before.target.logProbability,
        after: after.target.logProbability,
      },
      SHOWN_TOKENS,
    ),
    afterName: offText(about.interventions),
  };
}
