import { Fault } from "#core/fault.ts";
import { MAIN_REVISION } from "#model/checkpoint.ts";
import type { AdapterInfo, Variant } from "#protocol/engine.ts";
import { adapter, adapterNamed, isAttached, NO_ADAPTER } from "./adapter.ts";
import type { AdapterState } from "./adapter.ts";
import { followAttaching } from "./attach-progress.ts";
import { withToken } from "./hub-tokens.ts";
import { asLoaded, model } from "./model.ts";
import type { ModelChoice } from "./model.ts";
import { dismiss, notify, notifyFault } from "../notices.ts";
import { question } from "../question.ts";
import { currentEngine } from "../run/engine-port.ts";
import { forgetRuns } from "../run/runner.ts";

/** What is on its way, and what the page shows if it does not arrive. */
interface Attaching {
  readonly choice: ModelChoice;
  readonly before: AdapterState;
  readonly controller: AbortController;
}

let attaching: Attaching | undefined;

/**
 * The engine is gone, and an adapter that was on its way with it; what was there before is wanted again.
 *
 * @returns the one that has to be asked for again
 */
export function interruptAttaching(): ModelChoice | undefined {
  if (!attaching || adapter.getState().status.kind !== "attaching") return undefined;
  const { choice, before, controller } = attaching;
  controller.abort();
  adapter.setState(before, true);
  return choice;
}

/** Which of the model's variants the whole page is about. */
export function showVariant(variant: Variant): void {
  if ((question.getState().variant ?? "base") !== variant) question.setState({ variant });
}

/** A person picks an adapter, and sees the model with it. Never rejects: what went wrong is told, and what was there stays. */
export async function attachAdapter(choice: ModelChoice): Promise<void> {
  try {
    await attachAdapterOrThrow(choice);
    showVariant("adapted");
  } catch {
    // the page has been told
  }
}

/** @throws Fault as the engine; "cancelled" if a newer adapter took its place */
export async function attachAdapterOrThrow(choice: ModelChoice): Promise<AdapterInfo> {
  const now = adapter.getState();
  const before = now.status.kind === "attaching" ? NO_ADAPTER : now;
  attaching?.controller.abort();
  const controller = new AbortController();
  const { signal } = controller;
  attaching = { choice, before, controller };
  adapter.setState({ choice, status: { kind: "attaching" } });
  const { onProgress, end } = followAttaching();
  try {
    const info = await currentEngine().attachAdapter(withToken(choice.source), { signal, onProgress });
    if (signal.aborted) throw new Fault("cancelled", "the adapter was left, or a newer one took its place");
    dismiss("adapter");
    // answers of an earlier adapter are none of this one's
    forgetRuns();
    attached(choice, info);
    return info;
  } catch (reason) {
    if (!signal.aborted) {
      adapter.setState(before, true);
      notifyFault("adapter", reason);
    }
    throw reason;
  } finally {
    end();
  }
}

/** One that is attached anew, as to an engine that took another's place, is no news to those who hold results of it. */
function attached(choice: ModelChoice, info: AdapterInfo): void {
  const { status } = adapter.getState();
  const isKnown = status.kind === "attached" && sameAdapter(status.info, info);
  adapter.setState({ choice: asLoaded(choice, info), status: isKnown ? status : { kind: "attached", info } });
  if (info.note) notify("adapter", info.note);
}

const sameAdapter = (a: AdapterInfo, b: AdapterInfo) =>
  a.content === b.content && a.name === b.name && JSON.stringify(a.source) === JSON.stringify(b.source);

/** Goes on with the base alone; also declines an adapter that a link offers. */
export async function detachAdapter(): Promise<void> {
  attaching?.controller.abort();
  const wasThere = isAttached(adapter.getState());
  showVariant("base");
  adapter.setState(NO_ADAPTER, true);
  if (wasThere) await currentEngine().detachAdapter();
}

/**
 * The adapter that a load takes with it: the same model in another dtype keeps its own.
 *
 * @param given by a script
 */
export function adapterForLoad(choice: ModelChoice, given: ModelChoice | undefined): ModelChoice | undefined {
  const now = adapter.getState();
  return given ?? (isAttached(now) && choice.id === model.getState().choice?.id ? now.choice : undefined);
}

/** After a load: what the engine has is what the page shows. An adapter that a link offers stays on offer. */
export function adapterAfterLoad(choice: ModelChoice | undefined, info: AdapterInfo | undefined): void {
  attaching?.controller.abort();
  if (choice && info) attached(choice, info);
  else if (adapter.getState().status.kind !== "offered") {
    adapter.setState(NO_ADAPTER, true);
    showVariant("base");
  }
}

/** A branch or tag that was attached goes by its commit, but is still what a link to the branch asks for. */
const isAt = ({ id, revision }: ModelChoice, { choice, status }: AdapterState) =>
  status.kind === "attached" &&
  id === choice?.id &&
  (revision === choice.revision ||
    (status.info.source.kind === "hub" && status.info.source.requested === (revision ?? MAIN_REVISION)));

/**
 * A link's adapter is only offered, so that a link by itself never starts a download.
 *
 * @param named as `adapterName` gives it; undefined for a link without one
 */
export function openAdapter(named: string | undefined): void {
  const now = adapter.getState();
  if (named === undefined) {
    if (now.status.kind === "offered") adapter.setState(NO_ADAPTER, true);
    return;
  }
  const choice = adapterNamed(named);
  if (choice && isAt(choice, now)) return;
  if (choice) {
    // what the page no longer shows need not be held either
    if (isAttached(now))
      currentEngine()
        .detachAdapter()
        .catch(() => undefined);
    adapter.setState({ choice, status: { kind: "offered" } });
  } else {
    showVariant("base");
    notify("adapter", `The link is about the adapter “${named}”, which is not on the web; open its folder to go on.`);
  }
}
