import { faultCode } from "#core/fault.ts";
import { fileSet } from "#test/engine.ts";
import { EVERY_TOKENIZER } from "#test/tokenizers.ts";
import type { TokenizerFiles } from "#test/tokenizers.ts";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { OTHER_CLASSES } from "./classes/other-classes.ts";
import type { Json } from "./token-names.ts";
import { tokenizerClass } from "./classes/tokenizer-class.ts";
import { withConfig } from "./tokenizer-config.ts";
import { openTokenizer } from "./tokenizer.ts";

/** Of each text the ids and what they are written back as; null where transformers does not cut it, or opens no such folder. */
type Answer = readonly (readonly [ids: readonly number[], written: string] | null)[] | null;

interface Golden {
  readonly madeBy: string;
  readonly texts: readonly string[];
  readonly modelTypes: readonly string[];
  readonly classes: readonly (string | null)[];
  /** Names that transformers has a class with rules of its own for. */
  readonly known: readonly string[];
  /** The class that is taken, by where one is named, model type and name; null where none is. */
  readonly picks: Record<string, readonly (readonly (string | null)[])[]>;
  /** The class that is taken of a repository's llama, gpt2 or qwen2, beside a tokenizer_config.json. */
  readonly byRepository: readonly (readonly [repository: string, type: string, config: Json, name: string | null])[];
  /** How many tokens a large vocabulary has besides the tokenizer's own. */
  readonly fillers: number;
  readonly mistralRegex: readonly (readonly [
    tokenizer: string,
    type: string,
    version: Json,
    isFixed: boolean,
    answer: number,
  ])[];
  readonly settings: readonly (readonly [label: string, fields: Json])[];
  /** By tokenizer, model type, class and setting. */
  readonly every: Record<string, readonly (readonly (readonly number[])[])[]>;
  /** Without a tokenizer_config.json, by tokenizer and model type. */
  readonly without: Record<string, readonly number[]>;
  readonly written: readonly string[];
  /** By tokenizer, written class and setting. */
  readonly byClass: Record<string, readonly (readonly number[])[]>;
  readonly byTokens: readonly {
    readonly tokenizer: string;
    readonly label: string;
    readonly fields: Json;
    /** By written class. */
    readonly answers: readonly number[];
  }[];
  readonly answers: readonly Answer[];
}

const path = new URL("../../../test/golden/tokenizer-configs.json.gz", import.meta.url);
const golden = JSON.parse(gunzipSync(readFileSync(path)).toString()) as Golden;
const { texts, modelTypes, classes, settings, written } = golden;

const kind = (name: string) => EVERY_TOKENIZER.find((each) => each.name === name)!;
const modelOf = (type: string): Json => (type === "" ? {} : { model_type: type });
const classOf = (name: string | null): Json => (name === null ? {} : { tokenizer_class: name });

/** A folder's three files; without a tokenizer_config.json where there is no config. */
interface Folder {
  readonly files: TokenizerFiles;
  readonly config: Json | undefined;
  readonly model: Json;
}

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const asked = new Map<string, Promise<Answer>>();

/** The engine's answer, once for all folders that are the same to the library. */
function answerOf({ files, config, model }: Folder): Promise<Answer> {
  let key: string;
  try {
    const { whole } = withConfig(files.json, config ?? {}, model);
    key = JSON.stringify([whole, config?.["split_special_tokens"] === true]);
  } catch (reason) {
    if (faultCode(reason) === "bad-file") return Promise.resolve(null);
    throw reason;
  }
  const known = asked.get(key);
  if (known) return known;
  const answer = cut({ files, config, model });
  asked.set(key, answer);
  return answer;
}

async function cut({ files, config, model }: Folder): Promise<Answer> {
  const folder = Object.entries({
    "tokenizer.json": files.json,
    "tokenizer_config.json": config,
    "config.json": model,
  });
  const tokenizer = await openTokenizer(
    fileSet(new Map(folder.filter(([, json]) => json !== undefined).map(([name, json]) => [name, bytes(json)]))),
  );
  return Promise.all(
    texts.map(async (text) => {
      try {
        const { ids } = await tokenizer.tokenize(text);
        return [ids, await tokenizer.decode(ids)] as const;
      } catch (reason) {
        if (faultCode(reason) === "bad-request") return null;
        throw reason;
      }
    }),
  );
}

test("the reference is transformers", () => {
  expect(golden.madeBy).toBe("scripts/golden/tokenizer_configs.py with transformers 5.18.0");
});

test("every class that transformers has rules for is written here or refused", () => {
  expect([...OTHER_CLASSES, ...written.slice(1)].sort()).toEqual([...golden.known].sort());
});

describe("the class that transformers takes is taken", () => {
  const code = { auto_map: { AutoTokenizer: ["code.OwnTokenizer", null] } };
  const list = { auto_map: ["code.OwnTokenizer", null] };
  const other = { auto_map: { AutoModel: "code.Own" } };
  const places: Record<string, (name: string | null) => readonly [config: Json, model: Json]> = {
    "tokenizer_config.json": (name) => [classOf(name), {}],
    "config.json": (name) => [{}, classOf(name)],
    "config.json, without the other": (name) => [{}, classOf(name)],
    both: (name) => [classOf(name), { tokenizer_class: "GemmaTokenizer" }],
    "beside code": (name) => [{ ...classOf(name), ...code }, {}],
    "beside code, as a list": (name) => [{ ...classOf(name), ...list }, {}],
    "beside other code": (name) => [{ ...classOf(name), ...other }, {}],
  };

  test("in each of these places", () => expect(Object.keys(places)).toEqual(Object.keys(golden.picks)));

  const rows = Object.entries(golden.picks).flatMap(([place, byType]) =>
    byType.map((names, index) => ({ place, type: modelTypes[index]!, names })),
  );
  test.each(rows)("named in $place, of the type '$type'", ({ place, type, names }) => {
    const found = classes.map((name) => {
      const [config, model] = places[place]!(name);
      try {
        return tokenizerClass(config, { ...modelOf(type), ...model });
      } catch (reason) {
        return faultCode(reason) === "bad-file" ? "refused" : reason;
      }
    });
    const isOwn = (name: string | null) => name !== null && OTHER_CLASSES.has(name);
    const isInOldPlace = place.startsWith("config.json");
    expect(found).toEqual(
      names.map((name) => {
        if (isOwn(name)) return "refused";
        // transformers falls over a name that only config.json has and that it does not know
        return name ?? (isInOldPlace ? "TokenizersBackend" : "refused");
      }),
    );
  });
});

test.each(golden.byRepository)(
  "the class that transformers takes of %s is taken: %s, %j",
  (repository, type, config, name) => {
    expect(tokenizerClass(config, modelOf(type), repository)).toBe(name);
  },
);

test.each(golden.mistralRegex)(
  "a large vocabulary of %s and the type %s, %j, with fix_mistral_regex %s",
  async (name, type, version, isFixed, number) => {
    const { json, ...rest } = kind(name);
    const model = json["model"] as { readonly vocab: Readonly<Record<string, number>> };
    const first = Object.keys(model.vocab).length + 10;
    const more = Array.from({ length: golden.fillers }, (_, index) => [`filler ${index}`, first + index] as const);
    const large = { ...json, model: { ...model, vocab: { ...model.vocab, ...Object.fromEntries(more) } } };
    const folder = { files: { ...rest, json: large }, config: { fix_mistral_regex: isFixed } };
    const found = await answerOf({ ...folder, model: { ...modelOf(type), ...version } });
    expect(differences(found, golden.answers[number]!)).toEqual([]);
  },
);

/** Classes that write a space as ▁: over a vocabulary of bytes transformers loses every space by them, and the file's own sections are right. */
const SPACED = new Set<unknown>(["LlamaTokenizer", "CodeLlamaTokenizer", "GemmaTokenizer"]);
const isOfBytes = (name: string) => JSON.stringify(kind(name).json["decoder"]).includes('"ByteLevel"');
const LLAMA = modelTypes.indexOf("llama");
const PLAIN = classes.indexOf("PreTrainedTokenizerFast");

test("a class that writes a space as ▁ loses every space of a vocabulary of bytes in transformers", () => {
  const spaced = texts.findIndex((text) => text.trim().includes(" "));
  const [column] = settings.keys();
  const row = classes.indexOf("LlamaTokenizer");
  const [theirs, plain] = [row, PLAIN].map((each) => golden.answers[golden.every["Pythia"]![LLAMA]![each]![column!]!]!);
  expect(theirs![spaced]![1]).not.toContain(" ");
  expect(plain![spaced]![1]).toBe(texts[spaced]);
});

/** A class that is refused has another answer in transformers. */
const refused = new Set(["BertTokenizerFast", "CohereTokenizer"]);

describe.each(Object.entries(golden.every))("makes the ids that transformers makes of %s", (name, byType) => {
  test.each(modelTypes.map((type, index) => ({ type, index, rows: byType[index]! })))(
    "of the type '$type', by each class and setting",
    async ({ type, index, rows }) => {
      const wrong: unknown[] = [];
      const picked = golden.picks["tokenizer_config.json"]![index]!;
      for (const [row, own] of rows.entries()) {
        const numbers = isOfBytes(name) && SPACED.has(picked[row]) ? byType[LLAMA]![PLAIN]! : own;
        for (const [column, number] of numbers.entries()) {
          const [label, fields] = settings[column]!;
          const config = { ...classOf(classes[row]!), ...fields };
          const found = await answerOf({ files: kind(name), config, model: modelOf(type) });
          const isRefused = found === null && refused.has(classes[row]!);
          if (!isRefused && JSON.stringify(found) !== JSON.stringify(golden.answers[number])) {
            wrong.push([classes[row], label, differences(found, golden.answers[number]!)]);
          }
        }
      }
      expect(wrong).toEqual([]);
    },
  );
});

const differences = (found: Answer, right: Answer) =>
  found === null || right === null
    ? found === right
      ? []
      : [found, right]
    : texts.flatMap((text, index) => {
        const pair = [found[index], right[index]];
        return JSON.stringify(pair[0]) === JSON.stringify(pair[1]) ? [] : [[text, ...pair]];
      });

describe.each(EVERY_TOKENIZER.map((files) => ({ name: files.name, files })))("of $name", ({ name, files }) => {
  const typesWithout = modelTypes.map((type, index) => {
    const picked = golden.picks["config.json, without the other"]![index]![classes.indexOf(null)];
    return { type, number: golden.without[name]![isOfBytes(name) && SPACED.has(picked) ? LLAMA : index]! };
  });
  test.each(typesWithout)("without a tokenizer_config.json, of the type '$type'", async ({ type, number }) => {
    const found = await answerOf({ files, config: undefined, model: modelOf(type) });
    expect(differences(found, golden.answers[number]!)).toEqual([]);
  });

  const byEach = written.map((each, index) => ({
    each,
    numbers: golden.byClass[name]![isOfBytes(name) && SPACED.has(each) ? 0 : index]!,
  }));
  test.each(byEach)("by $each, in every setting", async ({ each, numbers }) => {
    for (const [column, number] of numbers.entries()) {
      const [label, fields] = settings[column]!;
      const found = await answerOf({ files, config: { tokenizer_class: each, ...fields }, model: modelOf("llama") });
      expect([label, differences(found, golden.answers[number]!)]).toEqual([label, []]);
    }
  });
});

/** In the newer library a token that is looked for in normalised text is written back with the ▁ that Llama-2's normalizer puts before it. */
const isWrittenOtherwise = (label: string) =>
  [
    "added_tokens_decoder, ids apart",
    "added_tokens_decoder, no special ones",
    "added_tokens_decoder, a bare one",
  ].includes(label);

/** The ids of one, written back as the other has them. */
const writtenAs = (ids: Answer, other: Answer): Answer =>
  ids?.map((each, index) => each && ([each[0], other?.[index]?.[1] ?? each[1]] as const)) ?? null;

describe.each(golden.byTokens)("of $tokenizer with $label", ({ tokenizer, label, fields, answers }) => {
  // its padding, which names a token, counts for the first class and not for the second
  const classesOf = tokenizer === "SmolLM2" ? written.slice(0, 2) : written;
  const rightOf = (name: string, index: number) =>
    golden.answers[answers[isOfBytes(tokenizer) && SPACED.has(name) ? 0 : index]!] ?? null;
  test.each(classesOf.map((name, index) => ({ name, right: rightOf(name, index) })))(
    "by $name",
    async ({ name, right }) => {
      const files = kind(tokenizer);
      const config = { ...files.config, ...fields, tokenizer_class: name };
      const found = await answerOf({ files, config, model: modelOf("llama") });
      const isOther = tokenizer === "Llama-2" && name === written[0] && isWrittenOtherwise(label);
      expect(differences(found, isOther ? writtenAs(right, found) : right)).toEqual([]);
    },
  );
});
