import { shown, shownName } from "#core/shown.ts";
import type { ByteSource, FileSet } from "./byte-source.ts";

/** What files of another kind are called, and the way from them to a checkpoint that can be read. */
interface Kind {
  readonly fits: RegExp;
  readonly called: string;
  readonly way: string;
}

const SAFE_COPY = "transformers makes them: AutoModelForCausalLM.from_pretrained(folder).save_pretrained(copy)";
/** Reading other frameworks' weights ended with transformers 5. */
const COPY_OF = (from: string) =>
  SAFE_COPY.replace("transformers", "transformers before 5").replace("(folder)", `(folder, ${from}=True)`);
const UNPACKED = "unpack it and open the folder that was in it";
const ORIGIN = "open the checkpoint that it was made from, which its page on the Hub names";

/** Kinds of weights, in the order in which a person should hear of them where a folder has several. */
const WEIGHTS: readonly Kind[] = [
  {
    fits: /(?:^|\/)adapter_model\.(?:safetensors|bin)$/,
    called: "a LoRA adapter without its base model",
    way: "open the base, then attach the adapter to it",
  },
  {
    fits: /(?:^|\/)model-\d{5}-of-\d{5}\.safetensors$/,
    called: "a part of the weights",
    way: "the file model.safetensors.index.json is needed beside it, which says where each tensor is",
  },
  {
    fits: /^(?:model|pytorch_model|diffusion_pytorch_model)\.[^/]+\.safetensors$/,
    called: "a variant of the weights",
    way: "name it model.safetensors",
  },
  {
    fits: /(?:^|\/)consolidated[^/]*\.(?:safetensors|pth)$/,
    called: "weights with the names that their makers gave to the tensors, not those of transformers",
    way: "open the checkpoint for transformers, which the model's page on the Hub has as well or names",
  },
  { fits: /^[^/]+\.safetensors$/, called: "weights under another name", way: "name them model.safetensors" },
  {
    fits: /\.gguf$/,
    called: "GGUF, the format of llama.cpp",
    way: "or open that file itself, on the Hub as owner/name/file.gguf, elsewhere by its own address",
  },
  { fits: /\.ggml$|(?:^|\/)ggml-[^/]*\.bin$/, called: "GGML, an old format of llama.cpp", way: ORIGIN },
  { fits: /\.onnx(?:[._]data)?$/, called: "ONNX, a graph without a way in", way: ORIGIN },
  { fits: /(?:^|\/)openvino_[^/]*\.(?:xml|bin)$/, called: "OpenVINO, a graph without a way in", way: ORIGIN },
  { fits: /\.(?:mlmodel|mlpackage\/.*|mlmodelc\/.*)$/, called: "Core ML, a graph without a way in", way: ORIGIN },
  {
    fits: /\.(?:tflite|litertlm|task)$/,
    called: "LiteRT, once TensorFlow Lite, a graph without a way in",
    way: ORIGIN,
  },
  { fits: /\.(?:engine|plan)$/, called: "TensorRT, compiled for one GPU", way: ORIGIN },
  {
    fits: /\.index\.json$/,
    called: "an index of PyTorch pickles, which can run code when they are read",
    way: SAFE_COPY,
  },
  {
    fits: /(?:^|\/)(?:pytorch_model[^/]*|model)\.bin$|\.(?:pth|pt|ckpt|pkl)$/,
    called: "a PyTorch pickle, which can run code when it is read",
    way: SAFE_COPY,
  },
  { fits: /\.npz$/, called: "arrays of MLX or NumPy", way: ORIGIN },
  { fits: /\.h5$/, called: "weights of TensorFlow", way: COPY_OF("from_tf") },
  { fits: /\.msgpack$/, called: "weights of Flax", way: COPY_OF("from_flax") },
  { fits: /\.(?:zip|7z|rar|tar|tgz|tbz2?|txz|tar\.\w+)$/, called: "an archive", way: UNPACKED },
];

const FAST_TOKENIZER = "transformers makes it: AutoTokenizer.from_pretrained(folder).save_pretrained(folder)";
const TOKENIZERS: readonly Kind[] = [
  { fits: /^(?:tokenizer|spiece|sentencepiece)[^/]*\.model$/, called: "a SentencePiece model", way: FAST_TOKENIZER },
  {
    fits: /^(?:vocab\.json|merges\.txt)$/,
    called: "a vocabulary with its merges in files of their own",
    way: FAST_TOKENIZER,
  },
  { fits: /^vocab\.txt$/, called: "a vocabulary of WordPiece", way: FAST_TOKENIZER },
  { fits: /\.tiktoken$|^tekken\.json$/, called: "a vocabulary of tiktoken", way: FAST_TOKENIZER },
];

/** Names that are asked for where a folder's names cannot be listed. */
const ASKED_FOR = {
  weights: [
    "adapter_model.safetensors",
    "model-00001-of-00002.safetensors",
    "model-00001-of-00003.safetensors",
    "model-00001-of-00004.safetensors",
    "model.fp16.safetensors",
    "model.bf16.safetensors",
    "model.gguf",
    "onnx/model.onnx",
    "model.onnx",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
    "weights.npz",
    "tf_model.h5",
    "flax_model.msgpack",
  ],
  tokenizer: ["tokenizer.model", "spiece.model", "vocab.json", "vocab.txt", "tekken.json"],
} as const;

/**
 * What a folder without a file that is needed has in its place, as the end of a sentence: "; it has model.gguf (GGUF, the format
 * of llama.cpp), and weights in safetensors are needed: open …". Empty if nothing is recognised.
 */
export async function otherFormat(files: FileSet, wanted: "weights" | "tokenizer" = "weights"): Promise<string> {
  const names = await listed(files, wanted);
  const needed = wanted === "weights" ? "weights in safetensors are needed" : "tokenizer.json is needed";
  for (const { fits, called, way } of wanted === "weights" ? WEIGHTS : TOKENIZERS) {
    const name = names.find((each) => fits.test(each.toLowerCase()));
    if (name !== undefined)
      return `; it has ${shownName(name)} (${called}), and ${needed}${way.startsWith("or ") ? ", " : ": "}${way}`;
  }
  return "";
}

/** Names that are read anyhow are nothing to be named. */
const READ = new Set(["model.safetensors", "model.safetensors.index.json"]);

async function listed(files: FileSet, wanted: keyof typeof ASKED_FOR): Promise<readonly string[]> {
  const known = await files.names?.().catch(() => undefined);
  const names = known ?? (await present(files, ASKED_FOR[wanted]));
  return names.filter((name) => !READ.has(name));
}

async function present(files: FileSet, asked: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    asked.map(async (name) => ((await files.open(name).catch(() => undefined)) ? name : undefined)),
  );
  return found.filter((name) => name !== undefined);
}

const PICKLE = `is a PyTorch pickle under another name; weights in safetensors are needed: ${SAFE_COPY}`;

/** How files of other kinds begin, in Latin-1 and small letters, and what they are. */
const BEGINNINGS: readonly (readonly [readonly string[], string])[] = [
  [
    ["version https://git-lfs.github.com/spec/"],
    "is a Git LFS pointer, not the file: git lfs pull fetches it, or a download from its page on the Hub",
  ],
  [
    ["/annex/objects/", "../.git/annex/", ".git/annex/objects/"],
    "is a pointer of git-annex, not the file: git annex get fetches it",
  ],
  [
    ["# xet version"],
    "is a pointer of the Hub's storage, not the file: git xet fetches it, or a download from its page on the Hub",
  ],
  [
    ["gguf"],
    "is GGUF, the format of llama.cpp, under another name; weights in safetensors are needed, or that the file's name ends in .gguf",
  ],
  [["\u0080\u0002", "\u0080\u0003", "\u0080\u0004", "\u0080\u0005"], PICKLE],
  [["\u0093numpy"], "is an array of NumPy under another name; weights in safetensors are needed"],
  [["\u0089hdf"], "is HDF5 under another name; weights in safetensors are needed"],
  [["\u001f\u008b"], "is packed by gzip; unpack it first"],
  [["\u00ff\u00fe", "\u00fe\u00ff"], "is text in UTF-16; UTF-8 is needed: save it as that"],
  [
    ["<!doctype", "<html", "<?xml"],
    "is a web page, perhaps of a server's error or a login, not the file; fetch it again",
  ],
];
/** The longest of the beginnings, and a pointer of Git LFS besides. */
const BEGINNING_BYTES = 64;

/** What a file is by its first bytes, as the rest of a sentence that begins with its name; undefined: nothing that is known. */
export async function foreignFile(source: ByteSource): Promise<string | undefined> {
  const bytes = new Uint8Array(await source.slice(0, Math.min(BEGINNING_BYTES, source.byteLength)));
  const beginning = String.fromCharCode(...bytes)
    .trimStart()
    .toLowerCase();
  if (beginning.startsWith("pk\u0003\u0004")) return zipOf(beginning);
  return BEGINNINGS.find(([known]) => known.some((each) => beginning.startsWith(each)))?.[1];
}

/** A ZIP archive's kind by the name of the first file in it, which stands in its beginning. */
function zipOf(beginning: string): string {
  if (/\/(?:data\.pkl|byteorder|version|\.format_version|\.?data\/)/.test(beginning)) return PICKLE;
  return beginning.includes(".npy")
    ? "is an archive of arrays of NumPy under another name; weights in safetensors are needed"
    : `is a ZIP archive under another name: ${UNPACKED}`;
}

/** The rest of a sentence that says that a file in the place of weights is text, and how the text begins; undefined where it is none. */
export async function textInstead(source: ByteSource): Promise<string | undefined> {
  const bytes = new Uint8Array(await source.slice(0, Math.min(BEGINNING_BYTES, source.byteLength)));
  const text = String.fromCharCode(...bytes);
  return /^[\t\n\r\x20-\x7e]+$/.test(text)
    ? `is a text that begins with ${shown(text.trim().slice(0, 24))}; weights in safetensors are needed`
    : undefined;
}
