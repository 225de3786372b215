import { formatHead, formatNeuron } from "#model/ids.ts";
import { interventionKey } from "#model/interventions.ts";
import type { Intervention } from "#model/interventions.ts";
import type { HeadSweep, Prediction, ScoredAnswer, Token } from "#protocol/engine.ts";
import { changesOf, partKey, standInsOf, variantOf } from "../question.ts";
import type { Question, TypedAnswer } from "../question.ts";
import { chainDemands } from "./chain-demands.ts";
import { changesKey, keyOf, standInsKey, variantKey } from "./demand.ts";
import type { Demand, Demands, Moment } from "./demand.ts";
import type { Results } from "./results.ts";

/** Ranks that the prediction panel can show. */
const TOP_TOKENS = 50;
/** Of each run's first tokens, how many are followed into the other run. */
const COMPARED_TOKENS = 12;

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
    ...(now.chain && chainDemands(now, now.chain, target)),
  };
}

export const beforeKey = (question: Question) => keyOf(question.prompt, question.target, ...variantKey(question));

/** @param target of the clean run, chosen or its own */
export const afterKey = (question: Question, target: number) =>
  keyOf(question.prompt, target, changesKey(question), ...variantKey(question));

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
  const { prompt, slots } = now;
  const include = slots.before.value?.top.slice(0, COMPARED_TOKENS).map((token) => token.id) ?? [];
  return {
    key: afterKey(now, target),
    target: text,
    run: (engine, { signal }) =>
      engine.predict(prompt, { top: TOP_TOKENS, target, include, ...changesOf(now), ...variantOf(now) }, { signal }),
  };
}

export const answerKey = (question: Question, { ids }: TypedAnswer, interventions: readonly Intervention[]) =>
  keyOf(question.prompt, ids, changesKey({ ...question, interventions }), ...variantKey(question));

/** The whole of an answer of several tokens, before and after what is switched off. */
function answerDemands(now: Moment, { text }: Token): Demands {
  const { prompt, answer, interventions } = now;
  if (!answer) return {};
  const demand = (changes: readonly Intervention[]): Demand<ScoredAnswer> => ({
    key: answerKey(now, answer, changes),
    target: text,
    run: (engine, { signal }) =>
      engine.scoreAnswer(
        prompt,
        { answer: answer.ids, ...changesOf({ ...now, interventions: changes }), ...variantOf(now) },
        { signal },
      ),
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
    key: keyOf(prompt, target, ...standInsKey(now), ...variantKey(now)),
    target: text,
    run(engine, { signal, partial, progress }) {
      const rows = Array.from({ length: info.layers }, () => new Array<number>(info.heads).fill(Number.NaN));
      let work = 0;
      return engine.sweepHeads(
        prompt,
        { target, rowByRow: true, ...standInsOf(now), ...variantOf(now) },
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
  const { prompt, comparedNeurons: count } = now;
  return {
    key: comparisonKey(now, target, count),
    target: text,
    run: (engine, { signal, progress }) =>
      engine.compareNeurons(
        prompt,
        { target, count, ...changesOf(now), ...variantOf(now) },
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
  const others = { ...now, interventions: interventions.filter((change) => interventionKey(change) !== own) };
  const asked = { target, ...changesOf(others), ...variantOf(now) };
  // the part itself is switched off, whatever else is
  const keys = [prompt, target, changesKey(others), ...standInsKey(now)];
  if (inspected.kind === "head") {
    const { at } = inspected;
    const key = keyOf(...keys, formatHead(at), ...variantKey(now));
    return {
      head: {
        key,
        target: text,
        run: (engine, { signal }) => engine.inspectHead(prompt, { ...asked, at }, { signal }),
      },
    };
  }
  const { at } = inspected;
  const key = keyOf(...keys, formatNeuron(at), ...variantKey(now));
  return {
    neuron: {
      key,
      target: text,
      run: (engine, { signal }) => engine.inspectNeuron(prompt, { ...asked, at }, { signal }),
    },
  };
}
