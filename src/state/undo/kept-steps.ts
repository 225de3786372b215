import * as v from "valibot";
import { MAX_SCALE } from "#model/interventions.ts";
import type { Intervention } from "#model/interventions.ts";
import { dropWhatDoesNotFit } from "../model/loading.ts";
import { model } from "../model/model.ts";
import { MAX_PAST, question, stepOf } from "../question.ts";
import type { Step } from "../question.ts";

/** Steps of undo and redo as they are kept over a reload: those of one model, behind and ahead of one question. */
interface KeptSteps {
  /** As links name it. */
  readonly model: string;
  readonly at: Pick<Step, "prompt" | "interventions">;
  readonly past: readonly Step[];
  readonly future: readonly Step[];
}

/** Of all that is kept, in characters: a hundred questions; of long texts the latest. What is longer was not written by this page. */
export const MAX_KEPT_CHARACTERS = 200_000;

const index = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const scale = v.pipe(v.number(), v.minValue(-MAX_SCALE), v.maxValue(MAX_SCALE));
const intervention = v.variant("kind", [
  v.object({ kind: v.literal("head"), at: v.object({ layer: index, head: index }), scale }),
  v.object({ kind: v.literal("neuron"), at: v.object({ layer: index, neuron: index }), scale }),
]);
const interventions = v.array(intervention);
const step = v.object({
  prompt: v.string(),
  target: v.optional(index),
  answer: v.optional(v.object({ text: v.string(), ids: v.array(index) })),
  interventions,
});
const steps = v.pipe(v.array(step), v.maxLength(MAX_PAST));
const kept = v.object({
  model: v.string(),
  at: v.object({ prompt: v.string(), interventions }),
  past: steps,
  future: steps,
});

/** The steps that are to be kept of the page as it stands; undefined where there is nothing to take back or make again. */
export function stepsNow(): string | undefined {
  const now = question.getState();
  const { choice } = model.getState();
  if (!choice || (now.past.length === 0 && now.future.length === 0)) return undefined;
  const { prompt, interventions: changes } = now;
  const at = { prompt, interventions: changes };
  let room = MAX_KEPT_CHARACTERS - JSON.stringify({ model: choice.id, at, past: [], future: [] }).length;
  const latest = (list: readonly Step[]) => {
    const fitting: Step[] = [];
    for (const each of list.toReversed()) {
      room -= JSON.stringify(each).length + ",".length;
      if (room < 0) break;
      fitting.unshift(each);
    }
    return fitting;
  };
  const past = latest(now.past);
  const future = latest(now.future);
  const found: KeptSteps = { model: choice.id, at, past, future };
  return past.length + future.length === 0 ? undefined : JSON.stringify(found);
}

/** Lets undo and redo reach behind a reload, where the page opened with the question that these are of. Anything else is left. */
export function takeSteps(text: string): void {
  const found = readSteps(text);
  const now = question.getState();
  const { choice, info, status } = model.getState();
  // what was changed since the page opened comes behind them
  const opened = now.past[0] ?? stepOf(now);
  if (!found || found.model !== choice?.id || !isSameStep(found.at, opened)) return;
  const isUnchanged = now.past.length === 0 && now.future.length === 0;
  question.setState({
    past: [...found.past, ...now.past].slice(-MAX_PAST),
    ...(isUnchanged && { future: found.future }),
  });
  // a model that is still to come looks at them when it is there
  if (info && status.kind === "ready") dropWhatDoesNotFit(info);
}

/** @returns undefined for what this page did not write */
function readSteps(text: string): KeptSteps | undefined {
  if (text.length > MAX_KEPT_CHARACTERS) return undefined;
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), kept), text);
  if (!read.success) return undefined;
  const { past, future, ...rest } = read.output;
  return { ...rest, past: past.map(asStep), future: future.map(asStep) };
}

const asStep = ({ prompt, target, answer, interventions: changes }: v.InferOutput<typeof step>): Step => ({
  prompt,
  target,
  answer,
  interventions: changes,
});

const isSameStep = (a: KeptSteps["at"], b: KeptSteps["at"]) =>
  a.prompt === b.prompt && changesText(a.interventions) === changesText(b.interventions);

const changesText = (changes: readonly Intervention[]) =>
  JSON.stringify(changes.map(({ kind, at, scale: by }) => [kind, at, by]));
