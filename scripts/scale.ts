import { join } from "node:path";
import { webgpuFlags } from "./gpu-flags.ts";
import { HALF_A_BILLION, ONE_AND_A_HALF_BILLION, writeScaleCheckpoint } from "./scale/checkpoint.ts";
import { writeScaleGguf } from "./scale/gguf-checkpoint.ts";
import type * as InPage from "./scale/in-page.ts";
import { serveFolder } from "./scale/serve-folder.ts";
import { inTab } from "./scale/tab.ts";

/**
 * `npm run scale`: a checkpoint of half a billion parameters and 151,936 tokens from disk through a server into Chromium, with
 * time, and the memory of the tab's process as Linux counts it. `npm run scale -- 1.5b Q4_K_M` takes another shape and precision,
 * a third word, webgpu, another backend.
 */
const SHAPES = new Map([
  ["0.5b", HALF_A_BILLION],
  ["1.5b", ONE_AND_A_HALF_BILLION],
]);
const [size = "0.5b", precision = "q4", backend = "wasm"] = process.argv.slice(2);
const shape = SHAPES.get(size);
if (!shape || !["q4", "Q4_K_M"].includes(precision) || !["wasm", "webgpu"].includes(backend)) {
  throw new RangeError(
    `scale: ${size} in ${precision} on ${backend}; 0.5b or 1.5b in q4 or Q4_K_M on wasm or webgpu is needed`,
  );
}
const root = join(import.meta.dirname, "..", ".bench");
const isGguf = precision === "Q4_K_M";
const written = isGguf ? writeScaleGguf(root, shape) : { folder: await writeScaleCheckpoint(root, shape), file: "" };
const files = await serveFolder(written.folder);
const onGpu = backend === "webgpu";
const { result: measured, peaks } = await inTab(
  async (page, address) =>
    page.evaluate(
      async ([module, base, dtype, on]) => {
        const { measureScale } = (await import(module)) as typeof InPage;
        const tell = (window as unknown as { tellStep(step: string): void }).tellStep;
        return measureScale(base, dtype, on, tell);
      },
      [
        `${address}scripts/scale/in-page.ts`,
        `${files.base}${written.file}`,
        isGguf ? "stored" : "q4",
        onGpu ? "webgpu" : "wasm",
      ] as const,
    ),
  onGpu ? webgpuFlags() : undefined,
);
files.close();

const megabytes = (bytes: number) => `${Math.round(bytes / 1e6).toLocaleString("en")} MB`;
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
const peak = (...steps: readonly string[]) => megabytes(Math.max(...steps.map((each) => peaks.get(each) ?? 0)));
const inSweeps = (ms: number) => (ms / measured.sweepMs).toFixed(2);
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
  [`one head sweep, ${shape.num_attention_heads * shape.num_hidden_layers} heads`, seconds(measured.sweepMs)],
  [
    "first comparison, top 10",
    `${seconds(measured.compareMs)}, ${inSweeps(measured.compareMs)} sweeps, ${measured.evaluated} of ${measured.neurons} evaluated, ${measured.certified ? "certified" : "not certified"}`,
  ],
  [
    "a comparison of another prompt",
    `${seconds(measured.compareAgainMs)}, ${inSweeps(measured.compareAgainMs)} sweeps`,
  ],
  [
    "most memory of the tab: load / sweep / comparison",
    [peak("reading", "checking", "fetching", "preparing", "warming-up"), peak("sweep"), peak("compare")].join(" / "),
  ],
] as const;
console.log(`| ${shape.name}, ${precision}, ${onGpu ? "WebGPU" : "WASM"} | |\n| --- | --- |`);
for (const [title, value] of ROWS) console.log(`| ${title} | ${value} |`);
