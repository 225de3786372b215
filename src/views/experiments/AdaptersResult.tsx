import { useMemo, useState } from "react";
import { useStore } from "zustand";
import { isDark, view } from "#state/view.ts";
import { useWidth } from "../shared/use-width.ts";
import { accuracyByLayer, growthByLayer } from "./adapter-curves.ts";
import { adaptersTable, byLayer } from "./adapter-rows.ts";
import type { AdaptersOf } from "./adapter-rows.ts";
import { AdapterNeurons } from "./AdapterNeurons.tsx";
import { AdaptersTable } from "./AdaptersTable.tsx";
import { ExperimentExports } from "./ExperimentExports.tsx";
import { adaptersSentence } from "./experiment-sentences.ts";
import { FollowedNeurons } from "./FollowedNeurons.tsx";
import { MarksFigure } from "./MarksFigure.tsx";
import { FIGURE_2, TABLE_10, TABLE_9 } from "./published-adapters.ts";
import { PublishedFigures } from "./PublishedFigures.tsx";

/** A set of adapters against the base: accuracy and growth by adapted layer, and the neurons that gain. */
export function AdaptersResult({ result }: { readonly result: AdaptersOf }) {
  const { found } = result;
  const [host, width] = useWidth<HTMLDivElement>(720);
  const dark = useStore(view, isDark);
  const [accuracy, growth] = useMemo(
    () => [accuracyByLayer(found, width, dark), growthByLayer(found, width, dark)],
    [found, width, dark],
  );
  const sentence = adaptersSentence(result);
  return (
    <div ref={host} className="experiment-figures">
      <h3>Accuracy by adapted layer</h3>
      <MarksFigure figure={accuracy} label="Accuracy by adapted layer, and the base’s" />
      <h3>Growth of the activations of the base’s first k neurons</h3>
      <MarksFigure figure={growth} label="Growth by adapted layer for each k, and of random neurons" />
      <p className="small faint">
        Whiskers: 95 % intervals. Dashed: the base above, random neurons of the same layers below. Important neurons of{" "}
        {found.tokens} answer tokens{found.uncertified > 0 && `, ${found.uncertified} lists not proven to be exact`}.
        {result.steps < result.stepsInAll && ` Of ${result.steps} of ${result.stepsInAll} batches so far.`}
      </p>
      <p className="says">{sentence}</p>
      <AdaptersTable found={found} />
      <FollowedNeurons found={found} />
      <ChosenNeurons found={found} />
      <PublishedFigures tables={[FIGURE_2, TABLE_9, TABLE_10]} />
      <footer className="panel-foot">
        <ExperimentExports
          name="lora"
          result={result}
          figure={(isDarkFigure) => accuracyByLayer(found, 720, isDarkFigure)}
          title="Accuracy by adapted layer"
          sentence={sentence}
          table={() => adaptersTable(result)}
        />
      </footer>
    </div>
  );
}

function ChosenNeurons({ found }: { readonly found: AdaptersOf["found"] }) {
  const rows = byLayer(found.adapters);
  const [place, choose] = useState(0);
  const row = rows[Math.min(place, rows.length - 1)];
  if (!row) return null;
  return (
    <section aria-label="Neurons that gain" className="experiment-figures">
      <h3>Neurons that gain</h3>
      <label className="lab-form small">
        <span>with</span>
        <select value={rows.indexOf(row)} onChange={({ target }) => choose(Number(target.value))}>
          {rows.map(({ name }, index) => (
            <option key={index} value={index}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <AdapterNeurons row={row} />
    </section>
  );
}
