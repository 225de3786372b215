import { publishedChain } from "#analysis/chain/published.ts";
import type { PublishedRecord } from "#analysis/chain/published.ts";
import type { Engine } from "#client/engine.ts";
import type { CheckpointSource } from "#model/checkpoint.ts";
import { usualDtype } from "#model/gguf/source.ts";
import { showPublished } from "#state/chain-view.ts";
import "#state/experiments/behind-door.ts";
import { offerConceptWords } from "#state/experiments/form/concept-words.ts";
import { experimentForm } from "#state/experiments/form/form.ts";
import { followLinkedResult, linkedResult } from "#state/experiments/linked-result.ts";
import { followExperiments } from "#state/experiments/runs.ts";
import { offerSuites, SUITE_NAMES } from "#state/experiments/suites.ts";
import type { SuiteDefinition } from "#state/experiments/suites.ts";
import { followLab } from "#state/lab/actions.ts";
import { followPatches } from "#state/lab/patching.ts";
import { offerWords } from "#state/lab/forms.ts";
import { lab } from "#state/lab/tools.ts";
import { BUNDLED_MODEL, PUBLISHED } from "#state/link/finding.ts";
import { attachAdapterOrThrow, detachAdapter } from "#state/model/attaching.ts";
import { keepTokenOf } from "#state/model/hub-tokens.ts";
import { notify } from "#state/notices.ts";
import { followDonorPrompts } from "#state/first-look/follow-donor-prompts.ts";
import "#state/run/later-demands.ts";
import { changeModelOrThrow } from "#state/model/load-offer.ts";
import type { ModelChoice } from "#state/model/model.ts";
import { choiceOfSource } from "#state/model/named.ts";
import { isFramed } from "#state/serving/embedded.ts";
import { followFrame } from "#state/serving/frame-runs.ts";
import type { Address } from "./address/address.ts";
import { SHIPPED_MODELS } from "./models.ts";
import { loadSettled } from "./load-settled.ts";
import { followServing } from "./offline/follow-serving.ts";
import { installScriptingSurface } from "./scripting.ts";
import { readAdaptersOnceWanted } from "./shipped-adapters.ts";
import { followBadge } from "./address/badge.ts";
import { followSteps } from "./address/steps.ts";
import { followTitle } from "./address/title.ts";

const OVER_HTTP =
  "The page was opened over http, so it runs on WASM and keeps nothing for the next visit; over https it could use the graphics processor, keep models in this browser and copy links by itself.";
const CONCEPTS = "concepts/numbers-and-operations.json";

/**
 * What the page does beside the first look: the lab and the experiments follow the model, scripts are answered, and what comes with the
 * page for them is read.
 *
 * @param address is written again when the form of the experiments changes or a plot is drawn, and before the page is opened anew; scripts
 *   wait until what it names is open, from when on undo reaches behind a reload
 */
export function followLater(engine: Engine, { write, writeNow, isOpen }: Address): void {
  // whoever serves the page to a room over http should know what https would add
  if (!window.isSecureContext) notify("address", OVER_HTTP);
  // a frame keeps nothing for later visits
  if (!isFramed()) void followServing(writeNow);
  followTitle();
  followDonorPrompts();
  followBadge();
  void isOpen.then(followSteps);
  followLab();
  followPatches();
  followExperiments();
  followLinkedResult(location.origin);
  if (isFramed()) followFrame();
  experimentForm.subscribe(write);
  linkedResult.subscribe(write);
  lab.subscribe(({ plot: now }, { plot: last }) => {
    if (now.status !== last.status) write();
  });
  void readPublished();
  void readConcepts();
  void readSuites();
  readAdaptersOnceWanted(SHIPPED_MODELS);
  let isOpened = false;
  const opened = isOpen.then(
    () => void (isOpened = true),
    () => void (isOpened = true),
  );
  installScriptingSurface({
    engine,
    settled: () => (isOpened ? loadSettled() : opened.then(loadSettled)),
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
    bundled: SHIPPED_MODELS.find(({ id }) => id === BUNDLED_MODEL)!.source,
    pageAddress: document.baseURI,
  });
}

/** The choice of a source, as `choiceOfSource` has it; what comes with the page goes by its own name. */
const choiceOf = (source: CheckpointSource): ModelChoice =>
  SHIPPED_MODELS.find(
    (known) => known.source.kind === "url" && source.kind === "url" && known.source.base === source.base,
  ) ?? choiceOfSource(source);

/** Chains that others published; without one its place says so. */
async function readPublished(): Promise<void> {
  for (const name of PUBLISHED) {
    const response = await fetch(new URL(`findings/${name}.json`, document.baseURI));
    if (response.ok) showPublished(name, publishedChain((await response.json()) as PublishedRecord));
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
