import { cpus } from "node:os";
import { chromium } from "@playwright/test";
import { createServer } from "vite";
import type * as InPage from "./bench/in-page.ts";
import { findOrInstallBrowser } from "./browser.ts";
import { webgpuFlags } from "./gpu-flags.ts";

/**
 * `npm run bench`: how the engine does against its own simpler twins, in one run in one browser, so that the ratios hold on
 * any machine. Prints Markdown, as it stands in docs/performance.md. `npm run bench -- webgpu` runs one backend alone.
 */
const [only] = process.argv.slice(2);
const BACKENDS = (
  [
    { backend: "wasm", title: "WASM", args: [] },
    { backend: "webgpu", title: "WebGPU", args: webgpuFlags() },
  ] as const
).filter(({ backend }) => only === undefined || only === backend);

const LAUNCH = [
  "--disable-background-networking",
  "--no-first-run",
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
];

const server = await createServer({
  server: { host: "localhost", hmr: false, watch: null },
  logLevel: "error",
});
await server.listen();
const address = server.resolvedUrls!.local[0]!;
const executablePath = findOrInstallBrowser();
const results: { readonly title: string; readonly measured: InPage.Measured }[] = [];
let version = "";
for (const { backend, title, args } of BACKENDS) {
  const browser = await chromium.launch({ executablePath, args: [...LAUNCH, ...args] });
  version = browser.version();
  const page = await browser.newPage();
  // any file of the server will do: the bench needs its origin and its headers, not the app
  await page.goto(`${address}models/abacus/config.json`);
  const measured = await page.evaluate(
    async ([module, backend]) => {
      const { measure } = (await import(module)) as typeof InPage;
      return measure(backend);
    },
    [`${address}scripts/bench/in-page.ts`, backend] as const,
  );
  results.push({ title: backend === "webgpu" ? `${title} (${measured.adapter})` : title, measured });
  await browser.close();
}
await server.close();

const ratio = (a: number, b: number) => `${(a / b).toFixed(1)}×`;
const ms = (value: number) => `${value < 100 ? value.toFixed(1) : value.toFixed(0)} ms`;
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

const ROWS: readonly (readonly [string, (measured: InPage.Measured) => string])[] = [
  [
    "head sweep: one forward per head against the wavefront",
    (m) => `${ratio(m.onePerHeadMs, m.wavefrontMs)} (${ms(m.onePerHeadMs)} / ${ms(m.wavefrontMs)})`,
  ],
  [
    "head sweep: one thread against as many as suit the machine",
    ({ oneThread, wavefrontMs, threads }) =>
      oneThread === undefined
        ? "–"
        : `${ratio(oneThread, wavefrontMs)} (${ms(oneThread)} / ${ms(wavefrontMs)} on ${threads})`,
  ],
  [
    "head sweep: one forward per head against row by row",
    (m) => `${ratio(m.onePerHeadMs, m.rowByRowMs)} (${ms(m.onePerHeadMs)} / ${ms(m.rowByRowMs)})`,
  ],
  [
    "head table: one forward per head and case against shared batches",
    (m) =>
      `${ratio(m.onePerHeadMs * m.tableCases, m.tableMs)} (${ms(m.onePerHeadMs * m.tableCases)} / ${ms(m.tableMs)})`,
  ],
  [
    "wavefront against its multiply-adds as bare products",
    (m) => `${ratio(m.wavefrontMs, m.bareMatMulMs)} (${ms(m.wavefrontMs)} / ${ms(m.bareMatMulMs)})`,
  ],
  [
    "comparison, top 10: every neuron against certified",
    (m) => `${ratio(m.bruteForceMs, m.certifiedMs)} (${ms(m.bruteForceMs)} / ${ms(m.certifiedMs)})`,
  ],
  ["exact evaluations for the certified top 10", (m) => `${m.evaluated} of ${m.neurons}`],
  ["logit ranges of all neurons, once per model", (m) => ms(m.rangesMs)],
  [
    "toggle to updated prediction, in forwards",
    (m) => `${(m.toggleMs / m.forwardMs).toFixed(2)} (${ms(m.toggleMs)} / ${ms(m.forwardMs)})`,
  ],
  ["load, from the first byte to the first prediction", (m) => ms(m.loadMs)],
  [
    "the graphics processor's first proof within it, and how near to float64",
    (m) => (m.provingMs === undefined ? "–" : `${ms(m.provingMs)}, ${m.agreement!.toExponential(0)}`),
  ],
  ["bytes read / held as weights", (m) => `${megabytes(m.bytesRead)} / ${megabytes(m.bytesHeld)}`],
];

const [processor] = cpus();
console.log(
  `Chromium ${version}, ${cpus().length} × ${processor?.model.trim()}, WASM with ${results[0]!.measured.threads} thread(s)\n`,
);
console.log(`| \`3+5=\`, bundled model in q8 | ${results.map(({ title }) => title).join(" | ")} |`);
console.log(`| --- | ${results.map(() => "---").join(" | ")} |`);
for (const [title, show] of ROWS)
  console.log(`| ${title} | ${results.map(({ measured }) => show(measured)).join(" | ")} |`);
