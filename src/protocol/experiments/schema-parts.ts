import * as v from "valibot";
import { recordOf } from "#core/record-of.ts";

/** Characters of a name, a prompt or an answer; a suite's own limit of a case is 4,000. */
const MAX_NAME = 4_000;
/** Characters of a suite that was pasted: 20,000 cases of a line. */
export const MAX_TEXT = 10_000_000;
/** Cases, tokens, parameters. */
export const MAX_COUNT = 1e13;
/** Limit of a share, nats or an activation: a scale over more could not be drawn. */
const MAX_MEASURE = 1e12;
/** Limit of any list; the neurons that are kept of a large model are the longest. */
export const MAX_ITEMS = 1_000_000;

export const atMost = (limit: number, what: string) => `at most ${limit} ${what}`;

export const text = v.pipe(v.string("a text"), v.maxLength(MAX_NAME, atMost(MAX_NAME, "characters")));

const wholeNumber = v.pipe(v.number("a whole number"), v.safeInteger("a whole number"));

export const counted = v.pipe(
  wholeNumber,
  v.minValue(0, "a whole number from 0 on"),
  v.maxValue(MAX_COUNT, `a whole number up to ${MAX_COUNT}`),
);

export const signed = v.pipe(
  wholeNumber,
  v.minValue(-MAX_COUNT, `a whole number from ${-MAX_COUNT} on`),
  v.maxValue(MAX_COUNT, `a whole number up to ${MAX_COUNT}`),
);

/** A zero-based index. */
export const place = (end: number) =>
  v.pipe(
    wholeNumber,
    v.minValue(0, `a place from 0 to ${end - 1}`),
    v.maxValue(end - 1, `a place from 0 to ${end - 1}`),
  );

/** A number, or null where there was none: JSON has no NaN, and writes null for it. */
export const measure = v.pipe(
  v.nullable(
    v.pipe(
      v.number("a number"),
      v.minValue(-MAX_MEASURE, `a number from ${-MAX_MEASURE} on`),
      v.maxValue(MAX_MEASURE, `a number up to ${MAX_MEASURE}`),
    ),
  ),
  v.transform((value) => value ?? Number.NaN),
);

export const estimate = v.object({ value: measure, low: measure, high: measure });

/** A part of the cases, or null where there were none. */
export const share = v.pipe(
  measure,
  v.check((value) => Number.isNaN(value) || (value >= 0 && value <= 1), "a share from 0 to 1"),
);

/** An accuracy with its interval. */
export const estimatedShare = v.object({ value: share, low: share, high: share });
export const spread = v.object({ mean: measure, spread: measure });

export const listOf = <Item extends v.GenericSchema>(item: Item, needed = "a list") =>
  v.pipe(v.array(item, needed), v.maxLength(MAX_ITEMS, atMost(MAX_ITEMS, "entries")), v.readonly());

/** A schema of a record in which every name has the same kind of thing. */
export const named = <Name extends string, Item extends v.GenericSchema>(names: readonly Name[], item: Item) =>
  v.object(recordOf(names, () => item));

/** Whole numbers between two ends, both included. */
export const wholeBetween = (least: number, most: number) => {
  const needed = most >= MAX_COUNT ? `a whole number from ${least}` : `a whole number from ${least} to ${most}`;
  return v.pipe(v.number(needed), v.safeInteger(needed), v.minValue(least, needed), v.maxValue(most, needed));
};

/** No model of this page's families has more of them; a map of more could not be drawn. */
export const MAX_LAYERS = 1024;
const MAX_HEADS = 1024;
const MAX_NEURONS = 1_000_000;

export const layer = place(MAX_LAYERS);
export const head = v.object({ layer, head: place(MAX_HEADS) }, 'as "L0H7"');
/** A neuron's place in its layer. */
export const neuronPlace = place(MAX_NEURONS);
export const neuron = { layer, neuron: neuronPlace };

/** A group of cases under an ablation, and what the ablation cost it. */
export const ablatedScore = v.object({ accuracy: estimatedShare, lost: estimate, nats: estimate });
export const cost = v.object({ group: text, cost: ablatedScore, random: spread });
export const measuredGroup = v.object({ name: text, scored: counted, accuracy: estimatedShare });
