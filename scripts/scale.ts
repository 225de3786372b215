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
page.on("console", (m) => console.error(m.text()));
await page.goto(`${address}models/abacus/config.json`);
const before = new Set(renderers().map(({ pid }) => pid));
let step = "";
const peaks = new Map<string, number>();
const poll = setInterval(() => {
  const bytes = Math.max(0, ...renderers().map((each) => each.residentBytes));
  const name = step.split(" ")[0]!;
  peaks.set(name, Math.max(peaks.get(name) ?? 0, bytes));
}, POLL_MS);
await page.exposeFunction("tellStep", (told: string) => {
  console.error(told);
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
console.log(measured, before);
for (const [name, bytes] of peaks) console.log(`${name}: ${megabytes(bytes)}`);
console.log(`load ${seconds(measured.loadMs)}`);

/** The browser's renderer processes and what each has in memory. */
function renderers(): { readonly pid: string; readonly residentBytes: number }[] {
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => {
      try {
        if (!readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--type=renderer")) return [];
        const [, kilobytes = "0"] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
        return [{ pid, residentBytes: 1024 * Number(kilobytes) }];
      } catch {
        return []; // it ended while it was read
      }
    });
}
