import { grouped } from "#core/grouped.ts";
import { claimsAbout, findingOf } from "#state/link/shown-claims.ts";
import { topClaims } from "#state/link/neurons/top-claims.ts";
import type { SortOrder } from "#state/link/finding.ts";
import type { NeuronComparison, Slots, TopNeurons } from "#state/run/results.ts";
import type { Subject } from "#state/subject.ts";
import type { Drawn } from "../exports/drawn.ts";
import { tableOf } from "../shared/table/columns.tsx";
import { plainTableOf } from "../shared/table/plain-table.ts";
import { sortedRows } from "../shared/table/sorted-rows.ts";
import { changesText } from "../shared/words/part-name.ts";
import { tokenText } from "../shared/words/token-text.ts";
import { COLUMNS, TOP_COLUMNS } from "./neuron-columns.ts";
import { comparisonSentence, topSentence } from "./neuron-sentences.ts";

/** Changes that a heading names; more are counted. */
const NAMED_CHANGES = 3;

/** What the neurons lose their say with, as a heading ends. */
export function comparedWith({ interventions, model: of, against }: Subject): string {
  if (against) return `with ${of.lora?.label ?? "the adapter"}`;
  const more = interventions.length - NAMED_CHANGES;
  return `with ${changesText(interventions.slice(0, NAMED_CHANGES))}${more > 0 ? ` and ${more} more` : ""}`;
}

export const certificate = ({ certified, rows, evaluated, total }: NeuronComparison | TopNeurons) =>
  certified
    ? `Certified: exact top ${rows.length} after ${evaluated} of ${grouped(total)} evaluations.`
    : `Not certified: the ${rows.length} largest of ${evaluated} evaluated neurons, of ${grouped(total)} in all.`;

/** The comparison as it leaves the page, in the order of the screen. */
export function drawnNeurons(slots: Slots, sort: SortOrder): Drawn | undefined {
  const { value, about } = slots.comparison;
  if (!value || !about) return undefined;
  return {
    name: "neurons",
    title: `Neurons that lose their say ${comparedWith(about)} after “${about.prompt}” in ${about.model.name}`,
    says: (isPlain) => [
      comparisonSentence(value, tokenText(about.token?.text ?? ""), isPlain),
      ...(isPlain ? [] : [certificate(value)]),
    ],
    origin: { kind: "computed", subject: about },
    link: { ...findingOf(about), view: "neurons", sort, expected: claimsAbout(about, slots) },
    unit: "nats; activations have none",
    table: () => tableOf(COLUMNS, sortedRows(value.rows, COLUMNS, sort)),
    plainTable: () => plainTableOf(COLUMNS, sortedRows(value.rows, COLUMNS, sort)),
    notebook: "neurons",
  };
}

/** The neurons of largest increase, of the model as it is, as they leave the page: in the order of the screen. */
export function drawnTopNeurons(slots: Slots, sort: SortOrder): Drawn | undefined {
  const { value, about } = slots.topNeurons;
  if (!value || !about) return undefined;
  const target = tokenText(about.token?.text ?? "");
  return {
    name: "top-neurons",
    title: `Neurons with the most to say for “${target}” after “${about.prompt}” in ${about.model.name}`,
    says: (isPlain) => [topSentence(value, target, isPlain), ...(isPlain ? [] : [certificate(value)])],
    origin: { kind: "computed", subject: about },
    link: {
      ...findingOf(about),
      view: "neurons",
      sort,
      expected: { ...claimsAbout(about, slots), topNeurons: topClaims(value) },
    },
    unit: "nats; activations have none",
    table: () => tableOf(TOP_COLUMNS, sortedRows(value.rows, TOP_COLUMNS, sort)),
    plainTable: () => plainTableOf(TOP_COLUMNS, sortedRows(value.rows, TOP_COLUMNS, sort)),
    notebook: "neurons",
  };
}
