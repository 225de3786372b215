import { model } from "../../model/model.ts";
import type { Question } from "../../question.ts";
import type { Slots, TopNeurons } from "../../run/results.ts";
import { topKey } from "../../run/later/neuron-demands.ts";
import { isSameRun } from "../../subject.ts";
import type { Subject } from "../../subject.ts";
import { NEURON_COUNTS } from "../../view.ts";
import { formatNeuron, parseNeuron } from "#model/ids.ts";
import { standingOf } from "../checking/answering.ts";
import { TOLERANCE_NATS, compared, lacking, verdictOf } from "../checking/verification.ts";
import type { CheckedNumber, Verification } from "../checking/verification.ts";
import type { Finding, NamedNumber } from "../finding.ts";
import { formatNumber, readNamedNumber } from "../link-values.ts";

/** Neurons whose increase a link claims. */
const CLAIMED = 3;

/** The last row that the shortest list has, whoever opens the link. */
const LAST_OF_ALL = NEURON_COUNTS[0] - 1;

/** How far above it a neuron has to lie to be in every list: two honest runs may move each of the two by what a check allows. */
const CLEAR_NATS = 2 * TOLERANCE_NATS;

const NAME = /^L\d+N\d+$/;

/**
 * The neurons that give the answer most, with their increase in nats, for whoever opens the link to check. One that stands so near the end of the
 * list that another machine's rounding may leave it out is not claimed.
 */
export function topClaims({ rows }: Pick<TopNeurons, "rows">): NamedNumber[] {
  const end = rows[LAST_OF_ALL];
  return rows
    .slice(0, CLAIMED)
    .filter(({ increase }) => !end || increase - end.increase > CLEAR_NATS)
    .map((row) => ({ name: formatNeuron(row), value: row.increase }));
}

/** The list that was computed here for exactly this question, whatever is ablated: it is the clean run's. */
function measuredTop({ prediction, topNeurons }: Slots, now: Question, count: number): TopNeurons | undefined {
  const target = prediction.value?.target.id;
  if (target === undefined || topNeurons.status !== "done") return undefined;
  return topNeurons.answers === topKey(now, target, count) ? topNeurons.value : undefined;
}

/** What a link to the list claims, once it was computed here. */
export function topMeasured(slots: Slots, now: Question, count: number): readonly NamedNumber[] | undefined {
  const list = measuredTop(slots, now, count);
  return list && topClaims(list);
}

/** The claims of the list that is shown, where it is of this run. */
export const topClaimsAbout = (shown: Subject, { topNeurons: { value, about } }: Slots): readonly NamedNumber[] =>
  value && shown.interventions.length === 0 && isSameRun(about, shown) ? topClaims(value) : [];

export function readTopClaim(text: string): NamedNumber | string {
  const claim = readNamedNumber(text);
  return typeof claim !== "string" && NAME.test(claim.name)
    ? claim
    : "it needs to be a neuron with its increase, as L4N425:0.697";
}

/**
 * One claim against the list. A neuron that the list leaves out was not measured; but of one that is claimed to lie clearly above the last row a
 * certified list proves that it does not.
 */
function comparedTop({ name, value }: NamedNumber, { rows, certified }: TopNeurons): CheckedNumber[] {
  const { layer, neuron } = parseNeuron(name)!;
  const title = `increase of ${formatNeuron({ layer, neuron })}`;
  const row = rows.find((each) => each.layer === layer && each.neuron === neuron);
  if (row) return compared(title, value, row.increase);
  const { info } = model.getState();
  if (info && (layer >= info.layers || neuron >= info.neurons)) {
    return lacking(compared(title, value, undefined), "the model has no such neuron");
  }
  const last = rows.at(-1)?.increase;
  return certified && last !== undefined && value > last + CLEAR_NATS
    ? lacking(compared(title, value, Number.NaN), `at most ${formatNumber(last)} by the certified list of this page`)
    : lacking(compared(title, value, undefined), "not in the list of this page");
}

interface Here {
  readonly now: Question;
  /** Rows of the page's list. */
  readonly count: number;
}

/** What the page's own list says to the claims of a link; undefined while there is none that answers them. */
export function checkTop(finding: Finding, slots: Slots, { now, count }: Here): Verification | undefined {
  const list = measuredTop(slots, now, count);
  const { about } = slots.topNeurons;
  if (!list || !about) return undefined;
  const { interventions, ablationSource } = finding;
  const standing = standingOf(finding, {
    provenance: "computed here",
    // what is ablated plays no part in the clean run
    about: { ...about, interventions, ablationSource },
    asked: { kind: "answer" },
  });
  if (standing.kind !== "checks") return undefined;
  const rows = (finding.expected.topNeurons ?? []).flatMap((claim) => comparedTop(claim, list));
  return verdictOf(rows, standing.others, standing.blame);
}
