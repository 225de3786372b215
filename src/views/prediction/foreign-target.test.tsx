// @vitest-environment happy-dom
import { act } from "react";
import { createRoot } from "react-dom/client";
import type { Root } from "react-dom/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { question } from "#state/question.ts";
import { EMPTY_SLOT, clearResults, results } from "#state/run/results.ts";
import type { Prediction } from "#state/run/results.ts";
import type { Subject } from "#state/subject.ts";
import { PredictionPanel } from "./PredictionPanel.tsx";

const OFF = { kind: "head", at: { layer: 0, head: 7 }, scale: 0 } as const;
const ABOUT: Subject = {
  model: { id: "m", name: "m" },
  variant: "base",
  prompt: "3+5=",
  tokens: [],
  token: undefined,
  target: 4,
  interventions: [],
};
let host: HTMLElement;
let root: Root;

beforeEach(() => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  host = document.createElement("div");
  root = createRoot(host);
});

afterEach(() => {
  act(() => root.unmount());
  clearResults();
  vi.unstubAllGlobals();
});

const token = (text: string, probability: number, rank: number) => ({
  id: text === "0" ? 4 : text.codePointAt(0)!,
  text,
  probability,
  logProbability: Math.log(probability),
  rank,
});
const run = (answer: string, probability: number, target: ReturnType<typeof token>): Prediction => ({
  tokens: [],
  top: [token(answer, probability, 0)],
  included: [],
  target,
});

/** The lines beside the large token, without the parts that come later. */
async function shown(before: Prediction, after?: Prediction): Promise<readonly string[]> {
  const slot = { ...EMPTY_SLOT, status: "done" as const };
  const interventions = after ? [OFF] : [];
  question.setState({ prompt: "3+5=", target: 4, interventions });
  results.setState({
    prediction: { ...slot, value: before, about: ABOUT },
    predictionAblated: after ? { ...slot, value: after, about: { ...ABOUT, interventions } } : EMPTY_SLOT,
  });
  await act(async () => root.render(<PredictionPanel />));
  await vi.waitFor(() => expect(host.querySelector(".answer-mark")).not.toBeNull());
  const answer = host.querySelector(".answer")!;
  return [
    answer.querySelector("del")?.textContent ?? "",
    answer.querySelector(".answer-token")!.textContent,
    answer.querySelector(".answer-probability")!.textContent,
    answer.querySelector(".answer-numbers > .small")!.textContent,
  ].map((text) => text.replaceAll("\u202f", " "));
}

test.each<[what: string, before: Prediction, after: Prediction | undefined, lines: readonly string[]]>([
  [
    "where another token is asked about, the large one is the model's answer still, and the target is named",
    run("8", 0.942, token("0", 0.000_123, 9)),
    undefined,
    ["", "8", "94.2 %✓ right", "target 0: < 0.1 %, log p −9.00 nats"],
  ],
  [
    "a broken answer is the model's, and two small probabilities of the target are told apart",
    run("8", 0.942, token("0", 0.000_123, 9)),
    run("4", 0.75, token("0", 0.000_456, 7)),
    ["8", "4", "75.0 %✗ it is 8", "target 0: 0.0123 % → 0.0456 %, log p −9.00 → −7.69 nats"],
  ],
  [
    "an answer that stands has its own course, and the target its own",
    run("8", 0.942, token("0", 0.01, 9)),
    run("8", 0.75, token("0", 0.2, 1)),
    ["", "8", "94.2 % → 75.0 %✓ right", "target 0: 1.0 % → 20.0 %, log p −4.61 → −1.61 nats"],
  ],
  [
    "where the answer itself is asked about, all is said of it once",
    run("8", 0.942, token("8", 0.942, 0)),
    run("8", 0.75, token("8", 0.75, 0)),
    ["", "8", "94.2 % → 75.0 %✓ right", "log p −0.06 → −0.29 nats"],
  ],
])("%s", async (_what, before, after, lines) => expect(await shown(before, after)).toEqual(lines));
