import { expect, test } from "vitest";
import type { CheckpointSource } from "../checkpoint.ts";
import { usualDtype } from "./source.ts";

const disk = (...names: string[]): CheckpointSource => ({
  kind: "files",
  files: names.map((name) => new File([], name)),
});

test.each<readonly [source: CheckpointSource, dtype: string]>([
  [{ kind: "hub", repo: "owner/name", file: "m.gguf" }, "stored"],
  [{ kind: "hub", repo: "owner/name" }, "q8"],
  [{ kind: "url", base: "https://a.example/m.gguf?key=1" }, "stored"],
  [{ kind: "url", base: "https://a.example/m/" }, "q8"],
  [disk("m.gguf", "tokenizer.json"), "stored"],
  [disk("sha256-4d7a21"), "stored"],
  [disk("sha256-11aa", "sha256-4d7a21", "tokenizer.json"), "stored"],
  [disk("config.json", "model.safetensors", "tokenizer.json"), "q8"],
  [disk("config.json", "model.safetensors", "m.gguf"), "q8"],
  [disk("m.gguf", "adapter_model.safetensors"), "stored"],
  [disk("model.safetensors"), "q8"],
  [disk("mmproj-m.gguf", "README.md"), "q8"],
])("weights are held as they are of a GGUF file alone: %o in %s", (source, dtype) => {
  expect(usualDtype(source)).toBe(dtype);
  // what was chosen for another file is not for a folder
  expect(usualDtype(source, "stored")).toBe(dtype);
  expect(usualDtype(source, "f32")).toBe(dtype === "stored" ? "stored" : "f32");
});
