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
  // pre-bundling moves the runtime away from its wasm, which is then not found
  optimizeDeps: { exclude: ["onnxruntime-web"] },
  server: { headers: isolation },
  preview: { headers: isolation },
});
