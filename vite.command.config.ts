import { join } from "node:path";
import { defineConfig } from "vite";
import { webTokenizers } from "./scripts/vite/web-tokenizers.ts";

/** The command: the engine and what asks it, for Node. The package's dependencies stay beside it in node_modules. */
export default defineConfig({
  plugins: [webTokenizers()],
  publicDir: false,
  build: {
    ssr: true,
    outDir: "dist-node",
    target: "node22",
    minify: false,
    // the tokenizers' WASM
    emitAssets: true,
    rollupOptions: {
      input: {
        arithmoscope: join(import.meta.dirname, "src/command/main.ts"),
        worker: join(import.meta.dirname, "workers/node/worker.ts"),
        tokenizer: join(import.meta.dirname, "workers/node/tokenizer.ts"),
      },
      external: ["onnxruntime-node"],
      output: { entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js" },
    },
  },
  ssr: { noExternal: ["@mlc-ai/web-tokenizers"] },
});
