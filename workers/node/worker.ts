import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import * as Comlink from "comlink";
import { isRecord } from "#core/record.ts";
import { tellSigns } from "#core/sign.ts";
import { CALL_NAMES } from "#protocol/calls.ts";
import type { EngineApi } from "#protocol/calls.ts";
import { DEVICE_LOST_MESSAGE, SIGN_MESSAGE } from "#protocol/lifecycle.ts";
import { createEngine } from "#workers/engine/engine.ts";
import { keepFaultCodes } from "#workers/engine/fault-transfer.ts";
import { keepWith } from "#workers/engine/store/stores.ts";
import { tokenizerHost, tokenizerIn } from "#workers/engine/tokenizer/tokenizer-host.ts";
import { alone } from "./alone.ts";
import { folderSource } from "./disk-folder.ts";
import type { FolderSource } from "./disk-folder.ts";
import { folderStore } from "./folder-store.ts";
import { loadNodeOrt, startNode } from "./node-runtime.ts";
import type { RunsOn } from "./node-runtime.ts";
import { threadWorker } from "./thread-worker.ts";

/** The engine in a thread of a command: a run holds the thread, and the command goes on. */
const { cache, runsOn } = workerData as { readonly cache: string | undefined; readonly runsOn: RunsOn };
const port = parentPort!;

keepFaultCodes();
tellSigns(() => port.postMessage(SIGN_MESSAGE));
keepWith({
  canPersist: () => cache !== undefined,
  folder: (root) => folderStore(join(cache!, root)),
  estimate: () => Promise.resolve({}),
  alone: (name, following, task) => alone(join(cache!, "locks"), name, following, task),
});
// a text that is never cut is ended with the thread; beside this file as it is built
tokenizerHost.runIn(() => tokenizerIn(threadWorker(new URL("./tokenizer.js", import.meta.url))));
tokenizerHost.prepare();
const engine = createEngine(
  () => loadNodeOrt(runsOn),
  (reason) => port.postMessage({ type: DEVICE_LOST_MESSAGE, reason }),
  undefined,
  startNode(runsOn),
);
const calls = CALL_NAMES.map((name) => {
  const call = engine[name] as (...args: readonly unknown[]) => Promise<unknown>;
  return [name, async (job: number, ...sent: readonly unknown[]) => call(job, ...(await withFolders(sent)))] as const;
});
Comlink.expose(
  { ...(Object.fromEntries(calls) as unknown as EngineApi), cancel: (job: number) => engine.cancel(job) },
  port as unknown as Comlink.Endpoint,
);

/** Files do not travel between threads: a folder is named, and opened here. */
async function withFolders(sent: readonly unknown[]): Promise<readonly unknown[]> {
  return Promise.all(sent.map((each) => (namesFolder(each) ? opened(each) : each)));
}

const isFolder = (value: unknown): value is FolderSource =>
  isRecord(value) && value["kind"] === "folder" && typeof value["path"] === "string";

/** Parts of experiments are long and name none: they are looked through, and not taken apart. */
const namesFolder = (value: unknown): boolean =>
  isFolder(value) || (typeof value === "object" && value !== null && Object.values(value).some(namesFolder));

async function opened(value: unknown): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map((each) => opened(each)));
  if (isFolder(value)) return folderSource(value.path);
  if (!isRecord(value)) return value;
  const entries = await Promise.all(Object.entries(value).map(async ([name, part]) => [name, await opened(part)]));
  return Object.fromEntries(entries) as unknown;
}
