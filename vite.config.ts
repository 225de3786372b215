import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { notices } from "./scripts/vite/notices.ts";
import { webTokenizers } from "./scripts/vite/web-tokenizers.ts";
import about from "./package.json" with { type: "json" };

/** Cross-origin isolation gives the WASM fallback its threads; WebGPU does not need it. */
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

const { page, worker } = notices(Object.keys(about.dependencies));

export default defineConfig({
  // relative, so that the built page runs from any folder of any static host
  base: "./",
  plugins: [react(), webTokenizers(), page],
  // what an exported file says of the page that made it
  define: { __VERSION__: JSON.stringify(about.version) },
  worker: { format: "es", plugins: () => [webTokenizers(), worker] },
  optimizeDeps: {
    // pre-bundling moves the runtime away from its wasm, which is then not found
    exclude: ["onnxruntime-web", "@mlc-ai/web-tokenizers"],
    // the worker's packages; found only when it starts, they would reload the page that somebody has just opened
    include: ["@bufbuild/protobuf", "@bufbuild/protobuf/codegenv2", "@noble/hashes/sha2.js", "comlink"],
  },
  server: { headers: isolation },
  // a name for this machine that is no localhost, for the story of a page without a secure context
  preview: { headers: isolation, allowedHosts: ["classroom.test"] },
});
