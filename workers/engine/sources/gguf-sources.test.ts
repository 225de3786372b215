import { afterAll, expect, test } from "vitest";
import type { CheckpointSource } from "#model/checkpoint.ts";
import { randomCheckpoint } from "#test/checkpoints.ts";
import { unaborted } from "#test/engine.ts";
import { converted, convertedParts } from "#test/gguf/converted.ts";
import { startHub } from "#test/hub-server.ts";
import { readCheckpoint } from "../load/open-checkpoint.ts";
import { shortName } from "../load/inspect-checkpoint.ts";
import { PATIENCE } from "./fetch-range.ts";
import { ggufInRepository } from "./hub-files.ts";
import { openSource } from "./open-source.ts";

const SMALL = randomCheckpoint();
const GGUF = converted(SMALL);
const PARTS = convertedParts(SMALL, "big/m", 2);
const hub = await startHub({
  "owner/name": { files: new Map([["m.gguf", GGUF], ...PARTS, ["README.md", new Uint8Array(3)]]) },
  "owner/none": { files: SMALL },
  "owner/types": {
    files: new Map(
      [
        "M.Q4_K_M.gguf",
        "M-IQ4_XS.gguf",
        "M-BF16.gguf",
        "M.f16.gguf",
        "Q8_0/M-q8_0-00001-of-00001.gguf",
        "M-q4_0-00003-of-00002.gguf",
        "mmproj-M-f16.gguf",
        "config.json",
      ].map((file) => [file, new Uint8Array(0)]),
    ),
  },
});
afterAll(() => hub.close());

const opened = async (source: Exclude<CheckpointSource, { readonly kind: "stored" }>) => {
  const { identity, tensors } = await readCheckpoint(await openSource(source, () => undefined, unaborted()));
  return { identity, name: shortName(identity), tensors: tensors.entries.length };
};
const onHub = { kind: "hub", repo: "owner/name", hub: hub.url } as const;
const name = `${hub.url}/owner/name`;
const disk = (file: string, bytes: Uint8Array = GGUF) => new File([bytes as Uint8Array<ArrayBuffer>], file);
const fromDisk = (files: readonly File[], paths?: readonly string[]) =>
  opened({ kind: "files", files, ...(paths && { paths }) });

test("a file in a repository, at the repository's commit", async () => {
  const commit = hub.commit("owner/name");
  expect(await opened({ ...onHub, file: "m.gguf" })).toEqual({
    identity: { kind: "hub", name, file: "m.gguf", revision: commit, requested: "main" },
    name: "m",
    tensors: 30,
  });
  // by ranges: the header, and no more than that
  expect(hub.log.some(({ headers }) => headers.range === "bytes=0-65535")).toBe(true);
});

test("a file in parts, by any of them", async () => {
  for (const file of PARTS.keys()) {
    expect(await opened({ ...onHub, file })).toMatchObject({ name: "m", tensors: 30 });
  }
});

test("a file under its own address, with whatever stands behind its name there", async () => {
  const base = `${name}/resolve/main/m.gguf?download=true`;
  expect(await opened({ kind: "url", base })).toEqual({
    identity: { kind: "url", name: base },
    name: "m",
    tensors: 30,
  });
});

test("a file from disk: by its ending, or by its beginning whatever it is called", async () => {
  expect(await fromDisk([disk("m-Q8_0.gguf")])).toEqual({
    identity: { kind: "files", name: "m-Q8_0.gguf" },
    name: "m-Q8_0",
    tensors: 30,
  });
  expect(await fromDisk([disk("sha256-4d7a21")])).toMatchObject({ name: "sha256-4d7a21" });
  const parts = [...PARTS].map(([path, bytes]) => disk(path.split("/").at(-1)!, bytes)).reverse();
  expect(await fromDisk(parts)).toMatchObject({ name: "m", tensors: 30 });
  const inFolder = [disk("m.gguf"), disk("mmproj-m.gguf"), disk("README.md")];
  expect(await fromDisk(inFolder, ["models/m.gguf", "models/mmproj-m.gguf", "models/README.md"])).toMatchObject({
    identity: { kind: "files", name: "m.gguf" },
    tensors: 30,
  });
});

test("among Ollama's files, which are called by their sums, the one that begins as GGUF", async () => {
  const blobs = (...models: string[]) => [
    disk("sha256-11aa", new TextEncoder().encode('{"model_format":"gguf"}')),
    ...models.map((model) => disk(model)),
    disk("tokenizer.json", new TextEncoder().encode("{}")),
  ];
  expect(await fromDisk(blobs("sha256-4d7a21"))).toMatchObject({
    identity: { kind: "files", name: "sha256-4d7a21" },
    tensors: 30,
  });
  await expect(fromDisk(blobs("sha256-4d7a21", "sha256-77"))).rejects.toThrow(
    "the folder has 2 models in GGUF (sha256-4d7a21, sha256-77); open one of the files",
  );
});

test("several models in one folder, parts that are missing and files that are none are refused in a sentence", async () => {
  await expect(fromDisk([disk("a.gguf"), disk("b.gguf")])).rejects.toThrow(
    "the folder has 2 models in GGUF (a.gguf, b.gguf); open one of the files",
  );
  const [first] = [...PARTS].map(([path, bytes]) => disk(path.split("/").at(-1)!, bytes));
  await expect(fromDisk([first!])).rejects.toThrow(
    "GGUF: what was chosen has no m-00002-of-00002.gguf; all parts of a model are needed",
  );
  await expect(fromDisk([disk("a.gguf", new TextEncoder().encode("<html>"))])).rejects.toThrow(
    "gguf: a.gguf is a web page",
  );
  await expect(opened({ ...onHub, file: "none.gguf" })).rejects.toThrow(
    `${name} has no none.gguf; the file itself is needed`,
  );
});

test("a repository without safetensors names the way to the file that it has", async () => {
  await expect(opened(onHub)).rejects.toThrow(
    "it has m.gguf (GGUF, the format of llama.cpp), and weights in safetensors are needed, or open that file itself, on the Hub as owner/name/file.gguf",
  );
});

test("a repository's models in GGUF are listed with size and type, parts as one and projectors left out", async () => {
  const listed = (repo: string) =>
    ggufInRepository({ kind: "hub", repo, hub: hub.url }, { onBytes: () => undefined, patience: PATIENCE });
  const whole = [...PARTS.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
  expect(await listed("owner/name")).toEqual([
    { file: "big/m-00001-of-00002.gguf", type: "", bytes: whole, parts: 2 },
    { file: "m.gguf", type: "", bytes: GGUF.byteLength, parts: 1 },
  ]);
  expect(await listed("owner/types")).toEqual(
    [
      ["M-BF16.gguf", "BF16"],
      ["M-IQ4_XS.gguf", "IQ4_XS"],
      ["M-q4_0-00003-of-00002.gguf", "Q4_0"],
      ["M.Q4_K_M.gguf", "Q4_K_M"],
      ["M.f16.gguf", "F16"],
      ["Q8_0/M-q8_0-00001-of-00001.gguf", "Q8_0"],
    ].map(([file, type]) => ({ file, type, bytes: 0, parts: 1 })),
  );
  // a name that counts wrongly costs the others nothing
  await expect(opened({ ...onHub, repo: "owner/types", file: "M-q4_0-00003-of-00002.gguf" })).rejects.toThrow(
    "gguf: M-q4_0-00003-of-00002.gguf calls itself part 3 of 2",
  );
  expect(await listed("owner/none")).toEqual([]);
  await expect(listed("owner/unknown")).rejects.toMatchObject({ code: "needs-token" });
});
