import { join } from "node:path";
import type { Dtype } from "#model/checkpoint.ts";
import { SCALE_SHAPES, writeScaleCheckpoint } from "./scale/checkpoint.ts";
import type * as InPage from "./scale/peaks-in-page.ts";
import { serveFolder } from "./scale/serve-folder.ts";
import { inTab } from "./scale/tab.ts";

/**
 * `npm run peaks [shape] [dtype …]`: the most memory that a tab takes on WASM to load a model, answer and sweep its heads, which
 * test/golden/peaks.json has.
 */
const [wanted = "", ...dtypes] = process.argv.slice(2);
for (const shape of SCALE_SHAPES.filter(({ name }) => name.includes(wanted))) {
  const files = await serveFolder(await writeScaleCheckpoint(join(import.meta.dirname, "..", ".bench"), shape));
  for (const dtype of (dtypes.length > 0 ? dtypes : ["q4", "q8", "f32"]) as Dtype[]) {
    const { result: report, peaks } = await inTab((page, address) =>
      page.evaluate(
        async ([module, base, precision]) => {
          const { loadAndSweep } = (await import(module)) as typeof InPage;
          const tell = (window as unknown as { tellStep(step: string): void }).tellStep;
          return loadAndSweep(base, precision, tell);
        },
        [`${address}scripts/scale/peaks-in-page.ts`, files.base, dtype] as const,
      ),
    );
    const megabytes = (step: string) => Math.round((peaks.get(step) ?? 0) / 1e6);
    console.log(
      JSON.stringify({
        shape: shape.name,
        dtype,
        storedMB: Math.round(report.held[dtype].storedBytes / 1e6),
        heldMB: Math.round(report.held[dtype].memoryBytes / 1e6),
        startMB: megabytes(""),
        loadMB: Math.max(...["reading", "checking", "fetching", "preparing", "warming-up"].map(megabytes)),
        predictMB: megabytes("predict"),
        sweepMB: megabytes("sweep"),
      }),
    );
  }
  files.close();
}
