import { useStore } from "zustand";
import { STAGE_NAMES } from "#analysis/chain/chain.ts";
import { experimentsDoor } from "#state/experiments/door.ts";
import { model } from "#state/model/model.ts";
import { shipped, shippedModel } from "#state/model/shipped.ts";
import { question } from "#state/question.ts";
import { showTab } from "#state/view.ts";
import { ColumnHead } from "../../shared/words/ColumnHead.tsx";
import { STAGE_WORDS } from "../words/stage-sentences.ts";
import { STAGE_SHARES, fourSentence } from "./share-words.ts";
import type { FamilyShares, StageShares } from "./share-words.ts";

/** How often a chain is found at all: what one prompt’s is an example of. Of a model that was not measured, the way to measure it. */
export function StageShare() {
  const state = useStore(model);
  const id = useStore(shipped, (known) => shippedModel(known, state)?.id);
  const isBase = useStore(question, ({ variant = "base" }) => variant === "base");
  const measured = isBase && id !== undefined ? STAGE_SHARES[id] : undefined;
  if (measured) return <Measured shares={measured} />;
  return (
    <p className="small stage-share">
      One prompt’s chain is an example. In how many prompts of a suite does each stage have evidence?{" "}
      <button type="button" className="link" onClick={openExperiment}>
        Stages over a suite
      </button>
    </p>
  );
}

function openExperiment(): void {
  const door = experimentsDoor();
  door?.ask({ ...door.asked(), kind: "stages" });
  showTab("experiments");
}

function Measured({ shares }: { readonly shares: StageShares }) {
  const { families, shuffled, made_by } = shares;
  return (
    <details className="small stage-share">
      <summary>{fourSentence(shares)}</summary>
      <div className="table-scroll" tabIndex={0} role="group" aria-label="How often each stage has evidence, scrolls">
        <table className="plain">
          <caption>In % of the problems: by zero / by the mean over the family’s other problems</caption>
          <thead>
            <tr>
              <ColumnHead label="problems" />
              {STAGE_NAMES.map((name) => (
                <ColumnHead key={name} label={STAGE_WORDS[name]} />
              ))}
              <ColumnHead label="all four" />
              <ColumnHead label="under both" />
            </tr>
          </thead>
          <tbody>
            {[...families, shuffled].map((family) => (
              <Row key={family.name} family={family} />
            ))}
          </tbody>
        </table>
      </div>
      <p>Measured with {made_by}.</p>
    </details>
  );
}

function Row({ family }: { readonly family: FamilyShares<number> | FamilyShares<string> }) {
  const { name, cases, zero, mean, four } = family;
  const [byZero, byMean, underBoth] = four;
  return (
    <tr>
      <th scope="row">
        {name}, n = {cases}
      </th>
      {zero.map((share, stage) => (
        <td key={stage}>
          {share} / {mean[stage]}
        </td>
      ))}
      <td>
        {byZero} / {byMean}
      </td>
      <td>{underBoth}</td>
    </tr>
  );
}
