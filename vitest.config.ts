import { defineConfig } from "vitest/config";
import { webTokenizers } from "./scripts/vite/web-tokenizers.ts";

export default defineConfig({
  plugins: [webTokenizers()],
  test: {
    environment: "node",
    // as the plugin takes it apart, not as Node would load it
    server: { deps: { inline: ["@mlc-ai/web-tokenizers"] } },
    include: ["src/**/*.test.{ts,tsx}", "workers/**/*.test.ts", "test/**/*.test.ts", "scripts/**/*.test.ts"],
    setupFiles: ["test/all-close.ts"],
    // the float64 reference is plain rather than fast
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
