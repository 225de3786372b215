// @vitest-environment happy-dom
import { readFileSync } from "node:fs";
import { act } from "react";
import { createRoot } from "react-dom/client";
import type { Root } from "react-dom/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { AskedEngine } from "#test/asked-engine.ts";
import { withdrawOffer } from "#state/model/load-offer.ts";
import { loadOffer } from "#state/model/offered.ts";
import { typedModel } from "#state/model/typed-model.ts";
import { notices } from "#state/notices.ts";
import { catalogue, readCatalogue } from "#state/road/catalogue.ts";
import { closeModels, openModels, road } from "#state/road/road.ts";
import { connectEngine } from "#state/run/engine-port.ts";
import { ModelsDialog } from "./ModelsDialog.tsx";

const CATALOGUE = readFileSync("public/catalogue.json", "utf8");

let host: HTMLElement;
let root: Root;
let fetched: string[];
let isCatalogueLost: boolean;
/** What the Hub answers. */
let found: unknown;

beforeEach(async () => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  vi.stubGlobal("crossOriginIsolated", true);
  fetched = [];
  found = [];
  isCatalogueLost = false;
  vi.stubGlobal("fetch", (address: URL | string) => {
    fetched.push(String(address));
    const isCatalogue = String(address).includes("catalogue.json");
    if (isCatalogue && isCatalogueLost) return Promise.resolve(new Response("", { status: 404 }));
    return Promise.resolve(new Response(isCatalogue ? CATALOGUE : JSON.stringify(found)));
  });
  connectEngine(new AskedEngine().engine);
  catalogue.setState({ models: undefined, fault: undefined });
  typedModel.setState({ text: "" });
  openModels();
  host = document.body.appendChild(document.createElement("div"));
  root = createRoot(host);
  await act(async () => root.render(<ModelsDialog />));
});

afterEach(() => {
  act(() => root.unmount());
  host.remove();
  closeModels();
  withdrawOffer();
  vi.unstubAllGlobals();
});

const button = (name: string) =>
  [...host.querySelectorAll("button")].find((each) => (each.getAttribute("aria-label") ?? each.textContent) === name)!;

test("known models are listed with what each takes, and nothing is asked of the Hub", () => {
  const text = host.textContent;
  expect(text).toContain("Pythia 14M");
  expect(text).toMatch(/≈ 28\u202fMB to read; ≈ \d+\u202fMB of memory at its peak in q8; a map of all heads in about/);
  expect(text).toMatch(/Mistral 7B.*Not for this device: WASM cannot hold its weights/);
  expect(button("Open Mistral 7B")).toBeUndefined();
  expect(fetched.filter((address) => address.includes("huggingface"))).toEqual([]);
});

test("what the page cannot open has no button, and says what to do", () => {
  expect(host.textContent).toContain("Saved again as safetensors");
  expect(button("Open GPT-J 6B")).toBeUndefined();
});

test("words that a person sent from the menu are asked for at once", async () => {
  await act(async () => openModels("llama"));
  expect(fetched.at(-1)).toContain("https://huggingface.co/api/models?search=llama&");
});

test("opening one closes the list and inspects it, in a precision that fits", async () => {
  await act(async () => button("Open SmolLM2 135M").click());
  expect(road.getState().isOpen).toBe(false);
  expect(loadOffer.getState()).toMatchObject({
    kind: "inspecting",
    choice: { source: { kind: "hub", repo: "HuggingFaceTB/SmolLM2-135M" } },
    dtype: "q8",
  });
});

test("the Hub is asked once a person presses the button, and what it has is judged", async () => {
  found = [
    { id: "a/bert", config: { architectures: ["BertModel"], model_type: "bert" } },
    { id: "a/llama", config: { model_type: "llama" }, safetensors: { total: 1e9 }, downloads: 1200 },
  ];
  act(() => typedModel.setState({ text: " llama " }));
  expect(fetched).toHaveLength(1);
  await act(async () => button("Search the Hub").click());
  expect(fetched.at(-1)).toContain("https://huggingface.co/api/models?search=llama&");
  const section = host.querySelector('section[aria-label="Search the Hugging Face Hub"]')!;
  expect(section.textContent).toContain(
    "2 found for “llama”, of which 1 can be opened: these first, the most downloaded at the top.",
  );
  expect([...section.querySelectorAll("h4")].map(({ textContent }) => textContent)).toEqual(["a/llama", "a/bert"]);
  expect(section.textContent).toContain("Not read: its config names BertModel.");
  expect(button("Open a/bert")).toBeUndefined();
});

test("a list that cannot be read is said in the dialog, which covers the page's notices, and can be read again", async () => {
  isCatalogueLost = true;
  await act(async () => {
    catalogue.setState({ models: undefined });
    await readCatalogue();
  });
  expect(host.querySelector('[role="alert"]')!.textContent).toBe(
    "The list of known models could not be read (the server answered 404); a model can be searched for, or named in the menu.",
  );
  expect(notices.getState().list).toEqual([]);
  isCatalogueLost = false;
  await act(async () => button("Read the list again").click());
  expect(host.querySelector('[role="alert"]')).toBeNull();
  expect(host.textContent).toContain("Pythia 14M");
});
