import type { Chain } from "#analysis/chain/chain.ts";
import { STAGE_WORDS, stageSentence } from "./stage-sentences.ts";

/** The chain in words: a sentence for each stage, with its numbers. */
export function StageList({ chain, title }: { readonly chain: Chain; readonly title: string }) {
  return (
    <ol className="stage-list" aria-label={`Stages of ${title}`}>
      {chain.stages.map((stage) => (
        <li key={stage.name} className={stage.hasEvidence ? "" : "faint"}>
          <strong>{STAGE_WORDS[stage.name]}.</strong> {stageSentence(chain, stage)}
        </li>
      ))}
    </ol>
  );
}
