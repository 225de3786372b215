import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { findOrInstallBrowser } from "./browser.ts";
import { webgpuFlags } from "./gpu-flags.ts";

/**
 * `npm run gpu`: the WebGPU stories, the bench and the scale run on this machine's own graphics processor, and the golden numbers against
 * Hugging Face transformers where Python has it, in ten minutes at most, with the figures in test-results/gpu.json. `--allow-software`
 * takes a processor in software too, to see that all this runs to its end.
 */
const given = process.argv.slice(2);
const allowsSoftware = given.includes("--allow-software");
if (!allowsSoftware) process.env["GPU"] = "real";

const reports = join(import.meta.dirname, "..", "test-results");
const storyReport = join(reports, "e2e.json");
const MINUTE_MS = 60_000;

/** In the order in which they matter; together nine and a half minutes, the rest is for starts. In software one story, and a sixth of the limits but that of the golden numbers, which may be compared without a GPU. */
const SHARE = allowsSoftware ? 1 / 6 : 1;
const PARTS: readonly Part[] = [
  {
    name: "stories",
    limitMs: 4 * MINUTE_MS * SHARE,
    script: "test:e2e",
    args: ["--project=webgpu", ...(allowsSoftware ? ["e2e/opens.spec.ts"] : [])],
  },
  { name: "bench", limitMs: 2 * MINUTE_MS * SHARE, script: "bench", args: ["webgpu"] },
  { name: "scale", limitMs: 2.5 * MINUTE_MS * SHARE, script: "scale", args: ["0.5b", "q4", "webgpu"] },
  { name: "golden", limitMs: MINUTE_MS, script: "golden", args: [] },
];

interface Part {
  readonly name: string;
  readonly limitMs: number;
  /** Of package.json. */
  readonly script: string;
  readonly args: readonly string[];
}

const adapter = await foundAdapter();
if (!adapter) fail("Chromium finds no adapter for WebGPU here; on Linux it needs a driver for Vulkan");
else if (isSoftware(adapter) && !allowsSoftware) {
  fail(
    `the adapter ${adapter.words} is software, which says nothing of a graphics processor; --allow-software takes it all the same`,
  );
} else {
  console.log(`WebGPU on ${adapter.words}`);
  // an earlier run's would be taken for this one's where the stories are stopped before they write theirs
  rmSync(storyReport, { force: true });
  const parts: Done[] = [];
  for (const part of PARTS) parts.push(await run(part));
  mkdirSync(reports, { recursive: true });
  const file = join(reports, "gpu.json");
  const { words } = adapter;
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}`;
  writeFileSync(
    file,
    `${JSON.stringify({ adapter: words, isSoftware: isSoftware(adapter), machine, parts }, undefined, 1)}\n`,
  );
  for (const { name, outcome, seconds } of parts) console.log(`${name}: ${outcome} after ${seconds} s`);
  console.log(`The figures are in ${file}`);
  if (parts.some(({ outcome }) => outcome === "failed")) process.exitCode = 1;
}

function fail(found: string): void {
  console.error(`gpu: ${found}`);
  process.exitCode = 1;
}

interface Adapter {
  readonly words: string;
  readonly isFallback: boolean;
}

async function foundAdapter(): Promise<Adapter | undefined> {
  const root = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const browser = await chromium.launch({ executablePath: findOrInstallBrowser(), args: [...webgpuFlags(), ...root] });
  try {
    const page = await browser.newPage();
    // WebGPU is for secure contexts
    await page.route("http://localhost/", (route) =>
      route.fulfill({ contentType: "text/html", body: "<!doctype html>" }),
    );
    await page.goto("http://localhost/");
    return await page.evaluate(async () => {
      const info = (await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" }))?.info;
      if (!info) return undefined;
      const words = [info.vendor, info.architecture, info.device, info.description].filter(Boolean).join(" ");
      return { words, isFallback: info.isFallbackAdapter };
    });
  } finally {
    await browser.close();
  }
}

function isSoftware({ words, isFallback }: Adapter): boolean {
  return isFallback || /swiftshader|llvmpipe|lavapipe|software/i.test(words);
}

interface Done {
  readonly name: string;
  readonly outcome: "done" | "failed" | "stopped at its limit";
  readonly seconds: number;
  readonly figures: ReturnType<typeof rowsOf>;
  /** Playwright's counts. */
  readonly stories?: unknown;
}

async function run({ name, limitMs, script, args }: Part): Promise<Done> {
  console.log(`\n== ${name}`);
  const begun = Date.now();
  const running = spawn("npm", ["run", "--silent", script, "--", ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    detached: true, // a group of its own, so that its browsers end with it
  });
  const ended = once(running, "exit");
  let isOver = false;
  const timer = setTimeout(() => {
    isOver = true;
    // at another signal Playwright leaves its server behind, which is in a group of its own and keeps the port
    process.kill(-running.pid!, "SIGINT");
  }, limitMs);
  let printed = "";
  for await (const text of running.stdout.setEncoding("utf8")) {
    printed += text as string;
    process.stdout.write(text as string);
  }
  const [status] = (await ended) as [number | null];
  clearTimeout(timer);
  return {
    name,
    outcome: isOver ? "stopped at its limit" : status === 0 ? "done" : "failed",
    seconds: Math.round((Date.now() - begun) / 1000),
    figures: rowsOf(printed),
    ...(name === "stories" && { stories: storyCounts() }),
  };
}

/** The rows of the Markdown tables that a part printed, each with its title and its values. */
function rowsOf(text: string): readonly { readonly title: string; readonly values: readonly string[] }[] {
  const rows = text.split("\n").filter((line) => line.startsWith("|") && !line.startsWith("| ---"));
  return rows.map((line) => {
    const [title = "", ...values] = line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
    return { title, values };
  });
}

function storyCounts(): unknown {
  try {
    return (JSON.parse(readFileSync(storyReport, "utf8")) as { stats: unknown }).stats;
  } catch {
    return undefined; // it was stopped before it wrote its report
  }
}
