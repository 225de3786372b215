import type { Chain } from "#analysis/chain/chain.ts";
import { Prose, Term } from "../guide/Term.tsx";
import { usePlain } from "../shared/use-plain.ts";
import { STAGE_WORDS, stageSentence } from "./words/stage-sentences.ts";

interface StageListProps {
  readonly chain: Chain;
  readonly title: string;
  /** Beside another one, which title it is has to be seen. */
  readonly isTitled: boolean;
}

/** The chain in words: a sentence for each stage, with its numbers. */
export function StageList({ chain, title, isTitled }: StageListProps) {
  const isPlain = usePlain();
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
              <Term label={STAGE_WORDS[stage.name]} />.
            </strong>{" "}
            <Prose>{stageSentence(chain, stage, isPlain)}</Prose>
          </li>
        ))}
      </ol>
    </>
  );
}
