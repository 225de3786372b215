// @vitest-environment happy-dom
import { act } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { firstPage } from "#test/first-page.ts";
import { model } from "#state/model/model.ts";
import type { ModelStatus } from "#state/model/model.ts";
import { question } from "#state/question.ts";
import { useAwaited } from "./use-awaited.ts";

beforeEach(() => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  firstPage();
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const Said = () => <p>The answer appears here{useAwaited()}.</p>;

const LOADING = { kind: "loading", progress: undefined, isPaused: false, bytesPerSecond: undefined } as never;

test.each<[ModelStatus, string, string]>([
  [{ kind: "nothing" }, "", " as soon as a model is loaded"],
  [{ kind: "nothing" }, "3+5=", " as soon as a model is loaded"],
  [{ kind: "offered" }, "3+5=", " as soon as a model is loaded"],
  [LOADING, "3+5=", " as soon as a model is loaded"],
  [{ kind: "ready" }, "", " as soon as a prompt is typed"],
  [{ kind: "ready" }, "3+5=", ""],
  [{ kind: "ready" }, " ", ""],
])("of a model that is %j and the prompt “%s” an empty panel says “…%s”", (status, prompt, said) => {
  const host = document.createElement("div");
  const root = createRoot(host);
  act(() => root.render(<Said />));
  act(() => {
    model.setState({ status });
    question.setState({ prompt });
  });
  expect(host.textContent).toBe(`The answer appears here${said}.`);
  act(() => root.unmount());
});
