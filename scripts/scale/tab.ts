import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import type { Page } from "@playwright/test";
import { createServer } from "vite";
import { findOrInstallBrowser } from "../browser.ts";

const POLL_MS = 100;

export interface InTab<T> {
  readonly result: T;
  /** The most resident bytes of the tab's process, as Linux counts them, by the first word of the steps that it told. */
  readonly peaks: ReadonlyMap<string, number>;
}

/**
 * Runs something on a page of this server in a Chromium, without a GPU unless flags for one are given, whose memory is looked at meanwhile. The page tells its steps with
 * `window.tellStep`.
 */
export async function inTab<T>(
  run: (page: Page, address: string) => Promise<T>,
  gpuFlags: readonly string[] = ["--disable-gpu"],
): Promise<InTab<T>> {
  const server = await createServer({ server: { host: "localhost", hmr: false, watch: null }, logLevel: "error" });
  await server.listen();
  const address = server.resolvedUrls!.local[0]!;
  // a profile of its own on disk: without one, what a page stores is held in memory
  const profile = mkdtempSync(join(tmpdir(), "arithmoscope-scale-"));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: findOrInstallBrowser(),
    args: [
      ...gpuFlags,
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
    const name = step.split(" ")[0]!;
    peaks.set(name, Math.max(peaks.get(name) ?? 0, ...rendererBytes(profile)));
  }, POLL_MS);
  await page.exposeFunction("tellStep", (told: string) => {
    step = told;
  });
  const result = await run(page, address);
  clearInterval(poll);
  await browser.close();
  rmSync(profile, { recursive: true });
  await server.close();
  return { result, peaks };
}

/** What each renderer process of the browser with that profile has in memory; nothing where the system does not tell. */
function rendererBytes(profile: string): number[] {
  if (!existsSync("/proc")) return [];
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
        if (!command.includes("--type=renderer") || !command.includes(profile)) return [];
        const [, kilobytes = "0"] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
        return [1024 * Number(kilobytes)];
      } catch {
        return []; // it ended while it was read
      }
    });
}
