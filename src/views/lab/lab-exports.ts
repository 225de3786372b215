import { figureInks } from "#charts/marks/figure-inks.ts";
import { operandMap } from "#charts/maps/operand-map.ts";
import { operandFigure } from "#charts/maps/operand-map-marks.ts";
import { plotScale } from "#charts/plots/plot-scale.ts";
import { plotFormOf } from "#state/lab/plot-form.ts";
import type { LabKind, LabResults, LabSlot } from "#state/lab/tools.ts";
import { findingOf } from "#state/link/shown-claims.ts";
import type { Subject } from "#state/subject.ts";
import { EFFECT_UNIT, FILE_PX } from "../exports/drawn.ts";
import type { Drawn } from "../exports/drawn.ts";
import { tableOf } from "../shared/table/columns.tsx";
import { tokenText } from "../shared/words/token-text.ts";
import { CONCEPT_COLUMNS, GROUP_COLUMNS, groupRuns, hitColumns } from "./lab-columns.tsx";
import { conceptSentence, groupSentence, hitsSentence } from "./lab-sentences.ts";
import { PLAIN_UNITS, SCALE_KINDS, UNITS, cellsOf, plotSentence, quantityName } from "./plot/plot-sentence.ts";

const of = (about: Subject): Pick<Drawn, "origin" | "link"> => ({
  origin: { kind: "computed", subject: about },
  link: { ...findingOf(about), view: "lab" },
});

type Slot<Kind extends LabKind> = LabSlot<LabResults[Kind]>;

/** A plot over operands as it leaves the page, as far as it has been drawn. */
export function drawnPlot({ value, about }: Slot<"plot">): Drawn | undefined {
  if (!value || !about) return undefined;
  const { asked, values } = value;
  const { kind } = asked.quantity;
  const name = quantityName(asked.quantity);
  const scaled = (isDark: boolean, isPlain: boolean) => plotScale(SCALE_KINDS[kind], values.flat(), isDark, isPlain);
  const titled = (of: string) => `${of} over a and b in “${asked.template}” in ${about.model.name}`;
  return {
    name: "operand-plot",
    title: titled(name),
    plainTitle: titled(quantityName(asked.quantity, true)),
    says: (isPlain) => [plotSentence(value, scaled(false, isPlain).text, isPlain)],
    ...of(about),
    link: { ...findingOf(about), view: "lab", plot: plotFormOf(value) },
    isAblating: kind === "head",
    settings: {
      prompts: asked.template,
      operation: asked.operation,
      a: asked.a,
      b: asked.b,
      quantity: name,
      complete: value.whole !== undefined,
    },
    unit: UNITS[kind] || "probability, 0 to 1",
    table: () => ({
      header: ["a", "b", "answer", "first_token", kind],
      rows: cellsOf(value).map(({ a, b, answer, token, value: cell }) => [a, b, answer ?? "", token, cell]),
    }),
    figure: ({ width = FILE_PX, isDark, isPlain }) => {
      const scale = scaled(isDark, isPlain);
      const from = { aFrom: asked.a.from, bFrom: asked.b.from };
      const map = operandMap(values, { ...from, width, scale });
      return operandFigure(map, scale.legend, isPlain ? PLAIN_UNITS[kind] : UNITS[kind], figureInks(isDark));
    },
  };
}

/** Neurons by a token, as a table. */
export function drawnHits({ value, about }: Slot<"tokens">): Drawn | undefined {
  if (!value || !about) return undefined;
  const { asked, found } = value;
  const verb = asked.end === "promotes" ? "promote" : "suppress";
  return {
    name: "token-search",
    title: `Neurons that ${verb} “${tokenText(found.token.text)}” in ${about.model.name}`,
    says: () => [hitsSentence(found, asked.by, asked.end)],
    ...of(about),
    settings: { token: found.token, by: asked.by, end: asked.end },
    unit: "logit",
    table: () => tableOf(hitColumns(found.token.text), found.rows),
  };
}

/** Shallow neurons by the concepts that they speak of, as a table. */
export function drawnConcepts({ value, about }: Slot<"concepts">, atLeast: number): Drawn | undefined {
  if (!value || !about) return undefined;
  return {
    name: "concept-search",
    title: `Neurons of ${about.model.name} that say ${atLeast} or more of ${value.concepts.length} concepts`,
    says: () => [conceptSentence(value, atLeast)],
    ...of(about),
    settings: { at_least: atLeast, concepts: value.concepts.map(({ text }) => text) },
    unit: "none",
    table: () =>
      tableOf(
        CONCEPT_COLUMNS,
        value.rows.filter(({ tokens }) => tokens.length >= atLeast),
      ),
  };
}

/** A group's worth, as a table. */
export function drawnGroup({ value, about }: Slot<"group">): Drawn | undefined {
  if (!value || !about) return undefined;
  const { of: group, prompt, found } = value;
  return {
    name: "neuron-group",
    title: `What the ${group} are worth together after “${prompt}” in ${about.model.name}`,
    says: (isPlain) => [groupSentence(value, isPlain)],
    ...of(about),
    isAblating: true,
    settings: { group, neurons: found.neurons },
    unit: `log-probabilities in nats; ${EFFECT_UNIT}`,
    table: () => tableOf(GROUP_COLUMNS, groupRuns(value)),
  };
}
