import "@fontsource-variable/ibm-plex-sans/wght.css";
import "@fontsource/ibm-plex-mono/latin-400.css";
import "@fontsource/ibm-plex-mono/latin-500.css";
import "@fontsource/ibm-plex-mono/latin-ext-400.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { workerEngine } from "#client/worker-engine.ts";
import { attachAdapterOrThrow, detachAdapter } from "#state/model/attaching.ts";
import type { PublishedRecord } from "#analysis/chain/published.ts";
import { showPublished } from "#state/chain-view.ts";
import { PUBLISHED } from "#state/link/finding.ts";
import { keepTokenOf } from "#state/model/hub-tokens.ts";
import { followEngine } from "#state/engine-life.ts";
import { followLab } from "#state/lab/actions.ts";
import { followPatches } from "#state/lab/patching.ts";
import { offerWords } from "#state/lab/forms.ts";
import { offerConceptWords } from "#state/experiments/form/concept-words.ts";
import { followExperiments } from "#state/experiments/runs.ts";
import { offerSuites, SUITE_NAMES } from "#state/experiments/suites.ts";
import type { SuiteDefinition } from "#state/experiments/suites.ts";
import { changeModelOrThrow } from "#state/model/loading.ts";
import { usualDtype } from "#model/gguf/source.ts";
import { notify } from "#state/notices.ts";
import { showRecorded } from "#state/link/recorded.ts";
import type { RecordedFinding } from "#state/link/recorded.ts";
import { connectEngine } from "#state/run/engine-port.ts";
import { offerShipped } from "#state/model/shipped.ts";
import { followQuestions } from "#state/run/session.ts";
import { Page } from "#views/page/Page.tsx";
import { Guard } from "#views/shared/Guard.tsx";
import { fetchPanelsWhenIdle } from "#views/page/tabs.tsx";
import { THREADS_MESSAGE } from "#protocol/lifecycle.ts";
import { askedThreads } from "./asked-threads.ts";
import { followAddress } from "./address.ts";
import { choiceOf, SHIPPED_MODELS } from "./models.ts";
import { installScriptingSurface } from "./scripting.ts";
import { readAdaptersOnceWanted } from "./shipped-adapters.ts";
import { followTheme } from "./theme.ts";

const CONCEPTS = "concepts/numbers-and-operations.json";
const RECORDED = "findings/abacus-3plus5.json";

const threads = askedThreads(location.search);
const engine = workerEngine((name) => {
  const worker = new Worker(new URL("../../workers/engine/worker.ts", import.meta.url), { type: "module", name });
  if (typeof threads === "number") worker.postMessage({ type: THREADS_MESSAGE, threads });
  return worker;
});
connectEngine(engine);
followEngine(engine);
tellOfInsecureContext();
if (typeof threads === "string") notify("threads", threads);
followTheme();
followQuestions();
followLab();
followPatches();
followExperiments();
offerShipped(SHIPPED_MODELS);
followAddress(SHIPPED_MODELS);
void readRecorded();
void readPublished();
void readConcepts();
void readSuites();
readAdaptersOnceWanted(SHIPPED_MODELS);
fetchPanelsWhenIdle();
installScriptingSurface({
  engine,
  load: (source, { adapter, ...options }) => {
    keepTokenOf(source);
    if (adapter) keepTokenOf(adapter);
    return changeModelOrThrow(choiceOf(source), {
      dtype: usualDtype(source),
      backend: "auto",
      ...options,
      ...(adapter && { adapter: choiceOf(adapter) }),
    });
  },
  readSuite: async (name) => (SUITE_NAMES.some((known) => known === name) ? readDefinition(name) : undefined),
  attach: (source) => {
    keepTokenOf(source);
    return attachAdapterOrThrow(choiceOf(source));
  },
  detach: detachAdapter,
  bundled: SHIPPED_MODELS[0]!.source,
  pageAddress: document.baseURI,
});

const host = document.getElementById("page");
if (!host) throw new Error("page: index.html has no element with the id “page”");
createRoot(host).render(
  <StrictMode>
    <Guard what="the page">
      <Page />
    </Guard>
  </StrictMode>,
);

/** Whoever serves the page to a room over http should know what https would add. */
function tellOfInsecureContext(): void {
  if (window.isSecureContext) return;
  notify(
    "address",
    "The page was opened over http, so it runs on WASM and keeps nothing for the next visit; over https it could use the graphics processor, keep models in this browser and copy links by itself.",
  );
}

/** Something to read while the model loads; without it the page waits for the model, no more. */
async function readRecorded(): Promise<void> {
  const response = await fetch(new URL(RECORDED, document.baseURI));
  if (response.ok) showRecorded((await response.json()) as RecordedFinding);
}

/** Chains that others published; without one its place says so. */
async function readPublished(): Promise<void> {
  for (const name of PUBLISHED) {
    const response = await fetch(new URL(`findings/${name}.json`, document.baseURI));
    if (response.ok) showPublished(name, (await response.json()) as PublishedRecord);
  }
}

/** A list to start the concept searches from; without it the fields are empty, no more. */
async function readConcepts(): Promise<void> {
  const response = await fetch(new URL(CONCEPTS, document.baseURI));
  if (!response.ok) return;
  const { words } = (await response.json()) as { readonly words: readonly string[] };
  offerWords(words);
  offerConceptWords(words);
}

/** What experiments are run over; without them a suite can still be pasted. */
async function readSuites(): Promise<void> {
  offerSuites((await Promise.all(SUITE_NAMES.map(readDefinition))).filter((suite) => suite !== undefined));
}

async function readDefinition(name: string): Promise<SuiteDefinition | undefined> {
  const response = await fetch(new URL(`suites/${name}.json`, document.baseURI));
  return response.ok ? ((await response.json()) as SuiteDefinition) : undefined;
}
