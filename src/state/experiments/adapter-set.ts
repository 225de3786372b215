import { createStore } from "zustand/vanilla";
import type { NamedAdapter } from "#protocol/experiments.ts";
import { adapterLabel, adapterName } from "../model/adapter.ts";
import { adapterNamed } from "../model/named.ts";
import { withToken } from "../model/hub-tokens.ts";
import { model } from "../model/model.ts";
import type { ModelChoice, ModelState } from "../model/model.ts";
import { notify } from "../notices.ts";
import type { ExperimentForm } from "./form/form.ts";

export interface AdapterSet {
  /** Adapters that come with the page, by the address of the model that they are for. */
  readonly shipped: Readonly<Record<string, readonly ModelChoice[]>>;
  /** Folders of the person's own. A link cannot carry them. */
  readonly folders: readonly ModelChoice[];
}

export const adapterSet = createStore<AdapterSet>(() => ({ shipped: {}, folders: [] }));

/** @param address of the model, as it says itself where it was read from */
export const offerAdapters = (address: string, list: readonly ModelChoice[]) =>
  adapterSet.setState(({ shipped }) => ({ shipped: { ...shipped, [address]: list } }));

export const addFolder = (choice: ModelChoice) =>
  adapterSet.setState(({ folders }) => ({ folders: [...folders, choice] }));

export const removeFolder = (choice: ModelChoice) =>
  adapterSet.setState(({ folders }) => ({ folders: folders.filter((each) => each !== choice) }));

/** The adapters that come with the page for a model: also where it was opened from what is stored of it. */
export const shippedAdapters = ({ shipped }: AdapterSet, { info }: Pick<ModelState, "info">): readonly ModelChoice[] =>
  // a folder of the disk is called as anybody likes
  (info && Object.hasOwn(shipped, info.source.name) && shipped[info.source.name]) || [];

/**
 * What the form asks about: the lines that were typed, else what comes with the page; and the folders.
 *
 * @param about of the notice for a line that is no adapter
 * @returns undefined where there is none, or a line is none
 */
export function askedAdapters(
  { adapters: text }: Pick<ExperimentForm, "adapters">,
  about: string,
): readonly NamedAdapter[] | undefined {
  const set = adapterSet.getState();
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const wrong = lines.find((line) => !adapterNamed(line));
  if (wrong !== undefined) {
    notify(
      about,
      `“${wrong.slice(0, 80)}” is no adapter: owner/name or owner/name@revision on the Hugging Face Hub is needed, or the address of a folder, starting with https://.`,
    );
    return undefined;
  }
  const listed =
    lines.length > 0 ? lines.flatMap((line) => adapterNamed(line) ?? []) : shippedAdapters(set, model.getState());
  const asked = [...listed, ...set.folders].map(namedAdapter);
  return asked.length > 0 ? asked : undefined;
}

/** An adapter with a name that a table has room for: `owner/name@revision`, or an address's last folder. */
export const namedAdapter = (choice: ModelChoice): NamedAdapter => ({
  name: choice.source.kind === "hub" ? adapterName(choice) : adapterLabel(choice),
  source: withToken(choice.source),
});

/** The lines that ask for what comes with the page, to start from. */
export const writtenAdapters = (list: readonly ModelChoice[]) => list.map(adapterName).join("\n");
