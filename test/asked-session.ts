import { afterEach, beforeEach, vi } from "vitest";
import type { Fault } from "#core/fault.ts";
import type { HeadSweep, ModelInfo, Prediction } from "#protocol/engine.ts";
import { followEngine } from "#state/engine-life.ts";
import { model } from "#state/model/model.ts";
import type { ModelChoice } from "#state/model/model.ts";
import { connectEngine } from "#state/run/engine-port.ts";
// the second script brings it
import "#state/run/later-demands.ts";
import { followQuestions, pursueNow } from "#state/run/session.ts";
import { AskedEngine } from "./asked-engine.ts";
import { firstPage } from "./first-page.ts";

export const SHIPPED: ModelChoice = { id: "abacus", source: { kind: "url", base: "http://here/models/abacus/" } };
export const OTHER: ModelChoice = { id: "other", source: { kind: "url", base: "http://here/models/other/" } };
export const HEAD = { kind: "head", at: { layer: 0, head: 1 } } as const;

export const INFO = {
  name: "abacus",
  source: { kind: "url", name: "http://here/models/abacus/" },
  layers: 2,
  heads: 2,
  neurons: 4,
  context: 8,
  dtype: "q8",
  content: "a".repeat(64),
} as ModelInfo;

export const prediction = (id: number, logProbability: number): Prediction => {
  const target = { id, text: String(id), probability: Math.exp(logProbability), logProbability };
  return { tokens: [{ id: 1, text: "<s>" }], top: [target], target: { ...target, rank: 0 }, included: [] };
};

export const SWEEP: HeadSweep = {
  target: 8,
  baseline: -0.5,
  logProbability: [
    [-0.5, -3],
    [-0.5, -0.4],
  ],
};

/** The page's session on an engine that is asked and answered by the test, begun anew before each test of the file. */
export function askedSession() {
  let asked: AskedEngine;
  let ends: (() => void)[];

  beforeEach(() => {
    vi.useFakeTimers();
    asked = new AskedEngine();
    firstPage();
    model.setState({ choice: SHIPPED, dtype: "q8", backend: "auto", status: { kind: "ready" }, info: INFO });
    connectEngine(asked.engine);
    ends = [followEngine(asked.engine), followQuestions()];
  });

  afterEach(() => {
    for (const end of ends) end();
    vi.useRealTimers();
  });

  return {
    calls: () => asked.calls,
    waiting: (method: string) => asked.waiting(method),
    last: (method: string) => asked.last(method),
    stop: (reason: Fault) => asked.stop(reason),
    settleTyping: () => vi.advanceTimersByTimeAsync(500),
    async answerBefore(id = 8) {
      pursueNow();
      await asked.last("predict").answer(prediction(id, -0.5));
    },
  };
}
