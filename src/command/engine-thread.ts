import { homedir } from "node:os";
import { join } from "node:path";
import type { Engine } from "#client/engine.ts";
import { workerEngine } from "#client/worker-engine.ts";
import { PROVIDERS } from "#model/checkpoint.ts";
import type { CheckpointSource, Dtype } from "#model/checkpoint.ts";
import type { ModelInfo } from "#protocol/engine.ts";
import { readArgument } from "#protocol/call.ts";
import { choice, whole } from "#protocol/fields.ts";
import { readModel } from "./model-source.ts";
import type { ProgressLine } from "./printing.ts";
import { threadWorker } from "./thread-worker.ts";

/** What every command that loads a model is told. */
export interface EngineOptions {
  readonly model: string;
  readonly adapter?: string | undefined;
  readonly ep: string;
  readonly dtype?: string | undefined;
  readonly threads?: string | undefined;
  /** Where models are kept as they run; "" for nowhere. */
  readonly cache?: string | undefined;
}

export interface Environment {
  readonly [name: string]: string | undefined;
}

export interface StartedEngine {
  readonly engine: Engine;
  readonly info: ModelInfo;
  readonly end: () => void;
}

/** The folder that systems keep such things in. */
const cacheFolder = (env: Environment) =>
  join(env["XDG_CACHE_HOME"] || join(env["HOME"] || homedir(), ".cache"), "arithmoscope");

/** An engine in a thread of its own, with its model. @throws Fault */
export async function startEngine(
  options: EngineOptions,
  {
    env,
    progress,
    signal,
  }: { readonly env: Environment; readonly progress: ProgressLine; readonly signal: AbortSignal },
): Promise<StartedEngine> {
  const provider = readArgument("arithmoscope", "--ep", choice(PROVIDERS), options.ep);
  const threads =
    options.threads === undefined
      ? undefined
      : readArgument("arithmoscope", "--threads", whole(1, 256), Number(options.threads));
  const access = { token: env["HF_TOKEN"], hub: env["HF_ENDPOINT"] };
  const source = readModel(options.model, access);
  const adapter = options.adapter === undefined ? undefined : readModel(options.adapter, access);
  const cache = options.cache ?? cacheFolder(env);
  const workerData = {
    cache: cache === "" ? undefined : cache,
    runsOn: { provider, ...(threads !== undefined && { threads }) },
  };
  // beside this file as it is built
  const file = new URL("./worker.js", import.meta.url);
  let worker: Worker | undefined;
  const engine = workerEngine(() => (worker = threadWorker(file, workerData)));
  const end = () => worker?.terminate();
  try {
    const info = await engine.load(
      // a folder is opened in the thread, where the schema sees its files
      source as CheckpointSource,
      {
        ...(options.dtype !== undefined && { dtype: options.dtype as Dtype }),
        ...(adapter && { adapter: adapter as CheckpointSource }),
      },
      { signal, onProgress: progress.tell },
    );
    progress.end();
    return { engine, info, end };
  } catch (reason) {
    end();
    throw reason;
  }
}
