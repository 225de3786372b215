import { useEffect, useMemo } from "react";
import { useStore } from "zustand";
import { likelier } from "#charts/factor.ts";
import { nats } from "#charts/number-format.ts";
import { formatHead } from "#model/ids.ts";
import type { HeadId } from "#model/ids.ts";
import { NEGLIGIBLE_NATS } from "#state/effects.ts";
import { askOtherWorth, isUnasked, otherKey, otherSource, otherWorths } from "#state/run/other-worth.ts";
import type { OtherWorth } from "#state/run/other-worth.ts";
import { results } from "#state/run/results.ts";
import type { Subject } from "#state/subject.ts";
import { usePlain } from "../shared/use-plain.ts";
import { tokenText } from "../shared/words/token-text.ts";

interface OtherWorthLineProps {
  readonly at: HeadId;
  /** Of the number that it stands beside. */
  readonly about: Subject;
  /** That number, in nats. */
  readonly effect: number;
}

/** A head's worth by zero and by its mean over other prompts, beside each other: what does not survive the second is no finding yet. */
export function OtherWorthLine({ at, about, effect }: OtherWorthLineProps) {
  const isPlain = usePlain();
  const worth = useStore(otherWorths, (known) => known[otherKey(at, about)]);
  const isAnswered = useStore(
    results,
    ({ prediction, sweep }) => prediction.status === "done" && sweep.status === "done",
  );
  useEffect(() => {
    if (isAnswered && isUnasked()) void askOtherWorth(at, about);
  }, [at, about, isAnswered]);
  const { ablationSource, prompt } = about;
  const prompts = useMemo(() => otherSource(ablationSource, prompt), [ablationSource, prompt]);
  if (!prompts) return null;
  return (
    <p className="small other-worth" title={(worth?.prompts ?? prompts).map(tokenText).join("   ")}>
      {worth || isUnasked() ? (
        otherSentence(at, { effect, worth: worth ?? { prompts }, own: ablationSource?.length ?? 0 }, isPlain)
      ) : (
        <button type="button" onClick={() => void askOtherWorth(at, about)}>
          And {kindOf(prompts.length)}?
        </button>
      )}
    </p>
  );
}

/** The other worth of a head that was asked about elsewhere; nothing is asked for it. */
export function KnownOtherWorth({ at, about, effect }: OtherWorthLineProps) {
  const isPlain = usePlain();
  const worth = useStore(otherWorths, (known) => known[otherKey(at, about)]);
  if (worth?.effect === undefined) return null;
  return (
    <p className="small other-worth">
      {otherSentence(at, { effect, worth, own: about.ablationSource?.length ?? 0 }, isPlain)}
    </p>
  );
}

const kindOf = (prompts: number) => (prompts === 0 ? "by zero" : `by its mean over ${prompts} other prompts`);

interface Both {
  /** By the page's own ablation. */
  readonly effect: number;
  readonly worth: OtherWorth;
  /** Prompts that stand in for what is ablated on the page; 0: it is zero. */
  readonly own: number;
}

/** `L0H7 by zero: 7.92 nats; by its mean over 8 other prompts (5+9=, 6+7=, …): 0.00 nats. It does not survive the mean.` */
export function otherSentence(at: HeadId, { effect, worth, own }: Both, isPlain = false): string {
  const { prompts, effect: other, fault } = worth;
  if (fault !== undefined) return `${kindOf(prompts.length)} it could not be computed: ${fault}.`;
  const named = prompts.length > 0 ? ` (${prompts.slice(0, NAMED).map(tokenText).join(", ")}, …)` : "";
  const say = (lost: number) => (isPlain ? `the answer is ${likelier(0 - lost)}` : `${nats(lost)} nats`);
  const number = other === undefined ? "on its way" : say(other);
  const both = `${formatHead(at)} ${kindOf(own)}: ${say(effect)}; ${kindOf(prompts.length)}${named}: ${number}.`;
  const [byZero, byMean] = own === 0 ? [effect, other] : [other, effect];
  if (byZero === undefined || byMean === undefined || byZero < NEGLIGIBLE_NATS) return both;
  return byMean < byZero * SURVIVING_SHARE ? `${both} It does not survive the mean.` : both;
}

const NAMED = 2;
/** Share of the effect by zero that the mean has to leave, for the head to be said to survive it. */
const SURVIVING_SHARE = 0.1;
