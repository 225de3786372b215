// @vitest-environment happy-dom
import { act } from "react";
import { createRoot } from "react-dom/client";
import type { Root } from "react-dom/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ModelInfo } from "#protocol/engine.ts";
import { opened } from "#state/link/opened.ts";
import { NO_FINDING } from "#state/link/finding.ts";
import type { Finding } from "#state/link/finding.ts";
import { model } from "#state/model/model.ts";
import { replaceQuestion } from "#state/question.ts";
import { ClaimsCheck } from "./ClaimsCheck.tsx";

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
