import { useMemo } from "react";
import { useStore } from "zustand";
import { READINGS } from "#analysis/experiments/concept-sets.ts";
import type { Reading } from "#analysis/experiments/concept-sets.ts";
import { curvePlot } from "#charts/curve-plot.ts";
import type { Curve, CurvePoint } from "#charts/curve-plot.ts";
import { figureInks } from "#charts/figure-inks.ts";
import { figures, percent } from "#charts/number-format.ts";
import { formatNeuron } from "#model/ids.ts";
import type { ExperimentResult } from "#protocol/experiments.ts";
import { isDark, view } from "#state/view.ts";
import { tokenText } from "../shared/token-text.ts";
import { useWidth } from "../shared/use-width.ts";
import { ablationSentence } from "./ablation-texts.ts";
import { EstimateValue } from "./EstimateValue.tsx";
import type { Estimate } from "./EstimateValue.tsx";
import { ExperimentExports } from "./ExperimentExports.tsx";
import { MarksFigure } from "./MarksFigure.tsx";
import { PublishedFigures } from "./PublishedFigures.tsx";
import { publishedConcepts, TABLES_8_17_21 } from "./published-concepts.ts";

type Result = Extract<ExperimentResult, { readonly kind: "concepts" }>;
type Found = Result["found"];
type SetLoss = Found["sets"][number];

const READING_TEXTS: Readonly<Record<Reading, string>> = {
  transformed: "behind attention",
  untransformed: "raw",
};

/** How many shallow neurons speak of concepts, and what they are worth. */
export function ConceptsResult({ result }: { readonly result: Result }) {
  const { found } = result;
  const [host, width] = useWidth<HTMLDivElement>(720);
  const dark = useStore(view, isDark);
  const [lost, share] = useMemo(
    () => [lossCurves(found, width, dark), shareCurves(found, width, dark)],
    [found, width, dark],
  );
  const sentence = conceptsSentence(result);
  return (
    <div ref={host} className="experiment-figures">
      <h3>Accuracy lost (relative) with every shallow neuron off that says M concepts or more</h3>
      <MarksFigure figure={lost} label="Accuracy lost over M: concept neurons, random ones, and Llama-7B’s" />
      <h3>Share of the shallow neurons that say M concepts or more</h3>
      <MarksFigure figure={share} label="Share of neurons over M, and Llama-7B’s" />
      <p className="small faint">
        Raw: the value vector as it is. Whiskers: 95 % intervals. Dashed: random neurons of the same layers. Dotted:
        Llama-7B (table 8, one digit + and −).
        {found.layersSearched < found.belowLayer &&
          ` ${found.layersSearched} of ${found.belowLayer} layers are searched so far.`}
      </p>
      <p className="says">{sentence}</p>
      <LossTable found={found} />
      <Examples found={found} />
      <PublishedFigures tables={[TABLES_8_17_21]} />
      <footer className="panel-foot">
        <ExperimentExports
          name="concept-neurons"
          result={result}
          figure={(isDarkFigure) => lossCurves(found, 720, isDarkFigure)}
          title="Concept neurons: accuracy lost over M"
          sentence={sentence}
          table={() => exportTable(result)}
        />
      </footer>
    </div>
  );
}

const ofReading = ({ sets }: Found, reading: Reading) => sets.filter((set) => set.reading === reading);

function LossTable({ found }: { readonly found: Found }) {
  const [behind, raw] = READINGS.map((reading) => ofReading(found, reading));
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label="Concept neurons, scrolls">
      <table className="experiment-table">
        <caption>
          Relative decreases with 95 % intervals, n = {found.tokens} answer tokens ({found.correct} right as the model
          is). ∗: a layer has not enough others, and the random neurons are partly the same ones.
        </caption>
        <thead>
          <tr>
            <td />
            {READINGS.map((reading) => (
              <th key={reading} scope="colgroup" colSpan={3}>
                {READING_TEXTS[reading]}
              </th>
            ))}
          </tr>
          <tr>
            <th scope="col" className="number">
              M
            </th>
            {READINGS.flatMap((reading) =>
              ["neurons", "decrease", "random"].map((name) => (
                <th key={`${reading} ${name}`} scope="col" className="number">
                  {name}
                </th>
              )),
            )}
          </tr>
        </thead>
        <tbody>
          {behind!.map((set, row) => (
            <tr key={set.atLeast}>
              <th scope="row" className="number">
                {set.atLeast}
              </th>
              <SetCells set={set} />
              <SetCells set={raw![row]!} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function SetCells({ set: { neurons, loss, nats, randomLoss, randomNats, isDisjoint } }: { readonly set: SetLoss }) {
  return (
    <>
      <td className="number">{neurons.toLocaleString("en")}</td>
      <td className="number">
        <EstimateValue of={loss} as="percent" />
        <span className="under">
          <EstimateValue of={nats} as="nats" /> nats
        </span>
      </td>
      <td className="number">
        <EstimateValue of={randomLoss} as="percent" />
        {!isDisjoint && "∗"}
        <span className="under">
          <EstimateValue of={randomNats} as="nats" /> nats
        </span>
      </td>
    </>
  );
}

function Examples({ found: { examples, depth } }: { readonly found: Found }) {
  if (examples.length === 0) return null;
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label="Neurons that say most, scrolls">
      <table className="experiment-table">
        <caption>Neurons that say most behind an attention layer: concepts among their first {depth} tokens</caption>
        <thead>
          <tr>
            <th scope="col">neuron</th>
            <th scope="col" className="number">
              through
            </th>
            <th scope="col" className="number">
              concepts
            </th>
            <th scope="col">first of them</th>
          </tr>
        </thead>
        <tbody>
          {examples.map(({ at, through, concepts, tokens }) => (
            <tr key={formatNeuron(at)}>
              <th scope="row">{formatNeuron(at)}</th>
              <td className="number">L{through}</td>
              <td className="number">{concepts}</td>
              <td>{tokens.map(tokenText).join(" ")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The widest set behind attention that random neurons can be compared with; else the smallest one that there is. */
function toldSet(found: Found): SetLoss | undefined {
  const known = ofReading(found, "transformed").filter(({ neurons }) => neurons > 0);
  return known.find(({ isDisjoint }) => isDisjoint) ?? known.at(-1);
}

export function conceptsSentence(result: Result): string {
  const { found } = result;
  const set = toldSet(found);
  const chance = `${figures(found.byChance)} of the ${found.concepts} concepts stand among ${found.depth} random tokens`;
  if (!set) return `No shallow neuron has enough of the concepts among its first tokens; ${chance}.`;
  const raw = ofReading(found, "untransformed").find(({ atLeast }) => atLeast === set.atLeast);
  const missing = found.notTokens.length > 0 ? ` ${found.notTokens.length} words are no single token here.` : "";
  return (
    `${set.neurons.toLocaleString("en")} of ${found.searched.toLocaleString("en")} neurons below layer ${found.belowLayer} say ${set.atLeast} or more concepts behind an attention layer up to L${found.lastAttention}` +
    ` (${(raw?.neurons ?? 0).toLocaleString("en")} without one); ${chance}. Switching them off costs ${percent(set.loss.value)} of the right answer tokens (relative), ` +
    `as many random ones of the same layers ${percent(set.randomLoss.value)}${set.isDisjoint ? "" : ", partly the same"}. ${ablationSentence(result)}${missing}`
  );
}

const NONE = { low: Number.NaN, high: Number.NaN };
const pointOf = (value: number): CurvePoint => ({ value, ...NONE });

function lossCurves(found: Found, width: number, dark: boolean) {
  const { series } = figureInks(dark);
  const points = (reading: Reading, of: (set: SetLoss) => Estimate) => ofReading(found, reading).map(of);
  return curves(found, width, dark, [
    { name: "behind attention", points: points("transformed", ({ loss }) => loss), colour: series[0]! },
    { name: "raw", points: points("untransformed", ({ loss }) => loss), colour: series[1]! },
    ...READINGS.map((reading, index): Curve => ({
      name: index === 0 ? "random" : "random (raw)",
      points: points(reading, ({ randomLoss }) => randomLoss),
      colour: series[index]!,
      dash: "control",
    })),
    {
      name: "Llama-7B",
      points: ofReading(found, "transformed").map(({ atLeast }) =>
        pointOf(publishedConcepts(atLeast)?.loss ?? Number.NaN),
      ),
      colour: series[0]!,
      dash: "published",
    },
  ]);
}

function shareCurves(found: Found, width: number, dark: boolean) {
  const { series } = figureInks(dark);
  return curves(found, width, dark, [
    ...READINGS.map((reading, index): Curve => ({
      name: READING_TEXTS[reading],
      points: ofReading(found, reading).map(({ neurons }) => pointOf(neurons / found.searched)),
      colour: series[index]!,
    })),
    {
      name: "Llama-7B",
      points: ofReading(found, "transformed").map(({ atLeast }) =>
        pointOf(publishedConcepts(atLeast)?.neurons ?? Number.NaN),
      ),
      colour: series[0]!,
      dash: "published",
    },
  ]);
}

const curves = (found: Found, width: number, dark: boolean, list: readonly Curve[]) =>
  curvePlot(list, {
    width: Math.min(width, 760),
    inks: figureInks(dark),
    labels: ofReading(found, "transformed").map(({ atLeast }) => String(atLeast)),
    axis: "M concepts or more",
    format: percent,
  });

const exportTable = ({ found, request }: Result) => ({
  header: [
    "reading",
    "at_least",
    "ablation",
    "neurons",
    "searched",
    "concepts",
    "by_chance",
    "tokens",
    "accuracy_before",
    ...["relative_drop", "nats", "random_relative_drop", "random_nats"].flatMap((name) => [
      name,
      `${name}_low`,
      `${name}_high`,
    ]),
    "random_is_disjoint",
  ],
  rows: found.sets.map(({ reading, atLeast, neurons, loss, nats, randomLoss, randomNats, isDisjoint }) => [
    reading,
    atLeast,
    request.ablation ?? "zero",
    neurons,
    found.searched,
    found.concepts,
    found.byChance,
    found.tokens,
    found.accuracy.value,
    ...[loss, nats, randomLoss, randomNats].flatMap(({ value, low, high }) => [value, low, high]),
    Number(isDisjoint),
  ]),
});
