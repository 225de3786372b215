import { availableParallelism } from "node:os";
import { Fault } from "#core/fault.ts";
import type { NativeProvider, Provider } from "#model/checkpoint.ts";
import { Queue } from "#workers/engine/run/queue.ts";
import type { OrtModule, StartRuntime } from "#workers/engine/run/runtime.ts";

/** The version that the page's runtime has too, which numbers are compared with. */
const NATIVE = "onnxruntime-node@1.30.0";

/** What a process computes on. */
export interface RunsOn {
  readonly provider: Provider;
  /** Left out: one for each core. */
  readonly threads?: number;
}

/** @throws Fault "bad-request" where a native provider is asked for and is not there */
export async function loadNodeOrt({ provider, threads = availableParallelism() }: RunsOn): Promise<OrtModule> {
  const ort = provider === "wasm" ? await import("onnxruntime-web") : await loadNative(provider);
  ort.env.logLevel = "error";
  if (provider === "wasm") ort.env.wasm.numThreads = threads;
  return ort;
}

async function loadNative(provider: NativeProvider) {
  const native = await import("onnxruntime-node").catch((cause: unknown) => {
    throw new Fault(
      "bad-request",
      `--ep ${provider} needs the native runtime: npm install --no-save ${NATIVE} (300 MB; ONNXRUNTIME_NODE_INSTALL=skip leaves CUDA out). Without it --ep wasm runs`,
      { cause },
    );
  });
  const known = native.listSupportedBackends().map(({ name }) => name);
  if (!known.includes(provider)) {
    throw new Fault("bad-request", `--ep ${provider}: the native runtime here has ${known.join(", ")}`);
  }
  return native;
}

const queue = new Queue();

/**
 * Starts the runtime with one provider for the life of the process; a load's own wish for a backend has no say. Runs are cut by work, so that the
 * same question gives the same bits.
 */
export const startNode =
  ({ provider, threads = availableParallelism() }: RunsOn): StartRuntime =>
  (ort) =>
    Promise.resolve({
      ort,
      backend: provider === "wasm" || provider === "cpu" ? "wasm" : "webgpu",
      ...(provider !== "wasm" && { provider, threads }),
      adapter: provider === "cuda" ? "CUDA" : "",
      note: "",
      queue,
      cut: "by work",
    });
