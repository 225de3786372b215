import type * as Ort from "onnxruntime-web";
import type { Backend, NativeProvider } from "#model/checkpoint.ts";
import { Fault } from "#core/fault.ts";
import type { Cutting } from "./pace.ts";
import { Queue } from "./queue.ts";

export type OrtModule = typeof Ort;

/** onnxruntime on one backend, with the queue that everything goes through. */
export interface Runtime {
  readonly ort: OrtModule;
  /** Whose graphs and checks: those of a processor are WASM's, those of a graphics processor WebGPU's. */
  readonly backend: Backend;
  /** What a runtime outside a browser runs on; left out in a browser, and on WASM. */
  readonly provider?: NativeProvider;
  /** How many threads a native runtime computes on. */
  readonly threads?: number;
  /** Left out: by time, so that a page stays quick. */
  readonly cut?: Cutting;
  /** What the GPU calls itself; "" on WASM. */
  readonly adapter: string;
  /** Why it is WASM although WebGPU would have been taken; "" otherwise. */
  readonly note: string;
  readonly device?: GPUDevice;
  readonly queue: Queue;
}

/** A worker has one GPU device for its life: a model that is loaded later uses the same one. */
let gpu: Promise<Gpu> | undefined;

/**
 * @param wanted left out: WebGPU where there is one, else WASM
 * @throws Fault "no-webgpu" if WebGPU was asked for by name and there is none
 */
export async function startRuntime(
  ort: OrtModule,
  wanted: Backend | undefined,
  onLost: (reason: string) => void,
): Promise<Runtime> {
  const wasm = (note: string): Runtime => ({ ort, backend: "wasm", adapter: "", note, queue });
  if (wanted === "wasm") return wasm("");
  try {
    gpu ??= openGpu(onLost);
    const { device, adapter } = await gpu;
    return { ort, backend: "webgpu", adapter, note: "", device, queue };
  } catch (reason) {
    gpu = undefined;
    if (wanted === "webgpu") throw reason;
    return wasm(reason instanceof Error ? reason.message : String(reason));
  }
}

const queue = new Queue();

/** How an engine gets its runtime; `startRuntime` in a browser. */
export type StartRuntime = typeof startRuntime;

interface Gpu {
  readonly device: GPUDevice;
  readonly adapter: string;
}

/** Features that the kernels use where a device has them. */
const FEATURES: readonly GPUFeatureName[] = ["shader-f16", "subgroups", "timestamp-query"];

/** Limits that the kernels can use beyond the standard's minimum. */
const LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupSizeY",
  "maxComputeWorkgroupSizeZ",
  "maxComputeWorkgroupsPerDimension",
] as const satisfies readonly (keyof GPUSupportedLimits)[];

/**
 * A device of our own: the runtime does not let one choose the adapter of its own, and asks no one when it is lost.
 *
 * @throws Fault "no-webgpu"
 */
async function openGpu(onLost: (reason: string) => void): Promise<Gpu> {
  if (!("gpu" in navigator)) {
    // in Node the field is missing, and there is no address to blame
    const isInsecure = (globalThis as { readonly isSecureContext?: boolean }).isSecureContext === false;
    throw new Fault(
      "no-webgpu",
      isInsecure
        ? "the page was opened over http, and browsers give WebGPU to pages over https alone"
        : "this browser has no WebGPU; it is needed to run on the graphics processor",
    );
  }
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) throw new Fault("no-webgpu", "this browser has WebGPU but found no graphics processor that it may use");
  const device = await adapter.requestDevice({
    requiredFeatures: FEATURES.filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(
      LIMITS.filter((limit) => limit in adapter.limits).map((limit) => [limit, adapter.limits[limit]]),
    ),
  });
  void device.lost.then(({ message, reason }) => onLost(`the graphics processor was lost (${message || reason})`));
  // WebKit on iOS 26 gives an adapter without it, which is no reason to do without the processor
  const { vendor, architecture, description } = (adapter.info as GPUAdapterInfo | undefined) ?? {};
  return { device, adapter: description || [vendor, architecture].filter(Boolean).join(" ") || "unnamed" };
}
