import { Fault } from "#core/fault.ts";
import type { AdapterInfo } from "#protocol/engine.ts";
import { adapter, attached, isAttached, NO_ADAPTER, showVariant, stopAttaching } from "./adapter.ts";
import { followAttaching } from "./attach-progress.ts";
import { withToken } from "./hub-tokens.ts";
import { arrive } from "./model.ts";
import type { ModelChoice } from "./model.ts";
import { dismiss, notifyFault } from "../notices.ts";
import { currentEngine } from "../run/engine-port.ts";
import { forgetRuns } from "../run/runner.ts";

/** A person picks an adapter, and sees the model with it. Never rejects: what went wrong is told, and what was there stays. */
export async function attachAdapter(choice: ModelChoice): Promise<void> {
  try {
    await attachAdapterOrThrow(choice);
    arrive(() => showVariant("adapted"));
  } catch {
    // the page has been told
  }
}

/** @throws Fault as the engine; "cancelled" if a newer adapter took its place */
export async function attachAdapterOrThrow(choice: ModelChoice): Promise<AdapterInfo> {
  const now = adapter.getState();
  const before = now.status.kind === "attaching" ? NO_ADAPTER : now;
  stopAttaching();
  const controller = new AbortController();
  const { signal } = controller;
  adapter.setState({ choice, status: { kind: "attaching", before, controller } });
  const { onProgress, end } = followAttaching();
  try {
    const info = await currentEngine().attachAdapter(withToken(choice.source), { signal, onProgress });
    if (signal.aborted) throw new Fault("cancelled", "the adapter was left, or a newer one took its place");
    dismiss("adapter");
    // answers of an earlier adapter are none of this one's
    forgetRuns();
    arrive(() => attached(choice, info));
    return info;
  } catch (reason) {
    if (!signal.aborted) {
      arrive(() => adapter.setState(before, true));
      notifyFault("adapter", reason);
    }
    throw reason;
  } finally {
    end();
  }
}

/** Goes on with the base alone; also declines an adapter that a link offers. */
export async function detachAdapter(): Promise<void> {
  stopAttaching();
  const { status } = adapter.getState();
  // one that was to be replaced is with the engine still
  const isHeld = status.kind === "attached" || (status.kind === "attaching" && isAttached(status.before));
  showVariant("base");
  adapter.setState(NO_ADAPTER, true);
  if (isHeld) await currentEngine().detachAdapter();
}
