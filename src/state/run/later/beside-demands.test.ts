import { expect, test } from "vitest";
import type { Engine } from "#client/engine.ts";
import { askedMoment, CLEAN, OFF } from "#test/asked-moment.ts";
import { DEFAULT_READING } from "../../link/finding.ts";
import type { ReadingSettings } from "../../link/finding.ts";
import type { Moment } from "../demand.ts";
import type { OtherSweep } from "../results.ts";
import { besideDemands } from "./beside-demands.ts";

const TOKENS = [{ id: 1, text: "4+5=" }];

const moment = (reading: Partial<ReadingSettings>, changes: Partial<Moment> = {}): Moment =>
  askedMoment({ reading: { ...DEFAULT_READING, ...reading }, ...changes });

/** What one moment asks and gets of an engine whose answer is token 13 where no target is named. */
async function asked(now: Moment) {
  const calls: unknown[][] = [];
  const partials: OtherSweep[] = [];
  const engine = {
    predict(prompt: string, options: { readonly target?: number }) {
      calls.push(["predict", prompt, options]);
      const id = options.target ?? 13;
      return Promise.resolve({
        tokens: TOKENS,
        target: { id, text: `t${id}`, rank: 0, probability: 1, logProbability: 0 },
      });
    },
    sweepHeads(
      prompt: string,
      options: { readonly target: number },
      { onProgress }: { onProgress: (report: unknown) => void },
    ) {
      calls.push(["sweepHeads", prompt, options]);
      const row = { layer: 0, logProbability: [-2, -1], baseline: -1, target: options.target };
      onProgress(row);
      return Promise.resolve({ target: options.target, baseline: -1, logProbability: [row.logProbability] });
    },
  } as unknown as Engine;
  const { otherSweep } = besideDemands(now, CLEAN);
  if (!otherSweep) return undefined;
  const reports = {
    signal: new AbortController().signal,
    partial: (value: OtherSweep) => partials.push(value),
    progress: () => undefined,
  };
  const found = await otherSweep.run(engine, reports);
  return { calls, found, partials, about: otherSweep.about(found) };
}

test("nothing stands beside unless it is asked for, on the map of effects, of a variant that is there", () => {
  expect(besideDemands(moment({}), CLEAN)).toEqual({});
  expect(besideDemands(moment({ other: "4+5=", look: "lens" }), CLEAN)).toEqual({});
  expect(besideDemands(moment({ otherVariant: "adapted" }), CLEAN)).toEqual({});
});

test("another prompt answers for itself, and is what the second map is about", async () => {
  const { calls, found, partials, about } = (await asked(moment({ other: "4+5=" })))!;
  expect(calls).toEqual([
    ["predict", "4+5=", { top: 1 }],
    ["sweepHeads", "4+5=", { target: 13, rowByRow: true }],
  ]);
  const whole = {
    target: 13,
    baseline: -1,
    logProbability: [[-2, -1]],
    tokens: TOKENS,
    token: { id: 13, text: "t13" },
  };
  expect(found).toEqual(whole);
  expect(partials).toEqual([whole]);
  expect([about.prompt, about.variant, about.token, about.target, about.interventions]).toEqual([
    "4+5=",
    "base",
    { id: 13, text: "t13" },
    undefined,
    [],
  ]);
});

test("another variant is asked about the same target, and what is off counts where it does in the first map", async () => {
  const now = moment({ otherVariant: "adapted", isUnder: true }, { hasAdapter: true, interventions: [OFF] });
  const { calls, about } = (await asked(now))!;
  expect(calls).toEqual([
    ["predict", "3+5=", { top: 1, target: 12, variant: "adapted" }],
    ["sweepHeads", "3+5=", { target: 12, variant: "adapted", interventions: [OFF], rowByRow: true }],
  ]);
  expect([about.variant, about.interventions]).toEqual(["adapted", [OFF]]);
  const bare = moment({ otherVariant: "adapted" }, { hasAdapter: true, interventions: [OFF] });
  expect((await asked(bare))!.calls[1]).toEqual([
    "sweepHeads",
    "3+5=",
    { target: 12, variant: "adapted", rowByRow: true },
  ]);
});

test("what stands in for a part that is off is the same in both maps", async () => {
  const { calls } = (await asked(moment({ other: "4+5=" }, { ablationSource: ["1+1="] })))!;
  expect(calls[1]![2]).toEqual({ target: 13, ablationSource: ["1+1="], rowByRow: true });
});
