import type { Engine } from "#client/engine.ts";
import { interventionKey } from "#model/interventions.ts";
import type { Intervention } from "#model/interventions.ts";
import { formatHead, formatNeuron } from "#model/ids.ts";
import type { HeadSweep, ModelInfo, Prediction, ScoredAnswer, Token } from "#protocol/engine.ts";
import { partKey, variantOf } from "../question.ts";
import type { Part, Question, TypedAnswer } from "../question.ts";
import type { ResultKind, Results, Slots } from "./results.ts";

/** Ranks that the prediction panel can show. */
const TOP_TOKENS = 50;
/** Of each run's first tokens, how many are followed into the other run. */
const COMPARED_TOKENS = 12;

/** What the page shows and asks at one moment. */
export interface Moment extends Question {
  /** Of several tokens, the target being the first. */
  readonly answer: TypedAnswer | undefined;
  readonly info: ModelInfo;
  readonly slots: Slots;
  readonly inspected: Part | undefined;
  /** Rows of the comparison that somebody looks at or claims; 0 for none. */
  readonly comparedNeurons: number;
  /** Whether there is a second variant to compare with where nothing is switched off. */
  readonly hasAdapter: boolean;
}

/** How a demand reports while it runs. */
export interface Reports<T> {
  readonly signal: AbortSignal;
  partial(value: T): void;
  progress(done: number, total: number): void;
}

/** One question to the engine. Two demands with one key have the same answer. */
export interface Demand<T> {
  readonly key: string;
  /** The target's text, where it is known when asking. */
  readonly target: string;
  run(engine: Engine, reports: Reports<T>): Promise<T>;
}

export type Demands = { readonly [K in ResultKind]?: Demand<Results[K]> };

/**
 * Everything that the page wants to know now. What builds on the clean run waits for it, so that a prompt which the
 * model refuses is refused once.
 */
export function demands(now: Moment): Demands {
  const { prompt, slots } = now;
  if (prompt === "") return {};
  const before = beforeDemand(now);
  const nothingOff = now.interventions.length === 0;
  const base: Demands = {
    tokens: { key: keyOf(prompt), target: "", run: (engine, { signal }) => engine.tokenize(prompt, { signal }) },
    before,
  };
  const clean = slots.before;
  if (clean.status !== "done" || clean.answers !== before.key || !clean.value) return base;
  const { target } = clean.value;
  return {
    ...base,
    sweep: sweepDemand(now, target),
    ...answerDemands(now, target),
    ...(!nothingOff && { after: afterDemand(now, target), ...followedDemand(now, clean.value) }),
    ...(!nothingOff && now.comparedNeurons > 0 && { comparison: comparisonDemand(now, target) }),
    ...(nothingOff && now.hasAdapter && now.comparedNeurons > 0 && { comparison: variantsDemand(now, target) }),
    ...inspectionDemand(now, target),
  };
}

const keyOf = (...parts: readonly unknown[]) => JSON.stringify(parts);

/** In a fixed order, so that the way to a set of interventions does not matter. */
const interventionsKey = (list: readonly Intervention[]) =>
  list.map((change) => `${interventionKey(change)}*${change.scale}`).sort();

/** The base's keys name no variant. */
const variantKey = ({ variant = "base" }: Question) => (variant === "base" ? [] : [variant]);

export const beforeKey = (question: Question) => keyOf(question.prompt, question.target, ...variantKey(question));

/** @param target of the clean run, chosen or its own */
export const afterKey = (question: Question, target: number) =>
  keyOf(question.prompt, target, interventionsKey(question.interventions), ...variantKey(question));

export const comparisonKey = (question: Question, target: number, count: number) =>
  keyOf(afterKey(question, target), count);

function beforeDemand(now: Moment): Demand<Results["before"]> {
  const { prompt, target } = now;
  return {
    key: beforeKey(now),
    target: "",
    run: (engine, { signal }) =>
      engine.predict(
        prompt,
        { top: TOP_TOKENS, ...(target !== undefined && { target }), ...variantOf(now) },
        { signal },
      ),
  };
}

/** The clean run's first tokens are reported wherever they rank now, to be laid side by side. */
function afterDemand(now: Moment, { id: target, text }: Token): Demand<Results["after"]> {
  const { prompt, interventions, slots } = now;
  const include = slots.before.value?.top.slice(0, COMPARED_TOKENS).map((token) => token.id) ?? [];
  return {
    key: afterKey(now, target),
    target: text,
    run: (engine, { signal }) =>
      engine.predict(prompt, { top: TOP_TOKENS, target, interventions, include, ...variantOf(now) }, { signal }),
  };
}

export const answerKey = (question: Question, { ids }: TypedAnswer, interventions: readonly Intervention[]) =>
  keyOf(question.prompt, ids, interventionsKey(interventions), ...variantKey(question));

/** The whole of an answer of several tokens, before and after what is switched off. */
function answerDemands(now: Moment, { text }: Token): Demands {
  const { prompt, answer, interventions } = now;
  if (!answer) return {};
  const demand = (changes: readonly Intervention[]): Demand<ScoredAnswer> => ({
    key: answerKey(now, answer, changes),
    target: text,
    run: (engine, { signal }) =>
      engine.scoreAnswer(prompt, { answer: answer.ids, interventions: changes, ...variantOf(now) }, { signal }),
  });
  return { answer: demand([]), ...(interventions.length > 0 && { answerAfter: demand(interventions) }) };
}

/** What leads the changed run may rank too low in the clean one to be reported by itself; then it is asked for. */
function followedDemand(now: Moment, { top, target }: Prediction): Demands {
  const { prompt, slots } = now;
  const { answers, value } = slots.after;
  if (!value || answers !== afterKey(now, target.id)) return {};
  const known = new Set([...top, target].map((token) => token.id));
  const include = value.top.slice(0, COMPARED_TOKENS).flatMap(({ id }) => (known.has(id) ? [] : [id]));
  if (include.length === 0) return {};
  return {
    followed: {
      key: keyOf(prompt, target.id, include, ...variantKey(now)),
      target: target.text,
      run: (engine, { signal }) =>
        engine.predict(prompt, { top: 1, target: target.id, include, ...variantOf(now) }, { signal }),
    },
  };
}

function sweepDemand(now: Moment, { id: target, text }: Token): Demand<HeadSweep> {
  const { prompt, info } = now;
  return {
    key: keyOf(prompt, target, ...variantKey(now)),
    target: text,
    run(engine, { signal, partial, progress }) {
      const rows = Array.from({ length: info.layers }, () => new Array<number>(info.heads).fill(Number.NaN));
      let work = 0;
      return engine.sweepHeads(
        prompt,
        { target, rowByRow: true, ...variantOf(now) },
        {
          signal,
          onProgress({ layer, logProbability, baseline }) {
            rows[layer] = logProbability;
            work += rowWork(layer, info.layers);
            partial({ target, baseline, logProbability: [...rows] });
            progress(work, sweepWork(info.layers));
          },
        },
      );
    },
  };
}

/** A run that starts at layer l passes the layers from l on. */
const rowWork = (layer: number, layers: number) => layers - layer;
const sweepWork = (layers: number) => (layers * (layers + 1)) / 2;

function comparisonDemand(now: Moment, { id: target, text }: Token): Demand<Results["comparison"]> {
  const { prompt, interventions, comparedNeurons: count } = now;
  return {
    key: comparisonKey(now, target, count),
    target: text,
    run: (engine, { signal, progress }) =>
      engine.compareNeurons(
        prompt,
        { target, interventions, count, ...variantOf(now) },
        {
          signal,
          onProgress: ({ done, total }) => progress(done, total),
        },
      ),
  };
}

/** The base against the adapted model, whichever of them the page shows; about the shown one's target. */
function variantsDemand(now: Moment, { id: target, text }: Token): Demand<Results["comparison"]> {
  const { prompt, comparedNeurons: count } = now;
  return {
    key: keyOf("variants", prompt, target, count),
    target: text,
    run: (engine, { signal, progress }) =>
      engine.compareNeurons(
        prompt,
        { target, count, against: { variant: "adapted" } },
        { signal, onProgress: ({ done, total }) => progress(done, total) },
      ),
  };
}

/** A part is looked at as it runs at full scale, with every other intervention in place. */
function inspectionDemand(now: Moment, { id: target, text }: Token): Demands {
  const { prompt, interventions, inspected } = now;
  if (!inspected) return {};
  const own = partKey(inspected);
  const others = interventions.filter((change) => interventionKey(change) !== own);
  if (inspected.kind === "head") {
    const { at } = inspected;
    const key = keyOf(prompt, target, interventionsKey(others), formatHead(at), ...variantKey(now));
    return {
      head: {
        key,
        target: text,
        run: (engine, { signal }) =>
          engine.inspectHead(prompt, { target, at, interventions: others, ...variantOf(now) }, { signal }),
      },
    };
  }
  const { at } = inspected;
  const key = keyOf(prompt, target, interventionsKey(others), formatNeuron(at), ...variantKey(now));
  return {
    neuron: {
      key,
      target: text,
      run: (engine, { signal }) =>
        engine.inspectNeuron(prompt, { target, at, interventions: others, ...variantOf(now) }, { signal }),
    },
  };
}
