import { createStore } from "zustand/vanilla";
import type { Engine } from "#client/engine.ts";
import type { Fault } from "#core/fault.ts";
import type { Backend } from "#model/checkpoint.ts";
import { interruptAttaching } from "./model/adapter.ts";
import { loadOffer } from "./model/offered.ts";
import { loadAgain } from "./model/loading.ts";
import { arrive, model, modelLabel } from "./model/model.ts";
import { dismiss, notify } from "./notices.ts";
import { currentEngine } from "./run/engine-port.ts";
import type { ResultKind } from "./run/results.ts";
import { forgetRuns, haltedRuns } from "./run/runner.ts";

/** An engine that is lost this often within this time will be lost again: then a person decides. */
const MAX_LOSSES = 3;
const LOSSES_WITHIN_MS = 60_000;

/** The longest work, and perhaps what the engine has hung on: a person who restarts it says when it goes on. */
const LONG: readonly ResultKind[] = ["chain", "chainAblated", "otherChain", "chainControl", "chainEdges"];

/** How long the engine has given no sign although it is waited for, once that is too long for honest work; undefined while it does. */
export const engineSilence = createStore<{ readonly ms: number | undefined }>(() => ({ ms: undefined }));

let lostAt: number[] = [];

/** Keeps the page through the engine's end: the worker's death, the loss of the GPU, a person's word. @returns what ends it */
export function followEngine(engine: Engine): () => void {
  const ends = [
    engine.onStopped((reason, end) => {
      if (end === "lost") lose(reason);
      else void comeBack(reason, { stopping: LONG });
    }),
    engine.onSilence((ms) => engineSilence.setState({ ms })),
  ];
  return () => ends.forEach((end) => end());
}

/** Restarts the engine at a person's word: ends one that gives no sign, and goes the way that follows on any other end. */
export const restartEngine = () => currentEngine().restart();

/** Starts the engine at a person's word, after the page has stopped starting it by itself. */
export async function startAgain(options: { readonly backend?: Backend } = {}): Promise<void> {
  lostAt = [];
  await loadAgain(options);
}

function lose(reason: Fault): void {
  const now = performance.now();
  lostAt = [...lostAt.filter((at) => now - at < LOSSES_WITHIN_MS), now];
  if (lostAt.length < MAX_LOSSES) {
    void comeBack(reason, { isRepeated: lostAt.length > 1 });
    return;
  }
  forgetRuns();
  interruptAttaching();
  // said once, where the way on is
  dismiss("engine");
  model.setState({ status: { kind: "lost", fault: reason, times: lostAt.length } });
}

interface Return {
  /** What only a person asks again. */
  readonly stopping?: readonly ResultKind[];
  /** It is not the first time within a minute. */
  readonly isRepeated?: boolean;
}

/** Asks of the next engine what the last one had and what was asked of it. */
async function comeBack(reason: Fault, { stopping = [], isRepeated = false }: Return): Promise<void> {
  notify("engine", reason.message, reason.code);
  const stopAgain = haltedRuns(stopping);
  const adapter = interruptAttaching();
  const offer = loadOffer.getState();
  const { choice } = model.getState();
  const loading = loadAgain({ isRepeated });
  stopAgain();
  const back = await loading;
  if (back !== "none") {
    const found = reason.message.replace(/\.$/, "");
    const which =
      back === "wanted" || !choice ? "The model" : `${modelLabel(choice)} was not opened, and the model before it`;
    notify("engine", `${found}. ${which} was loaded again, and everything is computed anew.`);
    if (adapter) {
      const { attachAdapter } = await import("./model/attaching.ts");
      await arrive(() => attachAdapter(adapter));
    }
  }
  if (offer.kind === "inspecting") await (await import("./model/load-offer.ts")).offerModel(offer.choice, offer);
}
