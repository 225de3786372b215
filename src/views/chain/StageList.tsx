import type { Chain, StageName } from "#analysis/chain/chain.ts";
import { Prose } from "../guide/Term.tsx";
import { Word } from "../guide/Word.tsx";
import type { GlossaryWord } from "../page/glossary.ts";
import { STAGE_WORDS, stageSentence } from "./words/stage-sentences.ts";

const STAGE_TERMS = {
  "feature-enhancing": "feature-enhancing, feature enhancing",
  "feature-transferring": "feature-transferring, feature transferring",
  "feature-predicting": "feature-predicting, feature predicting",
  "prediction-enhancing": "prediction-enhancing, prediction enhancing",
} as const satisfies Record<StageName, GlossaryWord>;

interface StageListProps {
  readonly chain: Chain;
  readonly title: string;
  /** Beside another one, which title it is has to be seen. */
  readonly isTitled: boolean;
}

/** The chain in words: a sentence for each stage, with its numbers. */
export function StageList({ chain, title, isTitled }: StageListProps) {
  return (
    <>
      {isTitled && (
        <h3>
          <code>{title}</code>
        </h3>
      )}
      <ol className="stage-list" aria-label={`Stages of ${title}`}>
        {chain.stages.map((stage) => (
          <li key={stage.name} className={stage.hasEvidence ? "" : "faint"}>
            <strong>
              <Word of={STAGE_TERMS[stage.name]} as={STAGE_WORDS[stage.name]} />.
            </strong>{" "}
            <Prose>{stageSentence(chain, stage)}</Prose>
          </li>
        ))}
      </ol>
    </>
  );
}
