import asyncifyWasm from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url";
import jspiWasm from "onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url";
import type { OrtModule } from "./runtime.ts";
import { wasmThreads } from "#model/cost/threads.ts";

/**
 * The build that suits this browser: with JavaScript promise integration where there is one (10 MB smaller), else Asyncify.
 * Both hold the WebGPU and the CPU backend. They are imported dynamically so that they stay in chunks of their own, which
 * their threads load again.
 */
export async function loadOrt(): Promise<OrtModule> {
  const hasJspi = "Suspending" in WebAssembly;
  const ort = (hasJspi ? await import("onnxruntime-web/jspi") : await import("onnxruntime-web/webgpu")) as OrtModule;
  ort.env.wasm.wasmPaths = { wasm: new URL(hasJspi ? jspiWasm : asyncifyWasm, import.meta.url).href };
  ort.env.wasm.numThreads = wasmThreads(navigator.hardwareConcurrency, self.crossOriginIsolated);
  ort.env.logLevel = "error";
  return ort;
}
