import { expect, test } from "vitest";
import type { Prediction } from "#state/run/results.ts";
import { offSentence, reasonSentence, silentSentence } from "./opening-words.ts";

const EIGHT = 12;

/** A run whose first token is given, and in which “8” has a probability. */
function run(first: string, probability: number, ofEight: number): Prediction {
  const token = (id: number, text: string, p: number, rank: number) => ({
    id,
    text,
    probability: p,
    logProbability: Math.log(p),
    rank,
  });
  const isEight = first === "8";
  return {
    tokens: [],
    top: [token(isEight ? EIGHT : 8, first, probability, 0)],
    included: [],
    target: token(EIGHT, "8", ofEight, isEight ? 0 : 20),
  };
}

const before = run("8", 0.942, 0.942);
const head = { layer: 0, head: 7 };

test("a part that the answer needs says what takes its place", () => {
  expect(offSentence({ head, before, after: run("4", 0.752, 0.0003) })).toBe(
    "Without L0H7 it says “4” (75.2\u202f%); it was “8” (94.2\u202f%).",
  );
});

test("an answer that stands is not said to be broken", () => {
  expect(offSentence({ head, before, after: run("8", 0.81, 0.81) })).toBe(
    "Without L0H7 it still says “8” (81.0\u202f%); it was 94.2\u202f%. No head alone breaks this answer.",
  );
});

test("a neuron that falls silent is said with what it wrote and gave", () => {
  const promotes = ["8", "huit", "VIII", "acht"].map((text, id) => ({ id, text }));
  const first = { layer: 4, neuron: 425, before: 0.68, after: -0.01, promotes };
  expect(silentSentence(first as never, "8")).toBe(
    "L4N425 wrote 8, huit, VIII and gave “8” 0.68 nats; now it gives −0.01.",
  );
});

test("what does not survive the mean is said, with what does", () => {
  const outcome = { prompts: 8, before, after: run("8", 0.944, 0.944) };
  const spoken =
    "With its mean over 8 other prompts instead, the model says “8” (94.4\u202f%). L0H7 says the same each time: it does not carry the numbers.";
  expect(reasonSentence(outcome, "L0H7")).toBe(spoken);
  const most = { at: { layer: 0, head: 3 }, effect: 5.6 };
  expect(reasonSentence({ ...outcome, most }, "L0H7")).toBe(`${spoken} What survives is L0H3: 5.60 nats.`);
});

test.each([
  ["another answer", run("4", 0.6, 0.1)],
  ["the answer with a third of its probability", run("8", 0.3, 0.3)],
])("%s by the mean leaves the finding standing", (_what, after) => {
  expect(reasonSentence({ prompts: 8, before, after }, "L0H7")).toMatch(/: the finding stands\.$/);
});
