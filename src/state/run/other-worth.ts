import { createStore } from "zustand/vanilla";
import { effectOf } from "#analysis/ablation/effect.ts";
import { formatHead } from "#model/ids.ts";
import type { HeadId } from "#model/ids.ts";
import { otherNumbers } from "../ablation-source.ts";
import { model } from "../model/model.ts";
import { asFault } from "../notices.ts";
import { variantOf } from "../question.ts";
import { isSameRun, runKey } from "../subject.ts";
import type { Subject } from "../subject.ts";
import { currentEngine } from "./engine-port.ts";
import { isStale, results } from "./results.ts";
import { LEAST_STAND_INS, standInsOf, tooFewText } from "./stand-ins.ts";

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

/** The prompts that the other ablation would have in the place of what is off, of whatever length; undefined where there are none to take. */
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

/** Asks once; what is known, or on its way, stays. */
export async function askOtherWorth(at: HeadId, about: Subject): Promise<void> {
  const key = otherKey(at, about);
  if (otherWorths.getState()[key]) return;
  const { before } = results.getState();
  if (!before.value || before.isRecorded || isStale(before) || !isSameRun(before.about, about)) return;
  const drawn = otherSource(about.ablationSource, about.prompt);
  if (!drawn) return;
  const { id: target, logProbability: baseline } = before.value.target;
  note(key, { prompts: drawn });
  try {
    const prompts = drawn.length === 0 ? drawn : await standInsOf(about.prompt);
    if (drawn.length > 0 && prompts.length < LEAST_STAND_INS) {
      note(key, { prompts: drawn, fault: tooFewText(prompts.length, drawn.length) });
      return;
    }
    const after = await currentEngine().predict(about.prompt, {
      top: 1,
      target,
      interventions: [{ kind: "head", at, scale: 0 }],
      ...(prompts.length > 0 && { ablationSource: [...prompts] }),
      ...variantOf(about),
    });
    note(key, { prompts, effect: effectOf({ baseline, withoutIt: after.target.logProbability }) });
  } catch (reason) {
    note(key, { prompts: drawn, fault: asFault(reason).message });
  }
}

function note(key: string, worth: OtherWorth): void {
  const { [key]: _, ...others } = otherWorths.getState();
  otherWorths.setState(Object.fromEntries([...Object.entries(others).slice(1 - MAX_KEPT), [key, worth]]), true);
}
