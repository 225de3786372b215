import { Fault } from "#core/fault.ts";
import { memorySource } from "#formats/byte-source.ts";
import type { FileSet } from "#formats/byte-source.ts";
import { shownName } from "#core/shown.ts";
import { plainName, readFile, readJson } from "#formats/checkpoint.ts";
import { readSafetensorsHeader } from "#formats/safetensors.ts";
import { decodeStored, readRows, storedDtype } from "#formats/stored.ts";
import type { TensorEntry } from "#formats/stored.ts";
import { readAdapterConfig } from "#model/adapters/adapter-config.ts";
import type { AdapterConfig } from "#model/adapters/adapter-config.ts";
import { planAdapter, stackedFactors } from "#model/adapters/adapter-plan.ts";
import type { AdaptedLinear, BaseLayer, StackedFactors } from "#model/adapters/adapter-plan.ts";
import { contentHash, segmentHashes } from "../load/content.ts";
import type { HashedTensor } from "../load/content.ts";
import { sha256 } from "../load/sha256.ts";

/** What an adapter adds to one layer: factors by the plan's name of the linear layer. */
export type LayerFactors = ReadonlyMap<string, StackedFactors>;

export interface OpenedAdapter {
  readonly config: AdapterConfig;
  readonly linears: readonly AdaptedLinear[];
  readonly parameters: number;
  /** SHA-256 of config and factors, see `CheckpointContent`. */
  readonly content: string;
  /** By layer; only layers that the adapter changes. */
  readonly layers: ReadonlyMap<number, LayerFactors>;
}

const CONFIG = "adapter_config.json";
const WEIGHTS = "adapter_model.safetensors";
const PICKLED = "adapter_model.bin";

/**
 * Reads a PEFT adapter for a base. All that can be wrong with config and header is found before a weight is read.
 *
 * @throws Fault "missing-file", "other-format", "bad-config" or "bad-file"
 */
export async function openAdapter(
  files: FileSet,
  base: readonly BaseLayer[],
  signal?: AbortSignal,
): Promise<OpenedAdapter> {
  const configFile = await readFile(files, CONFIG);
  const held = (path: string) =>
    path === CONFIG && configFile ? Promise.resolve(memorySource(configFile)) : files.open(path);
  const config = readAdapterConfig(await readJson({ ...files, open: held }, CONFIG));
  const source = await files.open(WEIGHTS);
  if (!source) {
    const missing = `adapter: ${files.name} has no ${WEIGHTS}`;
    if (!(await files.open(PICKLED))) throw new Fault("missing-file", missing);
    throw new Fault(
      "other-format",
      `${missing}; ${PICKLED} is a pickle, which can run code when it is read: PEFT makes it, PeftModel.from_pretrained(base, folder).save_pretrained(copy)`,
    );
  }
  const entries = new Map<string, TensorEntry>();
  for (const stored of await readSafetensorsHeader(source, WEIGHTS)) {
    const entry = { ...stored, name: plainName(stored.name) };
    if (entries.has(entry.name)) {
      throw new Fault(
        "bad-file",
        `adapter: ${WEIGHTS} has tensor ${shownName(entry.name)} twice; one of them is needed`,
      );
    }
    entries.set(entry.name, entry);
  }
  const linears = planAdapter(config, [...entries.values()], base);
  const layers = new Map<number, Map<string, StackedFactors>>();
  const hashed: HashedTensor[] = [];
  let parameters = 0;
  for (const linear of linears) {
    const values = new Map<string, Float32Array>();
    for (const name of linear.pairs.flatMap(({ down, up }) => [down, up])) {
      signal?.throwIfAborted();
      const entry = entries.get(name)!;
      const rows = { first: 0, count: entry.shape[0] ?? 1 };
      const bytes = await readRows(source, entry, rows, signal);
      hashed.push({ name, dtype: entry.dtype, shape: entry.shape, segments: await segmentHashes(entry, rows, bytes) });
      const read = decodeStored(bytes, storedDtype(entry));
      checkFinite(name, read);
      values.set(name, read);
      parameters += read.length;
    }
    const ofLayer = layers.get(linear.layer) ?? new Map<string, StackedFactors>();
    layers.set(linear.layer, ofLayer.set(linear.plan.name, stackedFactors(linear, values)));
  }
  const content = await contentHash({ files: new Map([[CONFIG, await sha256(configFile!)]]), tensors: hashed });
  return { config, linears, parameters, content, layers };
}

/** Refuses an adapter's NaN or infinity, which would spread over everything that the model computes. */
function checkFinite(name: string, values: Float32Array): void {
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong < 0) return;
  throw new Fault("bad-file", `safetensors: ${name} has ${values[wrong]} at place ${wrong}; finite numbers are needed`);
}
