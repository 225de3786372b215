import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { createServer } from "vite";
import { findOrInstallBrowser } from "./browser.ts";
import { writeScaleCheckpoint } from "./scale/checkpoint.ts";
import type * as InPage from "./scale/in-page.ts";
import { serveFolder } from "./scale/serve-folder.ts";

/**
 * `npm run scale`: a checkpoint of half a billion parameters and 151,936 tokens from disk through a server into Chromium, with
 * time, and the memory of the tab's process as Linux counts it.
 */
const POLL_MS = 100;

const folder = await writeScaleCheckpoint(join(import.meta.dirname, "..", ".bench"));
const files = await serveFolder(folder);
const server = await createServer({ server: { host: "localhost", hmr: false, watch: null }, logLevel: "error" });
await server.listen();
const address = server.resolvedUrls!.local[0]!;
// a profile of its own on disk: without one, what a page stores is held in memory
const profile = mkdtempSync(join(tmpdir(), "arithmoscope-scale-"));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: findOrInstallBrowser(),
  args: [
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
    ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  ],
});
const page = await browser.newPage();
await page.goto(`${address}models/abacus/config.json`);
let step = "";
const peaks = new Map<string, number>();
const poll = setInterval(() => {
  const bytes = Math.max(0, ...renderers().map((each) => each.residentBytes));
  const name = step.split(" ")[0]!;
  peaks.set(name, Math.max(peaks.get(name) ?? 0, bytes));
}, POLL_MS);
await page.exposeFunction("tellStep", (told: string) => {
  step = told;
});
const measured = await page.evaluate(
  async ([module, base]) => {
    const { measureScale } = (await import(module)) as typeof InPage;
    const tell = (window as unknown as { tellStep(step: string): void }).tellStep;
    return measureScale(base, "q4", "wasm", tell);
  },
  [`${address}scripts/scale/in-page.ts`, files.base] as const,
);
clearInterval(poll);
await browser.close();
rmSync(profile, { recursive: true });
await server.close();
files.close();

const megabytes = (bytes: number) => `${Math.round(bytes / 1e6).toLocaleString("en")} MB`;
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
const peak = (...steps: readonly string[]) => megabytes(Math.max(...steps.map((each) => peaks.get(each) ?? 0)));
const ROWS = [
  [
    "bytes read / kept / held by the sessions",
    [measured.readBytes, measured.storedBytes, measured.memoryBytes].map(megabytes).join(" / "),
  ],
  ["load: read, quantise, store, set up, first run", seconds(measured.loadMs)],
  ["second load, from storage with its checksums", seconds(measured.secondLoadMs)],
  ["one prediction of 6 tokens", seconds(measured.predictMs)],
  [
    "a prediction asked while the token index is built, and the index's longest step",
    `${seconds(measured.predictMeanwhileMs)}, ${seconds(measured.indexStepMs)}`,
  ],
  ["one head sweep, 336 heads", seconds(measured.sweepMs)],
  [
    "first comparison, top 10",
    `${seconds(measured.compareMs)}, ${measured.evaluated} of ${measured.neurons} evaluated, ${measured.certified ? "certified" : "not certified"}`,
  ],
  [
    "most memory of the tab: load / sweep / comparison",
    [peak("reading", "checking", "fetching", "preparing", "warming-up"), peak("sweep"), peak("compare")].join(" / "),
  ],
] as const;
console.log("| half a billion parameters, q4, WASM | |\n| --- | --- |");
for (const [title, value] of ROWS) console.log(`| ${title} | ${value} |`);

/** The browser's renderer processes and what each has in memory. */
function renderers(): { readonly residentBytes: number }[] {
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => {
      try {
        if (!readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--type=renderer")) return [];
        const [, kilobytes = "0"] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
        return [{ residentBytes: 1024 * Number(kilobytes) }];
      } catch {
        return []; // it ended while it was read
      }
    });
}
