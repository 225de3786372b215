import { shownName } from "#core/shown.ts";
import type { FileSet } from "./byte-source.ts";

/** Files that a checkpoint of another format has, by how their names end, and what to call the format. */
const OTHERS = [
  [".gguf", "GGUF"],
  [".ggml", "GGML"],
  ["pytorch_model.bin", "a PyTorch pickle"],
  ["pytorch_model.bin.index.json", "PyTorch pickles"],
  [".pth", "a PyTorch pickle"],
  [".pt", "a PyTorch pickle"],
  ["tf_model.h5", "TensorFlow"],
  ["flax_model.msgpack", "Flax"],
  ["adapter_model.safetensors", "a LoRA adapter without its base model"],
  ["adapter_model.bin", "a LoRA adapter without its base model"],
  [".onnx", "ONNX"],
] as const;

/** Where names cannot be listed, these are asked for. */
const ASKED_FOR = ["pytorch_model.bin", "pytorch_model.bin.index.json", "adapter_model.safetensors", "model.gguf"];

/**
 * What a folder without the files that are needed has in their place, as the end of a sentence: "; it has model.gguf (GGUF),
 * and weights in safetensors are needed". Empty if nothing is recognised.
 */
export async function otherFormat(files: FileSet): Promise<string> {
  const names = files.names ?? (await present(files));
  for (const name of names) {
    const other = OTHERS.find(([ending]) => name.toLowerCase().endsWith(ending));
    if (other) return `; it has ${shownName(name)} (${other[1]}), and weights in safetensors are needed`;
  }
  return "";
}

async function present(files: FileSet): Promise<string[]> {
  const found = await Promise.all(
    ASKED_FOR.map(async (name) => ((await files.open(name).catch(() => undefined)) ? name : undefined)),
  );
  return found.filter((name) => name !== undefined);
}
