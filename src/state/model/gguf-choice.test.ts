import { expect, test } from "vitest";
import { asLoaded } from "./model.ts";
import { choiceNamed, choiceOfSource, folderChoice, storedChoice } from "./named.ts";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const source = { kind: "hub", repo: "owner/name", file: "sub/m-Q4_K_M.gguf" } as const;

test("a file of a repository is named by its path there, at the commit that was loaded, and found by that again", () => {
  const identity = { kind: "hub", name: "owner/name", file: source.file, revision: COMMIT, requested: "main" } as const;
  const loaded = asLoaded(choiceOfSource(source), { source: identity });
  expect(loaded).toMatchObject({ id: "owner/name/sub/m-Q4_K_M.gguf", revision: COMMIT });
  expect(choiceNamed(loaded.id, loaded.revision, [])).toEqual(loaded);
  const stored = {
    id: "x",
    source: identity,
    dtype: "q8",
    family: "llama",
    parameters: 1,
    bytes: 1,
    storedAt: 1,
  } as const;
  expect(storedChoice({ ...stored, isComplete: true })).toEqual({ ...loaded, source: { kind: "stored", id: "x" } });
  expect(storedChoice({ ...stored, isComplete: false })).toEqual(loaded);
});

test("a file of another Hub is named by its address", () => {
  expect(choiceOfSource({ ...source, hub: "https://hub.example", revision: COMMIT })).toMatchObject({
    id: `https://hub.example/owner/name/resolve/${COMMIT}/sub/m-Q4_K_M.gguf`,
    source: { hub: "https://hub.example", file: source.file },
  });
});

test.each([
  [["m.gguf"], "folder:m.gguf"],
  [["b-00002-of-00002.gguf", "b-00001-of-00002.gguf", "tokenizer.json"], "folder:b-00001-of-00002.gguf"],
  [["models/m.gguf", "models/README.md"], "folder:m.gguf"],
  [["sha256-4d7a21"], "folder:sha256-4d7a21"],
  [["models/config.json", "models/model.safetensors", "models/m.gguf"], "folder:models"],
  [["config.json", "model.safetensors"], "folder:from disk"],
])("files from disk, %j, are called %s", (paths, id) => {
  const files = paths.map((path) => new File([], path.split("/").at(-1)!));
  expect(folderChoice(files, paths).id).toBe(id);
});
