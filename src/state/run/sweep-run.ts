import type { Engine } from "#client/engine.ts";
import type { HeadSweep, ModelInfo, VariantOptions } from "#protocol/engine.ts";
import type { RunOptions } from "#protocol/fields.ts";
import type { Reports } from "../requests/requests.ts";

/** A sweep whose map fills in row by row. */
export const sweepRun =
  (
    prompt: string,
    { layers, heads }: Pick<ModelInfo, "layers" | "heads">,
    asked: RunOptions & VariantOptions & { readonly target: number },
  ) =>
  (engine: Engine, { signal, partial, progress }: Reports<HeadSweep>): Promise<HeadSweep> => {
    const rows = Array.from({ length: layers }, () => new Array<number>(heads).fill(Number.NaN));
    return engine.sweepHeads(
      prompt,
      { ...asked, rowByRow: true },
      {
        signal,
        onProgress(report) {
          if ("done" in report) {
            progress(report);
            return;
          }
          const { layer, logProbability, baseline, target } = report;
          rows[layer] = logProbability;
          partial({ target, baseline, logProbability: [...rows] });
        },
      },
    );
  };
