import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { docs } from "./scripts/vite/docs/docs.ts";
import { firstScript } from "./scripts/vite/first-script.ts";
import { linkCard } from "./scripts/vite/link-card.ts";
import { notices } from "./scripts/vite/notices.ts";
import { pageAddress } from "./scripts/vite/page-address.ts";
import { plainModels } from "./scripts/vite/plain-models.ts";
import { policies } from "./scripts/vite/policies.ts";
import { serviceWorker } from "./scripts/vite/service-worker.ts";
import { webTokenizers } from "./scripts/vite/web-tokenizers.ts";
import { ISOLATION } from "./workers/offline/isolated.ts";
import about from "./package.json" with { type: "json" };

/** Where the page will lie, for what a pasted link shows. */
const { PAGE_ADDRESS } = process.env;
const address = PAGE_ADDRESS ? pageAddress(PAGE_ADDRESS) : undefined;

const { page, worker } = notices(Object.keys(about.dependencies));

export default defineConfig({
  // relative, so that the built page runs from any folder of any static host
  base: "./",
  plugins: [
    react(),
    webTokenizers(),
    page,
    firstScript(),
    policies(),
    docs(address),
    address ? linkCard(address) : null,
    serviceWorker(),
    plainModels(),
  ],
  // what an exported file says of the page that made it
  define: { __VERSION__: JSON.stringify(about.version) },
  // whatever runs the models knows how to preload modules
  build: {
    modulePreload: {
      polyfill: false,
      // the scripts of later parts are fetched beforehand anyway: to list them here would cost the first script a kilobyte
      resolveDependencies: (_file, files) => files.filter((each) => each.endsWith(".css")),
    },
  },
  worker: { format: "es", plugins: () => [webTokenizers(), worker] },
  optimizeDeps: {
    // pre-bundling moves the runtime away from its wasm, which is then not found
    exclude: ["onnxruntime-web", "@mlc-ai/web-tokenizers"],
    // the worker's packages; found only when it starts, they would reload the page that somebody has just opened
    include: ["@bufbuild/protobuf", "@bufbuild/protobuf/codegenv2", "@noble/hashes/sha2.js", "comlink"],
  },
  server: { headers: ISOLATION },
  // a name for this machine that is no localhost, for the story of a page without a secure context
  preview: { headers: ISOLATION, allowedHosts: ["classroom.test"] },
});
