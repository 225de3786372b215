import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import * as ort from "onnxruntime-web";
import type { CheckpointSource, FilesSource } from "#model/checkpoint.ts";
import type { Dtype } from "#model/checkpoint.ts";
import type { EngineApi } from "#protocol/calls.ts";
import type { ModelInfo } from "#protocol/engine.ts";
import { createEngine } from "#workers/engine/engine.ts";

const MODELS = join(import.meta.dirname, "../../public/models");

/** A model that comes with the page, opened as its own worker opens it, on WASM in Node. */
export interface BundledEngine {
  readonly api: EngineApi;
  readonly info: ModelInfo;
}

export async function bundledEngine(id: string, dtype: Dtype): Promise<BundledEngine> {
  const api = createEngine(
    () => Promise.resolve(ort),
    () => undefined,
  );
  const info = await api.load(1, folderOf(id), { backend: "wasm", dtype }, () => undefined);
  return { api, info };
}

/** The folder of a model, or of an adapter below it, as the picker gives it. */
export function folderOf(path: string): CheckpointSource & FilesSource {
  const folder = join(MODELS, path);
  const names = readdirSync(folder).filter((name) => statSync(join(folder, name)).isFile());
  return {
    kind: "files",
    files: names.map((name) => new File([readFileSync(join(folder, name))], name)),
    paths: names.map((name) => `${path.split("/").at(-1)}/${name}`),
  };
}
