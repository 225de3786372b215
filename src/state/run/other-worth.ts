import { createStore } from "zustand/vanilla";
import { effectOf } from "#analysis/ablation/effect.ts";
import { isEngineEnd } from "#core/fault.ts";
import { formatHead } from "#model/ids.ts";
import type { HeadId } from "#model/ids.ts";
import type { Prediction } from "#protocol/engine.ts";
import { otherNumbers } from "../ablation-source.ts";
import { model } from "../model/model.ts";
import { asFault } from "../notices.ts";
import { variantOf } from "../question.ts";
import { isSameRun, modelNow, runKey } from "../subject.ts";
import type { Subject } from "../subject.ts";
import { currentEngine } from "./engine-port.ts";
import { isStale, results } from "./results.ts";
import { LEAST_DONOR_PROMPTS, donorPromptsOf, tooFewText } from "./donor-prompts.ts";

/** What a head is worth by the ablation that the page does not use at the moment: where that is zero its mean over other prompts, else zero. */
export interface OtherWorth {
  /** Prompts that stand in; none: it is 0. */
  readonly prompts: readonly string[];
  readonly effect?: number;
  readonly fault?: string;
}

export const otherWorths = createStore<{ readonly [key: string]: OtherWorth }>(() => ({}));

/** Kept to come back to; each is a number and a few short prompts. */
const MAX_KEPT = 100;
/** A larger model is asked at a person's word: the mean takes a run of each prompt that stands in. */
const MOST_PARAMETERS_UNASKED = 50e6;

/** Whether the other worth may be asked while nobody waits. */
export const isUnasked = () => (model.getState().info?.parameters ?? 0) <= MOST_PARAMETERS_UNASKED;

/** The prompts that the other ablation would have in the place of what is ablated, of whatever length; undefined where there are none to take. */
export function otherSource(
  ablationSource: readonly string[] | undefined,
  prompt: string,
): readonly string[] | undefined {
  if (ablationSource) return [];
  const others = otherNumbers(prompt);
  return others.length > 0 ? others : undefined;
}

export const otherKey = (at: HeadId, about: Subject) =>
  JSON.stringify([formatHead(at), runKey(about), about.ablationSource]);

/** Asks once; what is known, or on its way, stays. What the model that was asked did not answer is not known. */
export async function askOtherWorth(at: HeadId, about: Subject): Promise<void> {
  const key = otherKey(at, about);
  if (otherWorths.getState()[key]) return;
  const { prediction } = results.getState();
  if (!prediction.value || prediction.isRecorded || isStale(prediction) || !isSameRun(prediction.about, about)) return;
  const drawn = otherSource(about.ablationSource, about.prompt);
  if (!drawn) return;
  const { target } = prediction.value;
  const asked = answeringKey(about);
  note(key, { prompts: drawn });
  const worth = await worthOf(at, { about, drawn, target }).catch((reason: unknown) =>
    isEngineEnd(reason) ? undefined : { prompts: drawn, fault: asFault(reason).message },
  );
  note(key, answeringKey(about) === asked ? worth : undefined);
}

/** The key of the run as the model that answers now would make it. */
function answeringKey(about: Subject): string | undefined {
  const answering = modelNow();
  return answering && runKey({ ...about, model: answering });
}

interface AskedWorth {
  readonly about: Subject;
  readonly drawn: readonly string[];
  /** Of the clean run. */
  readonly target: Prediction["target"];
}

/** @throws Fault as the engine */
async function worthOf(at: HeadId, { about, drawn, target }: AskedWorth): Promise<OtherWorth> {
  const prompts = drawn.length === 0 ? drawn : await donorPromptsOf(about.prompt);
  if (drawn.length > 0 && prompts.length < LEAST_DONOR_PROMPTS) {
    return { prompts: drawn, fault: tooFewText(prompts.length, drawn.length) };
  }
  const after = await currentEngine().predict(about.prompt, {
    top: 1,
    target: target.id,
    interventions: [{ kind: "head", at, scale: 0 }],
    ...(prompts.length > 0 && { ablationSource: [...prompts] }),
    ...variantOf(about),
  });
  const { logProbability: withoutIt } = after.target;
  return { prompts, effect: effectOf({ baseline: target.logProbability, withoutIt }) };
}

/** @param worth undefined: not known any more */
function note(key: string, worth: OtherWorth | undefined): void {
  const { [key]: _, ...others } = otherWorths.getState();
  const kept = Object.entries(others).slice(1 - MAX_KEPT);
  otherWorths.setState(Object.fromEntries(worth ? [...kept, [key, worth]] : kept), true);
}
