import { describe, expect, test } from "vitest";
import { choiceTyped, folderOfPage } from "./typed-model.ts";

const hub = (repo: string, revision?: string) => ({
  id: repo,
  revision,
  source: { kind: "hub", repo, ...(revision !== undefined && { revision }) },
});

describe("what is typed means", () => {
  test.each([
    ["Qwen/Qwen2.5-0.5B", hub("Qwen/Qwen2.5-0.5B")],
    ["  owner/name ", hub("owner/name")],
    ["owner/name@v1.0", hub("owner/name", "v1.0")],
    ["owner/name@refs/pr/1", hub("owner/name", "refs/pr/1")],
    ["https://huggingface.co/owner/name", hub("owner/name")],
    ["https://www.huggingface.co/owner/name/", hub("owner/name")],
    ["http://hf.co/owner/name?library=transformers#usage", hub("owner/name")],
    ["huggingface.co/owner/name", hub("owner/name")],
    ["https://huggingface.co/owner/name/tree/dev", hub("owner/name", "dev")],
    ["https://huggingface.co/owner/name/tree/refs%2Fpr%2F1", hub("owner/name", "refs/pr/1")],
    ["https://huggingface.co/owner/name/tree/refs/pr/1/onnx", hub("owner/name", "refs/pr/1")],
    ["https://huggingface.co/owner/name/blob/main/config.json", hub("owner/name", "main")],
    ["https://huggingface.co/owner/name/resolve/v1.0/", hub("owner/name", "v1.0")],
    ["https://huggingface.co/owner/name/discussions/3", hub("owner/name")],
  ])("a repository of the Hub: %s", (text, choice) => {
    expect(choiceTyped(text)).toEqual(choice);
  });

  const file = (path: string, revision?: string) => ({
    id: `owner/name/${path}`,
    revision,
    source: { kind: "hub", repo: "owner/name", file: path, ...(revision !== undefined && { revision }) },
  });
  test.each([
    ["owner/name/m-Q4_K_M.gguf", file("m-Q4_K_M.gguf")],
    ["owner/name/sub/m.GGUF@dev", file("sub/m.GGUF", "dev")],
    ["https://huggingface.co/owner/name/blob/main/m.gguf", file("m.gguf", "main")],
    ["https://huggingface.co/owner/name/resolve/refs/pr/1/sub/m.gguf?download=true", file("sub/m.gguf", "refs/pr/1")],
  ])("a GGUF file on the Hub: %s", (text, choice) => {
    expect(choiceTyped(text)).toEqual(choice);
  });

  test.each(["https://example.org/models/m/", "http://localhost:8000", "https://nothuggingface.co/owner/name"])(
    "an address: %s",
    (text) => {
      expect(choiceTyped(text)).toEqual({ id: text, source: { kind: "url", base: text } });
    },
  );

  test.each([
    "",
    "gpt2",
    "a/b/c",
    "owner/name@",
    "owner/name@../x",
    "owner/../name",
    "owner/name/../m.gguf",
    "owner/name/m.gguf/x",
    "https://huggingface.co/",
    "https://huggingface.co/owner",
    "https://huggingface.co/datasets/owner/name",
    "https://huggingface.co/spaces/owner/name",
    "https://huggingface.co/owner/name/tree/%E2%82",
    "https://me:secret@huggingface.co/owner/name",
    "javascript:alert(1)",
    "a model, please",
  ])("nothing: %s", (text) => {
    expect(choiceTyped(text)).toBeUndefined();
  });
});

test.each([
  ["models/abacus-2/adapters/layer-1/", "https://page.example/here/models/abacus-2/adapters/layer-1/"],
  ["./models/abacus/", "https://page.example/here/models/abacus/"],
  ["/models/abacus/", "https://page.example/models/abacus/"],
  ["owner/name", undefined],
  ["owner/name/", undefined],
  ["models/abacus-2/adapters/layer-1", undefined],
  ["//elsewhere.example/a/", undefined],
  ["https://elsewhere.example/a/b/", undefined],
  ["a b/c/d/", undefined],
])("a path from the page, %j, is the folder %j", (typed, address) => {
  expect(folderOfPage(typed, "https://page.example/here/#v=1")).toBe(address);
});
