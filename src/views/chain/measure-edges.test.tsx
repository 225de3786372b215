// @vitest-environment happy-dom
import { act } from "react";
import { createRoot } from "react-dom/client";
import type { Root } from "react-dom/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Chain } from "#analysis/chain/chain.ts";
import { setMeasured } from "#state/chain-view.ts";
import { view } from "#state/view.ts";
import { PREDICTING, crowdedChain } from "#test/chains.ts";
import { ChainControls } from "./ChainControls.tsx";

let host: HTMLElement;
let root: Root;

beforeEach(() => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  setMeasured(false);
  host = document.createElement("div");
  root = createRoot(host);
});

afterEach(() => {
  act(() => root.unmount());
  vi.unstubAllGlobals();
});

const chain = (hasEvidence: boolean): Chain => {
  const { stages, ...rest } = crowdedChain();
  const criteria = [{ measure: "deep-neurons", value: 0, threshold: 1, holds: false }] as const;
  return {
    ...rest,
    stages: stages.map((stage) =>
      stage.name === "feature-predicting"
        ? { ...stage, hasEvidence, evidence: PREDICTING, criteria: hasEvidence ? [] : criteria }
        : stage,
    ),
  };
};

const button = () =>
  [...host.querySelectorAll("button")].find(({ textContent }) => textContent === "Measure the edges")!;

test.each<[name: string, chain: Chain | undefined, isDisabled: boolean]>([
  ["a chain is drawn", chain(true), false],
  ["the chain is still to come", undefined, false],
  ["there is no chain to draw", chain(false), true],
])("where %s", (_name, given, isDisabled) => {
  act(() => root.render(<ChainControls chain={given} />));
  expect(button().disabled).toBe(isDisabled);
  expect(button().title).toMatch(isDisabled ? /no chain here/ : /^Cuts each edge/);
});

test("what was asked for of another prompt can be taken back where there is none", () => {
  setMeasured(true);
  act(() => root.render(<ChainControls chain={chain(false)} />));
  act(() => button().click());
  expect(view.getState().chain.isMeasured).toBeUndefined();
  expect(button().disabled).toBe(true);
});
