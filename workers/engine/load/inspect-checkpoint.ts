import { DTYPES } from "#model/checkpoint.ts";
import type { Dtype, SourceIdentity } from "#model/checkpoint.ts";
import { peakBytes } from "#model/cost/memory.ts";
import { ggufAddress } from "#model/source-names.ts";
import type { ModelSpec } from "#model/spec.ts";
import type { CheckpointReport, DeviceReport, HeldReport } from "#protocol/engine.ts";
import { checkpointBytes, fillsOf, missingFills } from "../weights/fills.ts";
import { bytesToStore, footprint, heldRefusal, memoryBytes, runRefusal, storageRefusal } from "./fit.ts";
import { neededTensors, packedBytes, planModel, sourceBytes } from "../weights/model-parts.ts";
import { likelyPack, readCheckpoint } from "./open-checkpoint.ts";
import type { Runtime } from "../run/runtime.ts";
import { openSource } from "../sources/open-source.ts";
import { pastCaches } from "../sources/own-origin.ts";
import type { FileSource } from "../sources/checkpoint-files.ts";
import type { FileStore } from "../store/file-store.ts";
import { storageReport } from "../store/stores.ts";

/**
 * What a checkpoint is and what this browser can do with it, from its config, tokenizer and headers alone.
 *
 * @throws Fault for whatever is wrong with those; what `signal` was aborted with
 */
export async function inspectCheckpoint(
  source: FileSource,
  store: FileStore,
  runtime: Runtime,
  signal: AbortSignal,
): Promise<CheckpointReport> {
  const read = await pastCaches(source, signal, async (cache) =>
    readCheckpoint(await openSource(source, () => undefined, signal, cache)),
  );
  const { identity, spec, tensors, fingerprint } = read;
  const storage = await storageReport(store);
  const held = {} as Record<Dtype, HeldReport>;
  for (const dtype of DTYPES) {
    const plan = planModel(spec, tensors, dtype);
    const pack = await likelyPack(read, store, dtype);
    const isKnown = pack?.record?.fingerprint === fingerprint;
    const missing = isKnown ? missingFills(plan, pack) : fillsOf(plan);
    const storedBytes = packedBytes(plan.parts);
    const noRoom = storageRefusal(bytesToStore(plan, missing), storage);
    const notHeld = noRoom !== undefined || !storage.isPersistent ? heldRefusal(plan) : undefined;
    held[dtype] = {
      storedBytes,
      memoryBytes: memoryBytes(plan),
      peakBytes: peakBytes(footprint(plan), runtime.backend),
      missingBytes: checkpointBytes(missing),
      refusal: runRefusal(plan, runtime) ?? (notHeld && [noRoom, notHeld].filter(Boolean).join("; ")) ?? "",
      notStored: noRoom ?? "",
    };
  }
  const plan = planModel(spec, tensors, "q8");
  return {
    ...describe(spec.spec),
    name: shortName(identity),
    source: identity,
    parameters: plan.parameters,
    storedAs: [...new Set([...neededTensors(plan.parts)].map((tensor) => tensors.entry(tensor).dtype))].sort(),
    checkpointBytes: sourceBytes(plan),
    held,
    device: deviceReport(runtime),
    storage,
  };
}

function deviceReport({ backend, adapter, note, device }: Runtime): DeviceReport {
  return {
    backend,
    adapter,
    note,
    hasShaderF16: device?.features.has("shader-f16") ?? false,
    ...(device && { maxBindingBytes: device.limits.maxStorageBufferBindingSize }),
  };
}

/** What a person or a script needs to know of the model itself. */
export function describe(spec: ModelSpec) {
  const { family, layers, heads, kvHeads, headDim, modelDim, neurons, vocabulary, context } = spec;
  return { family, layers, heads, kvHeads, headDim, modelDim, neurons, vocabulary, context };
}

/** A GGUF file's name without its folder, its ending, and which of its parts it is. */
const GGUF_NAME = /([^/]+?)(?:-\d{5}-of-\d{5})?\.gguf$/i;

/** The folder's or repository's last part; of a model in GGUF its file's name. */
export function shortName({ name, file = ggufAddress(name)?.file ?? name }: SourceIdentity): string {
  const gguf = GGUF_NAME.exec(file)?.[1];
  if (gguf !== undefined) return gguf;
  const parts = name.split("/").filter((part) => part !== "");
  // the files of a repository are under owner/name/resolve/revision/
  return parts.at(parts.at(-2) === "resolve" ? -3 : -1) ?? name;
}
