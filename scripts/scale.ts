import { join } from "node:path";
import { HALF_A_BILLION, writeScaleCheckpoint } from "./scale/checkpoint.ts";
import type * as InPage from "./scale/in-page.ts";
import { serveFolder } from "./scale/serve-folder.ts";
import { inTab } from "./scale/tab.ts";

/**
 * `npm run scale`: a checkpoint of half a billion parameters and 151,936 tokens from disk through a server into Chromium, with
 * time, and the memory of the tab's process as Linux counts it.
 */
const files = await serveFolder(await writeScaleCheckpoint(join(import.meta.dirname, "..", ".bench"), HALF_A_BILLION));
const { result: measured, peaks } = await inTab(async (page, address) =>
  page.evaluate(
    async ([module, base]) => {
      const { measureScale } = (await import(module)) as typeof InPage;
      const tell = (window as unknown as { tellStep(step: string): void }).tellStep;
      return measureScale(base, "q4", "wasm", tell);
    },
    [`${address}scripts/scale/in-page.ts`, files.base] as const,
  ),
);
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
