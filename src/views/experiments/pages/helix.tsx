import { PERIODS } from "#analysis/experiments/operands/helix.ts";
import { STANDINS } from "#analysis/experiments/operands/patched-operand.ts";
import type { Standin } from "#analysis/experiments/operands/patched-operand.ts";
import { curvePlot } from "#charts/plots/curve-plot.ts";
import type { Curve } from "#charts/plots/curve-plot.ts";
import { figureInks } from "#charts/marks/figure-inks.ts";
import { nats, percent } from "#charts/number-format.ts";
import type { LayerFit, ResultFor } from "#protocol/experiments.ts";
import { pointAt } from "../curve-points.ts";
import { DataTable } from "../../shared/table/DataTable.tsx";
import { count, estimate, measure, plain, tableOf } from "../../shared/table/columns.tsx";
import type { Column } from "../../shared/table/columns.tsx";
import { soFar } from "../experiment-page.ts";
import type { Chosen, ExperimentPage, ExperimentText, FigureSize } from "../experiment-page.ts";
import { groupChoice, groupOf } from "../group-choice.ts";
import { estimateText, whiskersOf, withIntervals } from "../../shared/table/EstimateValue.tsx";
import { groupName } from "../../shared/words/operation-signs.ts";
import { HELIX_PUBLISHED } from "../published/published-operands.ts";

type Result = ResultFor<"helix">;
type Group = Result["found"]["groups"][number];

const texts: ExperimentText = {
  tab: "Helix",
  question: "Is a number a helix in the residual, and does the answer hang on it?",
  method: `The residual at the first operand, as it enters each layer, is fitted over all its numbers a to a, cos 2πa/T and sin 2πa/T with T = ${PERIODS.join(", ")} by least squares (R²). Then the fit takes the residual’s place in a problem with another first operand: by how much does the logit of the right answer rise, beside the residual itself and as many principal components?`,
  controls:
    "The same form over shuffled numbers; each number by the helix of all others; a line, a polynomial of ninth degree, and the circle without its axis. 95 % bootstrap intervals over the pairs, which the model gets right on both sides.",
  reading:
    "A constant is fitted beside, as the paper’s PCA takes the mean away; its reduction to 100 dimensions leaves up to 101 numbers as they are and is left out. All four periods, where the paper also takes the best of fewer. sin πa is 0 for whole numbers, so that the helix has 8 terms, and 8 components are beside it where the paper has 9. The paper prints no R². Operands go as far as the suite’s in its first template, in the paper from 0 to 99.",
  notShown:
    "That the model computes with angles: a span of eight terms over ninety numbers holds much, and where the line or the polynomial does as well nothing turns. What of a number another layer reads, or what happens at the answer’s token. Principal components are of the number’s own residual, the fits are not: the comparison is in the components’ favour.",
  doing: "Fitting, then patching pair after pair",
};

/** Numbers as a helix. */
export const helix: ExperimentPage<"helix"> = {
  texts,
  name: "helix",
  title: (_, chosen) => `The first operand as a helix${chosen["group"] ? `: ${groupName(chosen["group"])}` : ""}`,
  sentence,
  choices: [groupChoice("Operation", groupName)],
  figures: [
    {
      heading: () => "By how much the right answer’s logit rises with the residual at the first operand replaced",
      label: (chosen, result) =>
        `Logits moved over layers: the residual itself, helix, components, line, shuffled helix${withIntervals(intervalsOf(groupOf(result, chosen)))}`,
      draw: (result, size, chosen) => movedCurves(groupOf(result, chosen), size),
    },
    {
      heading: () => "Share of the residuals’ variance that a fit has (R²)",
      label: () => "R² over layers: helix, each number by the others’ helix, components, line, shuffled helix",
      draw: (result, size, chosen) => fitCurves(groupOf(result, chosen)?.fits ?? [], size),
    },
  ],
  note: (result, chosen) =>
    `${whiskersOf(intervalsOf(groupOf(result, chosen)))}At the input of each layer. Dashed: the form over shuffled numbers.${leftText(result)}${soFar(result)}`,
  tables: (result, chosen) => <Tables group={groupOf(result, chosen)} />,
  file: (result) => tableOf(FILE, result.found.groups.flatMap(rowsOf)),
  published: [HELIX_PUBLISHED],
};

const intervalsOf = (group: Group | undefined) => group?.layers.map(({ helix: of }) => of.logit) ?? [];

const leftText = ({ found: { left } }: Result) =>
  left.length > 0 ? ` ${left.map(groupName).join(", ")} left out: too few first operands for eight terms.` : "";

const NAMES: Readonly<Record<Standin, string>> = {
  layer: "itself",
  helix: "helix",
  leftOut: "others’ helix",
  components: "components",
  circle: "circle",
  polynomial: "polynomial",
  line: "line",
  shuffled: "shuffled",
};

interface Row {
  readonly group: Group;
  readonly layer: number;
  readonly fit: LayerFit;
  /** Left out while no pair has been patched. */
  readonly moved: Group["layers"][number] | undefined;
}

const rowsOf = (group: Group): Row[] =>
  group.fits.map((fit, layer) => ({ group, layer, fit, moved: group.layers[layer] }));

/** All but the residual itself. */
const FITTED = STANDINS.filter((name) => name !== "layer");

const FILE: Column<Row>[] = [
  plain({ key: "group" }, ({ group }) => group.name),
  plain({ key: "numbers" }, ({ group }) => group.numbers),
  plain({ key: "pairs" }, ({ group }) => group.tested),
  plain({ key: "right" }, ({ group }) => group.correct),
  plain({ key: "layer" }, ({ layer }) => layer),
  ...FITTED.map((name) => plain<Row>({ key: `r2_${name}` }, ({ fit }) => fit[name])),
  ...STANDINS.flatMap((name) => [
    estimate<Row>({ key: `${name}_logits` }, "decimals", ({ moved }) => moved?.[name].logit),
    estimate<Row>({ key: `${name}_nats` }, "increase", ({ moved }) => moved?.[name].nats),
    estimate<Row>({ key: `${name}_kept` }, "percent", ({ moved }) => moved?.[name].kept),
  ]),
];

const FIT_COLUMNS: Column<Row>[] = [
  plain({ label: "into layer" }, ({ layer }) => `L${layer}`),
  ...FITTED.map((name) => measure<Row>({ label: NAMES[name] }, "decimals", ({ fit }) => fit[name])),
];

const MOVED_COLUMNS: Column<Row>[] = [
  plain({ label: "into layer" }, ({ layer }) => `L${layer}`),
  ...STANDINS.map((name) => estimate<Row>({ label: NAMES[name] }, "decimals", ({ moved }) => moved?.[name].logit)),
];

interface StandsIn {
  readonly name: Standin;
  readonly size: number | undefined;
  readonly effect: Group["layers"][number][Standin];
}

const STANDIN_COLUMNS: Column<StandsIn>[] = [
  plain({ label: "in its place" }, ({ name }) => NAMES[name]),
  count({ label: "terms" }, ({ size }) => size),
  estimate({ label: "logits" }, "decimals", ({ effect }) => effect.logit),
  {
    ...estimate({ label: "nats" }, "increase", ({ effect }) => effect.nats),
    plainly: { label: "the answer, geometric mean" },
  },
  estimate({ label: "of what the residual moves" }, "percent", ({ effect }) => effect.kept),
];

/** The layer at which the operand's own residual moves the answer most; undefined while no pair has been patched. */
const mostMoved = ({ layers }: Group): number | undefined =>
  layers.length === 0
    ? undefined
    : layers.reduce(
        (best, { layer: own }, place) => (own.logit.value > layers[best]!.layer.logit.value ? place : best),
        0,
      );

/** All into one layer: each into its own best would set what stands in where the operand counts beside what stands in where it was read. */
function standingIn({ layers, sizes }: Group, into: number): StandsIn[] {
  const terms: Partial<Record<Standin, number>> = sizes;
  return STANDINS.map((name) => ({
    name,
    size: name === "layer" ? undefined : (terms[name] ?? terms.helix),
    effect: layers[into]![name],
  }));
}

function Tables({ group }: { readonly group: Group | undefined }) {
  if (!group || group.fits.length === 0) return null;
  const into = mostMoved(group);
  return (
    <>
      <DataTable
        name="Table of what stands in"
        caption={`${into === undefined ? "" : `Into L${into}, where the residual itself moves the answer most; `}${group.correct} of ${group.tested} pairs, right on both sides${withIntervals(intervalsOf(group))}. The clean problem has ${nats(group.clean.logit.value)} logits more than the corrupted one`}
        columns={STANDIN_COLUMNS}
        rows={into === undefined ? [] : standingIn(group, into)}
      />
      <DataTable
        name="Table of logits by layer"
        caption="By how much the right answer’s logit rises"
        columns={MOVED_COLUMNS}
        rows={rowsOf(group).filter(({ moved }) => moved)}
      />
      <DataTable
        name="Table of R² by layer"
        caption={`R² over ${group.numbers} numbers from ${group.least} to ${group.most}; by chance the helix has ${nats(group.sizes.helix / (group.numbers - 1))}`}
        columns={FIT_COLUMNS}
        rows={rowsOf(group)}
      />
    </>
  );
}

const curves = (
  list: readonly Curve[],
  labels: readonly string[],
  { width, isDark }: FigureSize,
  format: (value: number) => string,
) => curvePlot(list, { width, inks: figureInks(isDark), labels, axis: "layer", format });

const labelsOf = (rows: readonly unknown[]) => rows.map((_, layer) => `L${layer}`);

function movedCurves(group: Group | undefined, size: FigureSize) {
  const layers = group?.layers ?? [];
  const { series, soft } = figureInks(size.isDark);
  const curve = (name: Standin, colour: string, dash?: Curve["dash"]): Curve => ({
    name: NAMES[name],
    points: layers.map((layer) => layer[name].logit),
    colour,
    ...(dash && { dash }),
  });
  const list = [
    curve("layer", soft),
    curve("helix", series[0]!),
    curve("components", series[1]!),
    curve("line", series[2]!),
    curve("shuffled", series[0]!, "control"),
  ];
  return curves(list, labelsOf(layers), size, nats);
}

function fitCurves(fits: readonly LayerFit[], size: FigureSize) {
  const { series } = figureInks(size.isDark);
  const curve = (name: (typeof FITTED)[number], colour: string, dash?: Curve["dash"]): Curve => ({
    name: NAMES[name],
    points: fits.map((fit) => pointAt(fit[name])),
    colour,
    ...(dash && { dash }),
  });
  const list = [
    curve("helix", series[0]!),
    curve("components", series[1]!),
    curve("line", series[2]!),
    curve("leftOut", series[3]!),
    curve("shuffled", series[0]!, "control"),
  ];
  return curves(list, labelsOf(fits), size, percent);
}

function sentence(result: Result, chosen: Chosen): string {
  const group = groupOf(result, chosen);
  if (!group || group.fits.length === 0) return "Nothing has been run yet.";
  const best = group.fits.reduce((most, fit, layer) => (fit.leftOut > group.fits[most]!.leftOut ? layer : most), 0);
  const fit = group.fits[best]!;
  const fitted = `${groupName(group.name)}: as they enter L${best}, the residuals of ${group.numbers} numbers are a helix to R² = ${nats(fit.helix)} (each by the helix of all others ${nats(fit.leftOut)}, shuffled ${nats(fit.shuffled)}, ${group.sizes.components} components ${nats(fit.components)}).`;
  const into = mostMoved(group);
  if (into === undefined || group.correct === 0) return fitted;
  const there = group.layers[into]!;
  const said = (name: Standin) =>
    `${nats(there[name].logit.value)}${estimateText(there[name].logit, "decimals").interval}`;
  return `${fitted} Over ${group.correct} pairs the clean operand’s own residual raises the right answer’s logit most into L${into}, by ${said("layer")}; there its helix does by ${said("helix")}, the helix of all other numbers by ${said("leftOut")}, as many components by ${said("components")}, a polynomial by ${said("polynomial")}, a line by ${said("line")}, a shuffled helix by ${said("shuffled")}.`;
}
