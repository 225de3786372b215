import { useMemo } from "react";
import { useStore } from "zustand";
import { figureInks } from "#charts/figure-inks.ts";
import { intervalPlot } from "#charts/interval-plot.ts";
import { percent } from "#charts/number-format.ts";
import { formatHead } from "#model/ids.ts";
import type { ExperimentResult } from "#protocol/experiments.ts";
import { isDark, view } from "#state/view.ts";
import { useWidth } from "../shared/use-width.ts";
import { ablationSentence } from "./ablation-texts.ts";
import { EstimateValue } from "./EstimateValue.tsx";
import { ExperimentExports } from "./ExperimentExports.tsx";
import { MarksFigure } from "./MarksFigure.tsx";
import { PublishedFigures } from "./PublishedFigures.tsx";
import { groupName, publishedLoss, TABLE_3 } from "./published.ts";

type Result = Extract<ExperimentResult, { readonly kind: "memorise" }>;

/** What is lost of digits that are looked up, and of those that another column changes. */
export function MemoriseResult({ result }: { readonly result: Result }) {
  const [host, width] = useWidth<HTMLDivElement>(720);
  const dark = useStore(view, isDark);
  const draw = (size: number, isDarkFigure: boolean) => figureOf(result.found, size, isDarkFigure);
  const figure = useMemo(() => figureOf(result.found, Math.min(width, 640), dark), [result.found, width, dark]);
  const sentence = memoriseSentence(result);
  return (
    <div ref={host} className="experiment-figures">
      <MarksFigure
        figure={figure}
        label="Relative decrease by kind of digit, with 95 % intervals; diamonds: Llama-7B"
      />
      <p className="small faint">Relative decrease of the accuracy per answer token; diamonds are Llama-7B’s.</p>
      <p className="says">{sentence}</p>
      <div className="table-scroll" tabIndex={0} role="group" aria-label="Table of digits, scrolls">
        <table className="experiment-table">
          <caption>Answer tokens by kind, and what is lost of those that are right (relative, 95 % interval)</caption>
          <thead>
            <tr>
              <th scope="col">operation</th>
              <th scope="col">head off</th>
              <th scope="col">kind</th>
              <th scope="col" className="number">
                n
              </th>
              <th scope="col" className="number">
                right
              </th>
              <th scope="col" className="number">
                right without it
              </th>
              <th scope="col" className="number">
                decrease
              </th>
            </tr>
          </thead>
          <tbody>
            {result.found.flatMap(({ group, head, losses, unlabelled }) =>
              losses.map(({ label, tokens, correct, correctAfter, relative }) => (
                <tr key={`${group} ${label}`}>
                  <th scope="row">{groupName(group)}</th>
                  <td>{formatHead(head)}</td>
                  <td title={unlabelled > 0 ? `${unlabelled} more tokens have no label` : undefined}>{label}</td>
                  <td className="number">{tokens}</td>
                  <td className="number">{correct}</td>
                  <td className="number">{correctAfter}</td>
                  <td className="number">
                    <EstimateValue of={relative} as="percent" />
                  </td>
                </tr>
              )),
            )}
          </tbody>
        </table>
      </div>
      <PublishedFigures tables={[TABLE_3]} />
      <footer className="panel-foot">
        <ExperimentExports
          name="memorise"
          result={result}
          figure={(isDarkFigure) => draw(640, isDarkFigure)}
          title="Digits that are looked up, and digits that another column changes"
          sentence={sentence}
          table={() => exportTable(result)}
        />
      </footer>
    </div>
  );
}

function figureOf(found: Result["found"], width: number, dark: boolean) {
  const rows = found.flatMap(({ group, losses }) =>
    losses.map(({ label, relative }, index) => {
      const published = publishedLoss(group, index);
      return { label: `${groupName(group)} ${label}`, ...relative, ...(published !== undefined && { published }) };
    }),
  );
  return intervalPlot(rows, { width, inks: figureInks(dark), format: percent, axis: "relative decrease" });
}

function memoriseSentence(result: Result): string {
  const { found } = result;
  const parts = found.flatMap(({ group, head, losses: [memorise, change] }) =>
    memorise && change && change.tokens > 0 && memorise.tokens > 0
      ? [
          `${groupName(group)} without ${formatHead(head)}: ${percent(memorise.relative.value)} of what is looked up, ${percent(change.relative.value)} of what is changed`,
        ]
      : [],
  );
  return parts.length > 0
    ? `Lost: ${parts.join("; ")}. ${ablationSentence(result)}`
    : "No operation has tokens of both kinds here; the kinds cannot be compared.";
}

const exportTable = ({ found, request }: Result) => ({
  header: [
    "group",
    "head",
    "ablation",
    "kind",
    "tokens",
    "correct",
    "correct_without_head",
    "relative_drop",
    "low",
    "high",
    "unlabelled",
  ],
  rows: found.flatMap(({ group, head, losses, unlabelled }) =>
    losses.map(({ label, tokens, correct, correctAfter, relative }) => [
      group,
      formatHead(head),
      request.ablation ?? "zero",
      label,
      tokens,
      correct,
      correctAfter,
      relative.value,
      relative.low,
      relative.high,
      unlabelled,
    ]),
  ),
});
