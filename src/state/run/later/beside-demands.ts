import type { HeadSweep, Token } from "#protocol/engine.ts";
import { changesOf, ablationSourceOf, variantOf } from "../../question.ts";
import { ablationSourceKey, changesKey, keyOf, subjectOf } from "../demand.ts";
import type { CleanRun, Demand, Demands, Moment } from "../demand.ts";
import type { OtherSweep } from "../results.ts";
import { sweepRun } from "../sweep-run.ts";
import { otherRun } from "./other-run.ts";
import type { AskedOf } from "./other-run.ts";

/** The second map of heads, where one is asked to stand beside the first. */
export function besideDemands(now: Moment, clean: CleanRun): Demands {
  const { reading, interventions, ablationSource } = now;
  if (reading?.look !== "effect") return {};
  const other = otherRun(now, reading, clean.target.id);
  if (!other) return {};
  // what is ablated plays its part where it does in the first map
  const off = reading.isUnder ? interventions : [];
  return { otherSweep: besideDemand(now, { ...other, interventions: off, ablationSource }) };
}

function besideDemand(now: Moment, other: AskedOf): Demand<OtherSweep> {
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
