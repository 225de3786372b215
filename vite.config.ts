import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Cross-origin isolation gives the WASM fallback its threads; WebGPU does not need it. */
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export default defineConfig({
  // relative, so that the built page runs from any folder of any static host
  base: "./",
  plugins: [react()],
  worker: { format: "es" },
  optimizeDeps: {
    // pre-bundling moves the runtime away from its wasm, which is then not found
    exclude: ["onnxruntime-web"],
    // the worker's packages; found only when it starts, they would reload the page that somebody has just opened
    include: ["@bufbuild/protobuf", "@bufbuild/protobuf/codegenv2", "@huggingface/tokenizers", "comlink"],
  },
  server: { headers: isolation },
  preview: { headers: isolation },
});
