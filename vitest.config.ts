import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    environment: "node",
    include: ["src/**/*.test.{ts,tsx}", "workers/**/*.test.ts", "test/**/*.test.ts", "scripts/**/*.test.ts"],
    setupFiles: ["test/all-close.ts"],
    // the float64 reference is plain rather than fast
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
