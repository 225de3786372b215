import type { Backend } from "#model/checkpoint.ts";

export const BACKEND_NAMES = { webgpu: "WebGPU", wasm: "WASM" } satisfies Record<Backend, string>;
