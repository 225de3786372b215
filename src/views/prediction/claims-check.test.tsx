// @vitest-environment happy-dom
import { act } from "react";
import { createRoot } from "react-dom/client";
import type { Root } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ModelInfo } from "#protocol/engine.ts";
import type { ExperimentResult } from "#protocol/experiments.ts";
import "#state/experiments/behind-door.ts";
import { experimentForm } from "#state/experiments/form/form.ts";
import type { ExperimentForm } from "#state/experiments/form/form.ts";
import { EMPTY, experiments } from "#state/experiments/slots.ts";
import { opened } from "#state/link/opened.ts";
import { checkAnswer } from "#state/link/claims.ts";
import { NO_FINDING } from "#state/link/finding.ts";
import type { Finding } from "#state/link/finding.ts";
import { model } from "#state/model/model.ts";
import { question, replaceQuestion } from "#state/question.ts";
import { predictionKey } from "#state/run/demands.ts";
import { EMPTY_SLOT, clearResults, results } from "#state/run/results.ts";
import { subjectNow } from "#state/subject.ts";
import { hover } from "#state/view.ts";
import { ClaimsCheck } from "./ClaimsCheck.tsx";

vi.mock("#state/link/claims.ts", { spy: true });

const HERE = "4f2b".repeat(16);
let host: HTMLElement;
let root: Root;

beforeEach(() => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  const info = { name: "m", content: HERE, source: { kind: "url", name: "m" }, dtype: "q8" } as unknown as ModelInfo;
  const choice = { id: "http://there/m/", source: { kind: "url", base: "http://there/m/" } } as const;
  model.setState({ choice, info, dtype: "q8", status: { kind: "ready" } });
  replaceQuestion({ prompt: "3+5=", target: undefined, interventions: [] });
  host = document.createElement("div");
  root = createRoot(host);
});

afterEach(() => {
  act(() => root.unmount());
  vi.unstubAllGlobals();
});

const LINK: Finding = { ...NO_FINDING, model: "http://there/m/", prompt: "3+5=" };
const OTHER =
  "The opened link is not about these weights: another content under this name: the link is about 0f8b85295bb8, here is 4f2b4f2b4f2b.";

test.each<[string, Partial<Finding>, string]>([
  ["the same content", { content: HERE.slice(0, 12) }, ""],
  ["no content", {}, ""],
  ["another content, and claims no number", { content: "0f8b85295bb8" }, OTHER],
  [
    "another content, and claims a number of another question",
    { content: "0f8b85295bb8", prompt: "9-4=", expected: { baseline: -1 } },
    OTHER,
  ],
  ["another precision, which claims nothing of the weights", { dtype: "f32" }, ""],
  ["another content of another model, which is not here", { content: "0f8b85295bb8", model: "abacus" }, ""],
])("of a link that names %s is said: %s", (_what, named, said) => {
  opened.setState({ finding: { ...LINK, ...named } });
  act(() => root.render(<ClaimsCheck />));
  expect(host.textContent).toBe(said);
});

test("once the model is another one, nothing of the link's is said", () => {
  opened.setState({ finding: { ...LINK, content: "0f8b85295bb8" } });
  act(() => root.render(<ClaimsCheck />));
  expect(host.textContent).toBe(OTHER);
  act(() => model.setState({ choice: { id: "abacus", source: { kind: "url", base: "http://here/" } } }));
  expect(host.textContent).toBe("");
});

describe("beside an answer that is reproduced", () => {
  const RUN = {
    tokens: [],
    top: [],
    included: [],
    target: { id: 8, text: "8", probability: 0.9, logProbability: -0.1 },
  };
  const claims = (expected: Finding["expected"], asked: Partial<Finding> = {}) => {
    opened.setState({ finding: { ...LINK, ...asked, expected: { baseline: -0.1, ...expected } } });
    act(() => root.render(<ClaimsCheck />));
    return host.querySelector(".verdict")!.textContent;
  };
  const form: ExperimentForm = { ...experimentForm.getState(), kind: "heads" };

  beforeEach(() => {
    const now = question.getState();
    const about = { ...subjectNow()!, prompt: now.prompt, ablationSource: undefined };
    const value = { ...RUN, target: { ...RUN.target, rank: 0 } };
    results.setState({ prediction: { ...EMPTY_SLOT, status: "done", value, answers: predictionKey(now), about } });
  });

  afterEach(() => {
    act(() => {
      clearResults();
      experiments.setState(experiments.getInitialState(), true);
    });
  });

  test("nothing else is claimed: the verdict is of the link", () => {
    expect(claims({})).toBe("✓ reproduced on this machine, largest difference below 0.0001 nats");
  });

  test("a pointer that goes over the maps has nothing checked anew", () => {
    claims({ chain: [{ name: "L0H7", value: 7 }] }, { view: "chain" });
    vi.mocked(checkAnswer).mockClear();
    for (const head of [0, 1, 2]) act(() => hover({ kind: "head", at: { layer: 0, head } }));
    act(() => hover(undefined));
    expect(checkAnswer).not.toHaveBeenCalled();
  });

  test.each<[Partial<Finding>, Finding["expected"], string]>([
    [{ experiment: form }, { experiment: [{ name: "accuracy", value: 0.2 }] }, "the experiment’s numbers"],
    [{ view: "chain" }, { chain: [{ name: "L0H7", value: 7 }] }, "the chain’s numbers"],
    [{ view: "patch" }, { patch: [{ name: "clean", value: 7 }] }, "the patches’ numbers"],
    [{}, { reading: [{ name: "L0H7", value: 7 }] }, "the map’s numbers"],
    [
      { experiment: form },
      { experiment: [{ name: "accuracy", value: 0.2 }], chain: [{ name: "L0H7", value: 7 }] },
      "the experiment’s numbers and the chain’s numbers",
    ],
  ])("%j: what nothing was held against is said in the verdict", (asked, expected, open) => {
    expect(claims(expected, asked)).toBe(
      `✓ answer reproduced on this machine, largest difference below 0.0001 nats; ${open} are not checked yet`,
    );
  });

  test("once the experiment was run its own line has the verdict, and the answer's is of the answer", () => {
    const claimed = { experiment: [{ name: "accuracy", value: 0.2 }] };
    expect(claims(claimed, { experiment: form })).toContain("not checked yet");
    const found = { all: { accuracy: { value: 1 } }, heads: [] };
    const about = subjectNow()!;
    act(() =>
      experiments.setState({
        heads: {
          ...EMPTY,
          status: "done",
          value: { kind: "heads", found } as unknown as ExperimentResult,
          from: { about, form },
        },
      }),
    );
    expect(host.querySelector(".verdict")!.textContent).toBe(
      "✓ answer reproduced on this machine, largest difference below 0.0001 nats",
    );
  });
});
