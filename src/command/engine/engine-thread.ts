import { homedir } from "node:os";
import { join } from "node:path";
import type { Engine } from "#client/engine.ts";
import { workerEngine } from "#client/worker-engine.ts";
import { Fault, faultCode } from "#core/fault.ts";
import { PROVIDERS } from "#model/checkpoint.ts";
import type { CheckpointSource, Dtype, Provider } from "#model/checkpoint.ts";
import { readArgument } from "#protocol/call.ts";
import type { ModelInfo } from "#protocol/engine.ts";
import { choice, whole } from "#protocol/fields.ts";
import { threadWorker } from "#workers/node/thread-worker.ts";
import type { ReadCommand } from "../command-line.ts";
import { readModel } from "./model-source.ts";
import type { HubAccess, NamedSource } from "./model-source.ts";
import type { Environment, Session } from "../session.ts";

/** What an engine runs on, and where it keeps models as they run; "" for nowhere. */
export interface Machine {
  readonly provider: Provider;
  readonly threads?: number;
  readonly cache: string;
}

/** Which model, and how it is held. */
export interface NamedModel {
  readonly source: NamedSource;
  readonly adapter?: NamedSource | undefined;
  readonly dtype?: Dtype | undefined;
}

export interface StartedEngine {
  readonly engine: Engine;
  readonly info: ModelInfo;
  readonly end: () => void;
}

/** Who may read what is gated, and on which Hub. */
export const hubAccess = (env: Environment): HubAccess => ({ token: env["HF_TOKEN"], hub: env["HF_ENDPOINT"] });

/** The folder that systems keep such things in. */
const cacheFolder = (env: Environment) =>
  join(env["XDG_CACHE_HOME"] || join(env["HOME"] || homedir(), ".cache"), "arithmoscope");

/** @throws Fault "bad-request" */
export function askedMachine({ ep, threads, cache }: ReadCommand["values"], env: Environment): Machine {
  return {
    provider: readArgument("arithmoscope", "--ep", choice(PROVIDERS), ep),
    ...(threads !== undefined && {
      threads: readArgument("arithmoscope", "--threads", whole(1, 256), Number(threads)),
    }),
    cache: typeof cache === "string" ? cache : cacheFolder(env),
  };
}

/** @throws Fault "bad-request" */
export function askedModel({ model, adapter, dtype }: ReadCommand["values"], env: Environment): NamedModel {
  return {
    source: readModel("--model", String(model), hubAccess(env)),
    ...(adapter !== undefined && { adapter: readModel("--adapter", String(adapter), hubAccess(env)) }),
    // the call's own schema has its sentence
    ...(dtype !== undefined && { dtype: dtype as Dtype }),
  };
}

/** An engine in a thread of its own, with its model. @throws Fault */
export async function startEngine(
  { provider, threads, cache }: Machine,
  { source, adapter, dtype }: NamedModel,
  { progress, signal }: Pick<Session, "progress" | "signal">,
): Promise<StartedEngine> {
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
      { ...(dtype !== undefined && { dtype }), ...(adapter && { adapter: adapter as CheckpointSource }) },
      { signal, onProgress: progress.tell },
    );
    progress.end();
    for (const text of warningsOf(info)) progress.warn(text);
    return { engine, info, end };
  } catch (reason) {
    end();
    throw asOfProvider(provider, reason);
  }
}

/** What whoever reads the numbers should know of their model, and that the next run has to read it again. */
export const warningsOf = ({ sourceNotes, notStored }: Pick<ModelInfo, "sourceNotes" | "notStored">): string[] => [
  ...sourceNotes,
  ...(notStored ? [notStored.message] : []),
];

/** What a graphics processor's own libraries say is long, and not what a person can do about it. */
function asOfProvider(provider: Provider, reason: unknown): unknown {
  if (faultCode(reason) !== "engine-stopped" || provider === "wasm" || provider === "cpu") return reason;
  const [words = ""] = reason instanceof Error ? reason.message.split("\n") : [];
  return new Fault(
    "no-webgpu",
    `--ep ${provider} cannot be set up here (${words.slice(0, MAX_SAID)}); its driver and libraries are needed, or --ep cpu or wasm`,
    { cause: reason },
  );
}

const MAX_SAID = 300;
