import * as v from "valibot";
import { BACKENDS, DTYPES } from "#model/checkpoint.ts";
import type { CheckpointSource, HubSource } from "#model/checkpoint.ts";
import { isAddress, isGgufPath, isHubRepo, isRevision, isSha256, isToken } from "#model/source-names.ts";
import { call, type } from "../call.ts";
import type { AdapterInfo, CheckpointReport, GgufOnHub, LoadProgress, ModelInfo, StoredModel } from "../engine.ts";
import { choice, flag, list, text, whole } from "../fields.ts";
import type { ArgumentSchema } from "../fields.ts";

/** A text that passes a test. */
const textThat = (test: (value: string) => boolean, need: string) => v.pipe(v.string(need), v.check(test, need));

/** Stands for a secret in a sentence: an error is shown, logged and copied. */
const NOT_SHOWN = Symbol("a text that is not shown");
const TOKEN = "an access token, a text of letters and signs without spaces";
const secret = v.pipe(
  v.string(TOKEN),
  v.rawCheck(({ dataset, addIssue }) => {
    if (dataset.typed && !isToken(dataset.value)) addIssue({ input: NOT_SHOWN, message: TOKEN });
  }),
);

const FILES = "the File objects of one checkpoint's folder, or of one model in GGUF";
const ways = [
  v.strictObject({
    kind: v.literal("hub"),
    repo: textThat(isHubRepo, 'a repository on the Hub, as "owner/name"'),
    file: v.exactOptional(textThat(isGgufPath, 'a GGUF file in the repository, as "model-Q4_K_M.gguf"')),
    revision: v.exactOptional(textThat(isRevision, "a branch, a tag or a commit")),
    token: v.exactOptional(secret),
    hub: v.exactOptional(textThat(isAddress, "the http(s) address of another Hub")),
  }),
  v.strictObject({
    kind: v.literal("url"),
    base: textThat(isAddress, "the http(s) address of a folder with config.json, or of a GGUF file"),
  }),
  v.strictObject({
    kind: v.literal("files"),
    files: list(v.instance(File, FILES), FILES, 1),
    paths: v.exactOptional(list(v.string(), "the files' paths")),
  }),
] as const;

const SOURCE = 'as { kind: "hub", repo: "owner/name" }';
const sourceOf = (kinds: string) => (issue: { readonly expected: string | null }) =>
  issue.expected === "Object" ? SOURCE : `one of ${kinds}`;

/** Where a checkpoint is read from, as a script writes it, the model of the page aside. */
export const WRITTEN_SOURCE: ArgumentSchema<CheckpointSource> = v.pipe(
  v.variant("kind", ways, sourceOf("bundled, hub, url, files")),
  v.description(SOURCE),
);

/** The place that a checkpoint is read from, which may be this browser's storage. */
const source: ArgumentSchema<CheckpointSource> = v.pipe(
  v.variant(
    "kind",
    [...ways, v.strictObject({ kind: v.literal("stored"), id: text("the name of a stored model") })],
    sourceOf("hub, url, files, stored"),
  ),
  v.description(SOURCE),
);

const repository: ArgumentSchema<HubSource> = v.pipe(ways[0], v.description(SOURCE));

const backend = v.exactOptional(choice(BACKENDS));

export const MODEL_CALLS = {
  /** Reads config, tokenizer and headers, and nothing else. */
  inspectCheckpoint: call({ of: "engine", takes: { source }, options: { backend }, gives: type<CheckpointReport>() }),
  /** The models in GGUF that a repository has, the parts of one as one. */
  ggufFiles: call({ of: "engine", takes: { source: repository }, gives: type<GgufOnHub[]>() }),
  /** The text of a file of at most so many bytes that lies somewhere, where it is the one that is named by the SHA-256 of its bytes. */
  readNamedFile: call({
    of: "engine",
    takes: { address: textThat(isAddress, "an http(s) address") },
    options: { sha256: textThat(isSha256, "a SHA-256, 64 hexadecimal digits"), most: whole(1) },
    gives: type<string>(),
  }),
  /** The newest first. */
  storedModels: call({ of: "engine", gives: type<StoredModel[]>() }),
  /** The model that answers keeps answering, until it needs weights that it does not hold. */
  deleteStored: call({
    of: "engine",
    takes: { ids: list(v.string(), "an array of the names of stored models") },
    gives: type<void>(),
  }),
  /** Holds the load under way up, or lets it go on; what is on its way still arrives. */
  pauseLoading: call({ of: "engine", takes: { isPaused: flag }, gives: type<void>() }),
  /**
   * `adapter`: a LoRA adapter to lay over the model; the model itself stays the base variant. `backend` left out: WebGPU where there is
   * one, else WASM; asked for by name, it is that or a Fault.
   */
  load: call({
    of: "engine",
    takes: { source },
    options: { dtype: v.exactOptional(choice(DTYPES)), backend, adapter: v.exactOptional(source) },
    reports: type<LoadProgress>(),
    gives: type<ModelInfo>(),
  }),
  /** Lays an adapter over the model that is loaded, in the place of an earlier one. If it fails, everything stays as it was. */
  attachAdapter: call({ of: "engine", takes: { source }, reports: type<LoadProgress>(), gives: type<AdapterInfo>() }),
  /** Leaves the base alone; without an adapter, does nothing. */
  detachAdapter: call({ of: "engine", gives: type<void>() }),
};
