import type { HeadSweep, Token, Variant } from "#protocol/engine.ts";
import type { ReadingSettings } from "../../link/finding.ts";
import { changesOf, ablationSourceOf, variantOf } from "../../question.ts";
import type { Question } from "../../question.ts";
import { ablationSourceKey, changesKey, keyOf, subjectOf } from "../demand.ts";
import type { CleanRun, Demand, Demands, Moment } from "../demand.ts";
import type { OtherSweep } from "../results.ts";
import { sweepRun } from "../sweep-run.ts";

interface Other extends Pick<Question, "interventions" | "ablationSource"> {
  readonly prompt: string;
  readonly variant: Variant;
  /** Left out: the run's own answer. */
  readonly target?: number;
}

/** The second map of heads: a second prompt answers for itself, the other variant is asked about the same target. */
export function besideDemands(now: Moment, clean: CleanRun): Demands {
  const { reading } = now;
  const other = reading?.look === "effect" ? otherOf(now, reading, clean.target.id) : undefined;
  return other ? { otherSweep: besideDemand(now, other) } : {};
}

/** @returns undefined where nothing is asked to stand beside, or there is no such variant */
function otherOf(now: Moment, { other, otherVariant, isUnder }: ReadingSettings, target: number): Other | undefined {
  const { prompt, variant = "base", ablationSource, hasAdapter } = now;
  const isMissing = otherVariant === "adapted" && !hasAdapter;
  if ((!other && !otherVariant) || isMissing) return undefined;
  const own = other || prompt;
  return {
    prompt: own,
    variant: otherVariant ?? variant,
    // what is off plays its part where it does in the first map
    interventions: isUnder ? now.interventions : [],
    ablationSource,
    ...(own === prompt && { target }),
  };
}

function besideDemand(now: Moment, other: Other): Demand<OtherSweep> {
  const { prompt, variant, interventions, target } = other;
  return {
    key: keyOf(prompt, target, changesKey(other), ...ablationSourceKey(other), variant),
    about: ({ tokens, token }) => subjectOf(now, { tokens, target: token }, { prompt, variant, interventions, target }),
    async run(engine, reports) {
      const asked = { ...(target !== undefined && { target }), ...variantOf(other) };
      const { tokens, target: token } = await engine.predict(prompt, { top: 1, ...asked }, { signal: reports.signal });
      const ofRun = (sweep: HeadSweep): OtherSweep => ({ ...sweep, ...runOf(tokens, token) });
      const sweep = sweepRun(prompt, now.info, {
        ...variantOf(other),
        target: token.id,
        ...(interventions.length > 0 ? changesOf(other) : ablationSourceOf(other)),
      });
      return ofRun(await sweep(engine, { ...reports, partial: (part) => reports.partial(ofRun(part)) }));
    },
  };
}

const runOf = (tokens: readonly Token[], { id, text }: Token) => ({ tokens, token: { id, text } });
