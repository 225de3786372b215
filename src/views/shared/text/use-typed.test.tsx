// @vitest-environment happy-dom
import { act } from "react";
import type { ReactNode } from "react";
import { createRoot } from "react-dom/client";
import type { Root } from "react-dom/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { AdapterInfo, ModelInfo } from "#protocol/engine.ts";
import { adapter } from "#state/model/adapter.ts";
import { model } from "#state/model/model.ts";
import { notices } from "#state/notices.ts";
import { question } from "#state/question.ts";
import { AdapterGroup } from "../../header/AdapterGroup.tsx";
import { OtherCheckpoint } from "../../header/OtherCheckpoint.tsx";
import { VariantSwitch } from "../../header/VariantSwitch.tsx";
import { InterventionsPanel } from "../../interventions/InterventionsPanel.tsx";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

const INFO = { layers: 4, heads: 6, neurons: 50, source: { kind: "url", name: "http://here/" } } as ModelInfo;

let host: HTMLElement;
let root: Root;

beforeEach(() => {
  host = document.createElement("div");
  document.body.append(host);
  root = createRoot(host);
  model.setState({ status: { kind: "ready" }, info: INFO });
});

afterEach(() => {
  act(() => root.unmount());
  host.remove();
  model.setState(model.getInitialState(), true);
  adapter.setState(adapter.getInitialState(), true);
  question.setState(question.getInitialState(), true);
});

const draw = (what: ReactNode) => act(() => root.render(what));
const field = (name: string) => host.querySelector<HTMLInputElement>(`input[aria-label="${name}"]`)!;

/** As a person types it, over what stands there. */
function type(name: string, text: string): void {
  const setValue = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")!.set!;
  act(() => {
    setValue.call(field(name), text);
    field(name).dispatchEvent(new Event("input", { bubbles: true }));
  });
}

const send = (name: string) =>
  act(async () => {
    field(name).form!.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
    await vi.dynamicImportSettled();
  });

/** What is said at a field, to the eye and to those who hear the page. */
function complaintAt(name: string): string | undefined {
  const id = field(name).getAttribute("aria-describedby");
  const said = field(name).form!.querySelector('[role="alert"]');
  expect(said?.id).toBe(id ?? undefined);
  return said?.textContent;
}

const ADAPTER = "Adapter on the Hugging Face Hub, or address of its folder";
const CHECKPOINT = "Model on the Hugging Face Hub, or address of a checkpoint’s folder";
const PARTS = "Heads and neurons to switch off";

test.each([
  [
    ADAPTER,
    <AdapterGroup key="a" onChoose={() => undefined} />,
    "no adapter",
    "“no adapter” is no adapter: owner/name on",
  ],
  [
    CHECKPOINT,
    <OtherCheckpoint key="c" onChoose={() => undefined} onSearch={() => undefined} />,
    "no model",
    "“no model” is no model: owner/name or",
  ],
  [PARTS, <InterventionsPanel key="p" />, "L4H0", "Head L4H0 is not in this model: it has layers 0 to 3"],
  [PARTS, <InterventionsPanel key="q" />, "L1H0, x", "“x” is neither a head nor a neuron. Write L2H3 or 2.3"],
])(
  "%s: what is wrong is said at the field, the text stays, and no notice moves the page",
  async (name, what, text, said) => {
    draw(what);
    type(name, text);
    expect(complaintAt(name)).toBeUndefined();
    await send(name);
    expect(complaintAt(name)).toContain(said);
    expect(field(name).value).toBe(text);
    expect(notices.getState().list).toEqual([]);
    type(name, `${text}!`);
    expect(complaintAt(name)).toBeUndefined();
  },
);

test("a list is switched off, the field is empty again, and its example is of the model at hand", async () => {
  draw(<InterventionsPanel />);
  expect(field(PARTS).placeholder).toBe("L2H3 or L2N25");
  type(PARTS, "L1H0, L0H3");
  await send(PARTS);
  expect(question.getState().interventions.map(({ at, scale }) => [at.layer, scale])).toEqual([
    [1, 0],
    [0, 0],
  ]);
  expect(field(PARTS).value).toBe("");
  act(() => model.setState({ info: { ...INFO, layers: 32, heads: 32, neurons: 11_008 } }));
  expect(field(PARTS).placeholder).toBe("L16H16 or L16N5504");
});

test("the header names the adapter that is attached", () => {
  draw(<VariantSwitch />);
  expect(host.textContent).toBe("");
  const choice = {
    id: "https://page.example/models/abacus-2/adapters/layer-1/",
    source: { kind: "url", base: "" },
  } as const;
  act(() => adapter.setState({ choice, status: { kind: "attached", info: {} as AdapterInfo } }));
  expect(host.textContent).toContain("layer-1");
});
