import { Fault } from "#core/fault.ts";
import type { DeviceProof } from "#protocol/engine.ts";
import { disposeModel } from "../load/load-model.ts";
import type { LoadedModel } from "../load/load-model.ts";
import type { OpenedCheckpoint } from "../load/open-checkpoint.ts";
import type { Runtime } from "../run/runtime.ts";
import { Canary, MOST_DIFFERENCE } from "./canary.ts";
import type { CanaryOptions } from "./canary.ts";

export interface ProvedModel {
  readonly loaded: LoadedModel;
  /** What it runs on. */
  readonly runtime: Runtime;
  readonly proof?: DeviceProof;
}

interface SetUpOptions extends CanaryOptions {
  /** A person asked for the graphics processor by name. */
  readonly isGpuWanted: boolean;
  /** Throws where the model does not fit, before anything is proved or read for it. */
  readonly refuse: (on: Runtime) => Promise<void>;
  readonly setUp: (on: Runtime) => Promise<LoadedModel>;
}

/**
 * A model on the runtime that was found, if its graphics processor proves itself; else on WASM, with the reason in the runtime's note.
 *
 * @throws Fault "no-webgpu" where it does not and was asked for by name, and what `refuse` throws
 */
export async function setUpProved(
  { plan }: Pick<OpenedCheckpoint, "plan">,
  runtime: Runtime,
  { isGpuWanted, refuse, setUp, ...options }: SetUpOptions,
): Promise<ProvedModel> {
  await refuse(runtime);
  if (runtime.backend === "wasm") return { loaded: await setUp(runtime), runtime };
  const canary = new Canary(runtime, options);
  if (await canary.provesOperators(plan)) {
    const loaded = await setUp(runtime);
    if (await canary.provesCase(loaded).catch((reason: unknown) => disposeAndThrow(loaded, reason))) {
      return { loaded, runtime, proof: canary.proof };
    }
    await disposeModel(loaded);
  }
  const note = wrongNumbers(canary.proof);
  if (isGpuWanted) throw new Fault("no-webgpu", `${note}; WASM is needed, or another graphics processor`);
  const wasm: Runtime = { ort: runtime.ort, queue: runtime.queue, backend: "wasm", adapter: "", note };
  await refuse(wasm);
  return { loaded: await setUp(wasm), runtime: wasm, proof: canary.proof };
}

async function disposeAndThrow(loaded: LoadedModel, reason: unknown): Promise<never> {
  await disposeModel(loaded);
  throw reason;
}

function wrongNumbers({ difference, at }: DeviceProof): string {
  const off = Number.isFinite(difference) ? `is ${Number(difference.toPrecision(2))} off` : "gives no number";
  return `this graphics processor computes wrong numbers in silence: ${at} ${off}, where ${MOST_DIFFERENCE} is allowed; the page goes on in WASM`;
}
