import { Fault } from "#core/fault.ts";
import type { AdapterInfo } from "#protocol/engine.ts";
import { adapter, attached, NO_ADAPTER, showVariant, stopAttaching } from "./adapter.ts";
import type { AdapterState } from "./adapter.ts";
import { followAttaching } from "./attach-progress.ts";
import { withToken } from "./hub-tokens.ts";
import { arrive, model } from "./model.ts";
import type { ModelChoice } from "./model.ts";
import { opened } from "../link/opened.ts";
import { dismiss, notifyFault } from "../notices.ts";
import { currentEngine } from "../run/engine-port.ts";
import { forgetRuns } from "../run/runner.ts";

/**
 * A person picks an adapter, and sees the model with it; where a link was opened while it was on its way, that says which variant is shown. Never
 * rejects: what went wrong is told, and what was there stays.
 */
export async function attachAdapter(choice: ModelChoice): Promise<void> {
  const { finding } = opened.getState();
  try {
    await attachAdapterOrThrow(choice);
    if (opened.getState().finding === finding) arrive(() => showVariant("adapted"));
  } catch {
    // the page has been told
  }
}

/** @throws Fault as the engine; "cancelled" if a newer adapter took its place */
export async function attachAdapterOrThrow(choice: ModelChoice): Promise<AdapterInfo> {
  const now = adapter.getState();
  const isReplacing = now.status.kind === "attaching";
  const before = isReplacing ? NO_ADAPTER : now;
  stopAttaching();
  const to = model.getState().choice?.id;
  const controller = new AbortController();
  const { signal } = controller;
  adapter.setState({ choice, status: { kind: "attaching", before, controller, to } });
  const { onProgress, end } = followAttaching();
  try {
    const info = await currentEngine().attachAdapter(withToken(choice.source), { signal, onProgress });
    if (signal.aborted) throw new Fault("cancelled", "the adapter was left, or a newer one took its place");
    dismiss("adapter");
    // answers of an earlier adapter are none of this one's
    forgetRuns();
    arrive(() => attached(choice, info, to));
    return info;
  } catch (reason) {
    if (!signal.aborted) {
      arrive(() => adapter.setState(before, true));
      // nobody knows whether the one before it had arrived when it was left
      if (isReplacing) letGo();
      notifyFault("adapter", reason);
    }
    throw reason;
  } finally {
    end();
  }
}

/** Leaves the adapter that a link before this one asked for, also one that is still on its way. */
export function leaveAttached(): void {
  const isHeld = mayBeHeld(adapter.getState());
  stopAttaching();
  if (isHeld) letGo();
}

/** Whether the engine may hold an adapter: one that was to be replaced is with it still, and one that is left may have arrived this moment. */
const mayBeHeld = ({ status }: AdapterState) => status.kind === "attached" || status.kind === "attaching";

/** What the page no longer shows need not be held by the engine either. */
const letGo = () =>
  void currentEngine()
    .detachAdapter()
    .catch(() => undefined);

/** Goes on with the base alone; also declines an adapter that a link offers. */
export async function detachAdapter(): Promise<void> {
  stopAttaching();
  const isHeld = mayBeHeld(adapter.getState());
  showVariant("base");
  adapter.setState(NO_ADAPTER, true);
  if (isHeld) await currentEngine().detachAdapter();
}
