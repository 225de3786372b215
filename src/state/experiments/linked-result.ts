import { createStore } from "zustand/vanilla";
import type { NamedResult } from "../link/finding.ts";
import { opened } from "../link/opened.ts";
import { notifyFault } from "../notices.ts";
import { currentEngine } from "../run/engine-port.ts";
import { experimentForm } from "./form/form.ts";
import type { ExperimentKind } from "./form/form.ts";
import { MAX_BYTES } from "./result-file.ts";
import type { SavedOrigin } from "./result-file.ts";
import { ABOUT_FILE, showResult } from "./runs.ts";
import { experiments } from "./slots.ts";
import type { ExperimentSlot } from "./slots.ts";

/** The saved result that the opened link names. */
export type LinkedResult =
  | { readonly kind: "none" }
  /** It lies elsewhere: nothing of it is read before a person says so. */
  | { readonly kind: "offered"; readonly named: NamedResult }
  | { readonly kind: "reading"; readonly named: NamedResult; readonly stop: AbortController }
  | {
      readonly kind: "shown";
      readonly named: NamedResult;
      readonly as: ExperimentKind;
      readonly saved: SavedOrigin | undefined;
    };

const NONE: LinkedResult = { kind: "none" };

export const linkedResult = createStore<LinkedResult>(() => NONE);

/**
 * Each link that is opened brings its own result, or none.
 *
 * @param origin the page's own, where files are read unasked
 * @returns what ends it
 */
export function followLinkedResult(origin: string): () => void {
  const offer = (named: NamedResult | undefined) => {
    withdrawResult();
    if (!named) return;
    linkedResult.setState({ kind: "offered", named }, true);
    if (new URL(named.address).origin === origin) void readLinkedResult();
  };
  offer(opened.getState().finding?.result);
  return opened.subscribe(({ finding }) => offer(finding?.result));
}

/** A person wants it. Never rejects: what goes wrong becomes a notice, and it can be asked for again. */
export async function readLinkedResult(): Promise<void> {
  const linked = linkedResult.getState();
  if (linked.kind !== "offered") return;
  const { named } = linked;
  const stop = new AbortController();
  linkedResult.setState({ kind: "reading", named, stop }, true);
  try {
    const { address, sha256 } = named;
    const text = await currentEngine().readNamedFile(address, { sha256, most: MAX_BYTES }, { signal: stop.signal });
    if (stop.signal.aborted) return;
    const as = showResult(text);
    linkedResult.setState({ kind: "shown", named, as, saved: experiments.getState()[as].saved }, true);
  } catch (reason) {
    if (stop.signal.aborted) return;
    linkedResult.setState({ kind: "offered", named }, true);
    notifyFault(ABOUT_FILE, reason);
  }
}

/** Not now. */
export function withdrawResult(): void {
  const linked = linkedResult.getState();
  if (linked.kind === "reading") linked.stop.abort();
  linkedResult.setState(NONE, true);
}

/** What the address goes on naming: a result that can still be read, or is what is shown. */
export function namedResult(): NamedResult | undefined {
  const linked = linkedResult.getState();
  if (linked.kind === "none") return undefined;
  const { kind } = experimentForm.getState();
  return linked.kind !== "shown" || isOf(linked, kind, experiments.getState()[kind]) ? linked.named : undefined;
}

/** Whether what is shown of an experiment is what was read from where the link says. */
export const isOf = (linked: LinkedResult, kind: ExperimentKind, { saved }: Pick<ExperimentSlot, "saved">): boolean =>
  linked.kind === "shown" && linked.as === kind && saved !== undefined && linked.saved === saved;
