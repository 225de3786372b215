import { hostname } from "node:os";
import type { ModelInfo } from "#protocol/engine.ts";
import type { By } from "./part.ts";

/** Who runs here, but for when and how long. */
export type RunBy = Omit<By, "at" | "milliseconds">;

export const runnerOf = ({ provider, backend, adapter, threads }: ModelInfo): RunBy => ({
  host: hostname(),
  pid: process.pid,
  provider: provider ?? backend,
  ...(adapter && { gpu: adapter }),
  ...(threads !== undefined && { threads }),
});

/** What tells one kind of arithmetic from another: where two differ, a step that both ran says how far their numbers are apart. */
export const placeOf = ({ host, provider, gpu = "" }: Pick<By, "host" | "provider" | "gpu">) =>
  [host, provider, gpu].filter(Boolean).join(", ");
