import { grouped } from "#core/grouped.ts";
import { READINGS } from "#analysis/experiments/suite/concept-sets.ts";
import type { ConceptReading } from "#analysis/experiments/suite/concept-sets.ts";
import { curvePlot } from "#charts/plots/curve-plot.ts";
import type { Curve } from "#charts/plots/curve-plot.ts";
import { figureInks } from "#charts/marks/figure-inks.ts";
import { figures, percent } from "#charts/number-format.ts";
import { formatNeuron } from "#model/ids.ts";
import type { ResultFor } from "#protocol/experiments.ts";
import { tokenText } from "../../shared/words/token-text.ts";
import { ablationColumn, ablationSentence } from "../ablation-texts.ts";
import { pointAt } from "../curve-points.ts";
import { DataTable } from "../../shared/table/DataTable.tsx";
import { constant, count, estimate, over, plain, tableOf } from "../../shared/table/columns.tsx";
import type { Column } from "../../shared/table/columns.tsx";
import { whiskersOf, withIntervals } from "../../shared/table/EstimateValue.tsx";
import type { Estimate } from "../../shared/table/EstimateValue.tsx";
import type { ExperimentPage, ExperimentText, FigureSize } from "../experiment-page.ts";
import { publishedConcepts, TABLES_8_17_21 } from "../published/published-concepts.ts";

type Result = ResultFor<"concepts">;
type Found = Result["found"];
type SetLoss = Found["sets"][number];

const texts: ExperimentText = {
  tab: "Concept neurons",
  question: "Do shallow neurons that hide a concept carry the answer?",
  method:
    "The value vector of every FFN neuron below half the layers is read by its first 50 tokens, as it is and behind the value-output matrices of each attention layer above it (the best one counts), and the words of the list among them are counted. All neurons with M or more are switched off together, in every case of the suite.",
  controls:
    "As many random neurons of each layer, none of them in the set, three times for each M; where a layer has not enough others they overlap, which is said. How many concepts stand among random tokens. 95 % bootstrap intervals over the cases.",
  reading:
    "The paper’s word list is not published: this one is ours, and all numbers depend on it. It writes “M or more”, but finds 51,980 of 176,128 neurons with M = 0, so that “more than M” fits; here it is “at least”, and its M is our M + 1. Whether any one attention layer is enough, and which, it does not say.",
  notShown:
    "That the concepts are why: sets of the same size are more or less active, and a neuron with a negative activation writes the other end of its list. On a model whose vocabulary is mostly numbers small M say nothing.",
  doing: "Reading neurons, then switching them off",
};

const READING_TEXTS: Readonly<Record<ConceptReading, string>> = {
  transformed: "behind attention",
  untransformed: "raw",
};

/** How many shallow neurons speak of concepts, and what they are worth. */
export const concepts: ExperimentPage<"concepts"> = {
  texts,
  name: "concept-neurons",
  title: () => "Concept neurons: accuracy lost over M",
  sentence,
  figures: [
    {
      heading: () => "Accuracy lost (relative) with every shallow neuron off that says M concepts or more",
      label: () => "Accuracy lost over M: concept neurons, random ones, and Llama-7B’s",
      draw: ({ found }, size) => lossCurves(found, size),
    },
    {
      heading: () => "Share of the shallow neurons that say M concepts or more",
      label: () => "Share of neurons over M, and Llama-7B’s",
      draw: ({ found }, size) => shareCurves(found, size),
    },
  ],
  note: ({ found: { layersSearched, belowLayer, accuracy } }) =>
    `Raw: the value vector as it is. ${whiskersOf([accuracy])}Dashed: random neurons of the same layers. Dotted: Llama-7B (table 8, one digit + and −).${
      layersSearched < belowLayer ? ` ${layersSearched} of ${belowLayer} layers are searched so far.` : ""
    }`,
  tables: (result) => (
    <>
      <DataTable
        name="Concept neurons"
        caption={`Relative decreases${withIntervals([result.found.accuracy])}, n = ${result.found.tokens} answer tokens (${result.found.correct} right as the model is). ∗: a layer has not enough others, and the random neurons are partly the same ones.`}
        columns={columns(result)}
        rows={result.found.sets}
      />
      <Examples found={result.found} />
    </>
  ),
  file: (result) => tableOf(columns(result), result.found.sets),
  published: [TABLES_8_17_21],
};

const random: Column<SetLoss> = estimate(
  { label: "random", key: "random_relative_drop" },
  "percent",
  (set) => set.randomLoss,
);

const columns = ({ found, request }: Result): Column<SetLoss>[] => [
  {
    ...plain<SetLoss>({ label: "reading", key: "reading" }, ({ reading }) => reading),
    show: ({ reading }) => READING_TEXTS[reading],
  },
  count({ label: "M", key: "at_least" }, ({ atLeast }) => atLeast),
  ablationColumn(request),
  count({ label: "neurons", key: "neurons" }, (set) => set.neurons),
  constant("searched", found.searched),
  constant("concepts", found.concepts),
  constant("by_chance", found.byChance),
  constant("tokens", found.tokens),
  constant("accuracy_before", found.accuracy.value),
  over(
    {
      ...estimate({ label: "decrease, nats below", key: "relative_drop" }, "percent", ({ loss }) => loss),
      plainly: { label: "decrease, below it the answer, geometric mean" },
    },
    estimate({ key: "nats" }, "effect", ({ nats }) => nats),
  ),
  over(
    {
      ...random,
      show: (set) => (
        <>
          {random.show(set)}
          {!set.isDisjoint && "∗"}
        </>
      ),
    },
    estimate({ key: "random_nats" }, "effect", ({ randomNats }) => randomNats),
  ),
  plain({ key: "random_is_disjoint" }, ({ isDisjoint }) => Number(isDisjoint)),
];

type Example = Found["examples"][number];

const Examples = ({ found: { examples, depth } }: { readonly found: Found }) =>
  examples.length > 0 && (
    <DataTable
      name="Neurons that say most"
      caption={`Neurons that say most behind an attention layer: concepts among their first ${depth} tokens`}
      columns={[
        plain<Example>({ label: "neuron" }, ({ at }) => formatNeuron(at)),
        plain<Example>({ label: "through" }, ({ through }) => `L${through}`),
        count<Example>({ label: "concepts" }, (each) => each.concepts),
        plain<Example>({ label: "first of them" }, ({ tokens }) => tokens.map(tokenText).join(" ")),
      ]}
      rows={examples}
    />
  );

const ofReading = ({ sets }: Found, reading: ConceptReading) => sets.filter((set) => set.reading === reading);

/** The widest set behind attention that random neurons can be compared with; else the smallest one that there is. */
function toldSet(found: Found): SetLoss | undefined {
  const known = ofReading(found, "transformed").filter(({ neurons }) => neurons > 0);
  return known.find(({ isDisjoint }) => isDisjoint) ?? known.at(-1);
}

function sentence(result: Result): string {
  const { found } = result;
  const set = toldSet(found);
  const chance = `${figures(found.byChance)} of the ${found.concepts} concepts stand among ${found.depth} random tokens`;
  if (!set) return `No shallow neuron has enough of the concepts among its first tokens; ${chance}.`;
  const raw = ofReading(found, "untransformed").find(({ atLeast }) => atLeast === set.atLeast);
  const missing = found.notTokens.length > 0 ? ` ${found.notTokens.length} words are no single token here.` : "";
  return (
    `${grouped(set.neurons)} of ${grouped(found.searched)} neurons below layer ${found.belowLayer} say ${set.atLeast} or more concepts behind an attention layer up to L${found.lastAttention}` +
    ` (${grouped(raw?.neurons ?? 0)} without one); ${chance}. Switching them off costs ${percent(set.loss.value)} of the right answer tokens (relative), ` +
    `as many random ones of the same layers ${percent(set.randomLoss.value)}${set.isDisjoint ? "" : ", partly the same"}. ${ablationSentence(result)}${missing}`
  );
}

function lossCurves(found: Found, size: FigureSize) {
  const { series } = figureInks(size.isDark);
  const points = (reading: ConceptReading, of: (set: SetLoss) => Estimate) => ofReading(found, reading).map(of);
  return curves(found, size, [
    { name: "behind attention", points: points("transformed", ({ loss }) => loss), colour: series[0]! },
    { name: "raw", points: points("untransformed", ({ loss }) => loss), colour: series[1]! },
    ...READINGS.map((reading, index): Curve => ({
      name: index === 0 ? "random" : "random (raw)",
      points: points(reading, ({ randomLoss }) => randomLoss),
      colour: series[index]!,
      dash: "control",
    })),
    publishedCurve(found, series[0]!, "loss"),
  ]);
}

function shareCurves(found: Found, size: FigureSize) {
  const { series } = figureInks(size.isDark);
  return curves(found, size, [
    ...READINGS.map((reading, index): Curve => ({
      name: READING_TEXTS[reading],
      points: ofReading(found, reading).map((set) => pointAt(set.neurons / found.searched)),
      colour: series[index]!,
    })),
    publishedCurve(found, series[0]!, "neurons"),
  ]);
}

const publishedCurve = (found: Found, colour: string, of: "loss" | "neurons"): Curve => ({
  name: "Llama-7B",
  points: ofReading(found, "transformed").map(({ atLeast }) => pointAt(publishedConcepts(atLeast)?.[of] ?? Number.NaN)),
  colour,
  dash: "published",
});

const curves = (found: Found, { width, isDark }: FigureSize, list: readonly Curve[]) =>
  curvePlot(list, {
    width,
    inks: figureInks(isDark),
    labels: ofReading(found, "transformed").map(({ atLeast }) => String(atLeast)),
    axis: "M concepts or more",
    format: percent,
  });
