import type { HeadSweep, Token } from "#protocol/engine.ts";
import type { ReadingSettings } from "../../link/finding.ts";
import type { Question } from "../../question.ts";
import { changesOf, ablationSourceOf, variantOf } from "../../question.ts";
import { ablationSourceKey, changesKey, keyOf, subjectOf } from "../demand.ts";
import type { CleanRun, Demand, Demands, Moment } from "../demand.ts";
import type { OtherSweep } from "../results.ts";
import { sweepRun } from "../sweep-run.ts";
import { otherRun } from "./other-run.ts";
import type { AskedOf } from "./other-run.ts";

/** The second map of heads, where one is asked to stand beside the first. */
export function besideDemands(now: Moment, clean: CleanRun): Demands {
  const asked = now.reading && askedBeside(now, now.reading, clean.target.id);
  return asked ? { otherSweep: besideDemand(now, asked) } : {};
}

type AskedBeside = Question & Pick<Moment, "hasAdapter">;

function askedBeside(now: AskedBeside, reading: ReadingSettings, target: number): AskedOf | undefined {
  const { interventions, ablationSource } = now;
  const other = reading.look === "effect" ? otherRun(now, reading, target) : undefined;
  // what is ablated plays its part where it does in the first map
  return other && { ...other, interventions: reading.isUnder ? interventions : [], ablationSource };
}

/** The question that the second map answers; undefined where none is asked for. */
export function besideKey(now: AskedBeside, reading: ReadingSettings, target: number): string | undefined {
  const asked = askedBeside(now, reading, target);
  return asked && keyOfRun(asked);
}

const keyOfRun = (other: AskedOf) =>
  keyOf(other.prompt, other.target, changesKey(other), ...ablationSourceKey(other), other.variant);

function besideDemand(now: Moment, other: AskedOf): Demand<OtherSweep> {
  const { prompt, variant, interventions, target } = other;
  return {
    key: keyOfRun(other),
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
