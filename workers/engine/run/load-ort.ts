import asyncifyWasm from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url";
import jspiWasm from "onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url";
import { fetchRuntime } from "./fetch-runtime.ts";
import type { OrtModule } from "./runtime.ts";
import { wasmThreads } from "#model/cost/threads.ts";

let loading: Promise<OrtModule> | undefined;

/**
 * The build that suits this browser: with JavaScript promise integration where there is one (10 MB smaller), else Asyncify.
 * Both hold the WebGPU and the CPU backend. They are imported dynamically so that they stay in chunks of their own, which
 * their threads load again.
 *
 * @param onBytes told how much of the build has come; of one that is there already nothing comes
 * @param threads how many a person asked for; left out: what suits the machine
 * @throws Fault "unreachable" where the build does not come; the next call tries again
 */
export function loadOrt(onBytes: (bytes: number) => void = () => undefined, threads?: number): Promise<OrtModule> {
  loading ??= load(onBytes, threads);
  loading.catch(() => (loading = undefined));
  return loading;
}

async function load(onBytes: (bytes: number) => void, threads: number | undefined): Promise<OrtModule> {
  const hasJspi = "Suspending" in WebAssembly;
  const binary = fetchRuntime(new URL(hasJspi ? jspiWasm : asyncifyWasm, import.meta.url), onBytes);
  binary.catch(() => undefined); // awaited below, unless the script fails first
  const ort = (hasJspi ? await import("onnxruntime-web/jspi") : await import("onnxruntime-web/webgpu")) as OrtModule;
  ort.env.wasm.wasmBinary = await binary;
  ort.env.wasm.numThreads = wasmThreads(navigator.hardwareConcurrency, self.crossOriginIsolated, threads);
  ort.env.logLevel = "error";
  return ort;
}
