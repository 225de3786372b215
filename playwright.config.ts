import { defineConfig } from "@playwright/test";
import { findBrowser } from "./scripts/browser.ts";
import { webgpuFlags } from "./scripts/gpu-flags.ts";
import { SECOND_ENGINES } from "./scripts/second-engines.ts";

const port = Number(process.env["E2E_PORT"] ?? 4173);
const baseURL = `http://localhost:${port}`;
/** By port, so that two runs at once do not build into one folder. */
const site = `test-results/site-${port}`;
const executablePath = findBrowser();

/** A name that is no localhost, at which the same server is met without a secure context. */
const CLASSROOM = "classroom.test";

const QUIET = [
  `--host-resolver-rules=MAP ${CLASSROOM} localhost`,
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Chromium's sandbox refuses to run as root. */
const SANDBOX = process.getuid?.() === 0 ? ["--no-sandbox"] : [];

/** `navigator.gpu` stays, but no adapter is found: the way a browser without WebGPU support on its GPU looks. */
const NO_WEBGPU = ["--disable-gpu", "--disable-software-rasterizer"];

const launchOptions = (args: readonly string[]) => ({
  args: [...QUIET, ...SANDBOX, ...args],
  ...(executablePath && { executablePath }),
});

export default defineConfig({
  testDir: "e2e",
  testMatch: "**/*.spec.ts",
  // by two names: a repository may itself lie in a folder that is called engines
  testIgnore: "e2e/engines/**",
  outputDir: "test-results/e2e",
  // SwiftShader compiles each kernel when it is first used, up to a second each
  timeout: 240_000,
  expect: { timeout: 40_000 },
  workers: 1,
  // a shared machine may stop for a while; what passed only when tried again is named at the end
  retries: process.env["CI"] ? 1 : 0,
  forbidOnly: Boolean(process.env["CI"]),
  reporter: [["list"], ["json", { outputFile: process.env["E2E_REPORT"] ?? "test-results/e2e.json" }]],
  use: {
    baseURL,
    viewport: { width: 1440, height: 900 },
    screenshot: "only-on-failure",
    trace: "off",
    // what is routed in a story has to come by the page; the stories about the worker let it in
    serviceWorkers: "block",
  },
  projects: [
    // @page: about the page, which is the same on both; @gpu: about what only a GPU can do
    { name: "wasm", grepInvert: /@gpu/, use: { launchOptions: launchOptions(NO_WEBGPU) } },
    { name: "webgpu", grepInvert: /@page/, use: { launchOptions: launchOptions(webgpuFlags()) } },
    // by drivers of their own, as Playwright's Firefox and WebKit are builds that nobody reads with
    ...SECOND_ENGINES.map((name) => ({
      name,
      testDir: "e2e/engines",
      testIgnore: [],
      // WebKit takes its time to compile the runtime
      expect: { timeout: 100_000 },
    })),
  ],
  webServer: {
    command: `vite build --outDir ${site} --emptyOutDir && vite preview --outDir ${site} --port ${port} --strictPort`,
    url: baseURL,
    timeout: 120_000,
    reuseExistingServer: false,
  },
});
