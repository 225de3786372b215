import type { BlockRun, Residual, Runner } from "#analysis/runner.ts";

/** A runner around another one that counts what it runs: a block of one row is 1 / layers of a forward. */
export interface CountedBlocks {
  readonly runner: Runner;
  /** Blocks, each times the rows that come out of it, in forwards of the model. */
  readonly forwards: () => number;
  readonly restart: () => void;
}

export function countBlocks(inner: Runner): CountedBlocks {
  let rows = 0;
  const runner: Runner = {
    spec: inner.spec,
    weights: inner.weights,
    embed: (ids) => inner.embed(ids),
    embedBatch: (prompts) => inner.embedBatch(prompts),
    block: (layer: number, input: Residual, run?: BlockRun) => {
      // attention runs once per row that comes in, all behind it once per row that goes out
      rows += Math.max(input.batch, run?.variants?.length ?? 0);
      return inner.block(layer, input, run);
    },
    unembed: (input, run) => inner.unembed(input, run),
    upload: (values, batch, positions) => inner.upload(values, batch, positions),
    download: (residual) => inner.download(residual),
    release: (residual) => inner.release(residual),
  };
  return {
    runner,
    forwards: () => rows / inner.spec.layers,
    restart: () => {
      rows = 0;
    },
  };
}
