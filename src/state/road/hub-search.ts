import * as v from "valibot";
import { createStore } from "zustand/vanilla";
import { Fault, faultCode } from "#core/fault.ts";
import { HUB } from "#model/checkpoint.ts";
import { architectureRefusal } from "#model/families.ts";
import { architectureNamed } from "#model/gguf/architectures.ts";
import { isHubRepo } from "#model/source-names.ts";
import { asFault } from "../notices.ts";

/** A repository that a search found. */
export interface FoundModel {
  readonly repo: string;
  /** Undefined where the Hub does not say. */
  readonly parameters: number | undefined;
  readonly downloads: number | undefined;
  readonly isGated: boolean;
  /** Why the page cannot open it, as far as the Hub tells; undefined where it can. */
  readonly refusal: string | undefined;
}

export type HubSearch =
  | { readonly kind: "none" }
  | { readonly kind: "searching"; readonly words: string }
  | { readonly kind: "found"; readonly words: string; readonly models: readonly FoundModel[] }
  | { readonly kind: "failed"; readonly words: string; readonly fault: Fault };

export const hubSearch = createStore<HubSearch>(() => ({ kind: "none" }));

/** Number of models that are asked for: as many as a person looks through; the Hub gives the most downloaded first. */
const MOST_FOUND = 20;
/** Twenty descriptions have some fifty kilobytes. */
const MAX_ANSWER_BYTES = 2_000_000;
const MAX_WORDS_CHARACTERS = 200;
/** Somebody waits for it. */
const TIME_OUT_MS = 20_000;
/** Fields that are asked of each model: they tell whether the page reads it. */
const EXPANDED = ["config", "gated", "tags", "safetensors", "library_name", "downloads", "gguf"] as const;

const optional = <T extends v.GenericSchema>(schema: T) => v.fallback(v.nullish(schema), undefined);
/** The Hub's answer: only the fields that are used, and nothing of those that have another form. */
const found = v.object({
  id: v.pipe(v.string(), v.check(isHubRepo)),
  downloads: optional(v.number()),
  gated: optional(v.union([v.boolean(), v.string()])),
  tags: optional(v.array(v.string())),
  library_name: optional(v.string()),
  config: optional(v.record(v.string(), v.unknown())),
  safetensors: optional(v.object({ total: v.number() })),
  gguf: optional(v.object({ architecture: optional(v.string()), total: optional(v.number()) })),
});

let searching: AbortController | undefined;

/**
 * Asks the Hub's public list for words that a person typed, when the person says so; without a token. A newer search ends an earlier one.
 * Never rejects: what went wrong stands in the store.
 */
export async function searchHub(words: string, hub = HUB): Promise<void> {
  leaveSearch();
  const controller = new AbortController();
  searching = controller;
  hubSearch.setState({ kind: "searching", words }, true);
  const ended = (next: HubSearch) => {
    if (!controller.signal.aborted) hubSearch.setState(next, true);
  };
  try {
    ended({ kind: "found", words, models: await modelsFor(words, hub, controller.signal) });
  } catch (reason) {
    ended({ kind: "failed", words, fault: asFault(reason) });
  }
}

/** Ends the search under way and forgets what was found. */
export function leaveSearch(): void {
  searching?.abort();
  searching = undefined;
  hubSearch.setState({ kind: "none" }, true);
}

/** @throws Fault "unreachable", "bad-file" */
async function modelsFor(words: string, hub: string, signal: AbortSignal): Promise<FoundModel[]> {
  const query = new URLSearchParams([
    ["search", words.slice(0, MAX_WORDS_CHARACTERS)],
    ["sort", "downloads"],
    ["direction", "-1"],
    ["limit", String(MOST_FOUND)],
    ...EXPANDED.map((field) => ["expand", field]),
  ]);
  const text = await readAnswer(`${hub}/api/models?${query.toString()}`, new URL(hub).host, signal);
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new Fault("bad-file", "the Hub's answer is no list of models; JSON was asked for");
  }
  if (!Array.isArray(answer))
    throw new Fault("bad-file", "the Hub's answer is no list of models; a list was asked for");
  return answer
    .slice(0, MOST_FOUND)
    .map((each) => v.safeParse(found, each))
    .flatMap(({ success, output }) => (success ? [judged(output)] : []));
}

async function readAnswer(url: string, host: string, signal: AbortSignal): Promise<string> {
  const late = AbortSignal.timeout(TIME_OUT_MS);
  try {
    const response = await fetch(url, {
      signal: AbortSignal.any([signal, late]),
      referrerPolicy: "no-referrer",
      credentials: "omit",
    });
    if (response.status === 429) {
      throw new Fault("unreachable", `${host} takes no more searches from here for now; try again in some minutes`);
    }
    if (!response.ok) throw new Fault("unreachable", `${host} answered the search with ${response.status}`);
    return await textWithin(response, MAX_ANSWER_BYTES);
  } catch (reason) {
    if (reason instanceof Fault || faultCode(reason) === "cancelled") throw reason;
    const why = late.aborted ? `gave no answer within ${TIME_OUT_MS / 1000} seconds` : "cannot be reached";
    throw new Fault("unreachable", `${host} ${why}; without it a model can be opened from a folder or an address`, {
      cause: reason,
    });
  }
}

async function textWithin({ body }: Response, most: number): Promise<string> {
  if (!body) return "";
  const decoder = new TextDecoder();
  let text = "";
  const reader = body.getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    text += decoder.decode(piece.value, { stream: true });
    if (text.length <= most) continue;
    await reader.cancel();
    throw new Fault(
      "bad-file",
      `the Hub's answer has more than ${most / 1e6} MB; a list of ${MOST_FOUND} models was asked for`,
    );
  }
  return text;
}

function judged({ id, downloads, gated, safetensors, ...rest }: v.InferOutput<typeof found>): FoundModel {
  return {
    repo: id,
    parameters: safetensors?.total ?? rest.gguf?.total ?? undefined,
    downloads: downloads ?? undefined,
    isGated: gated !== undefined && gated !== null && gated !== false,
    refusal: refusalOf(rest, safetensors !== undefined && safetensors !== null),
  };
}

/** The reason why a GGUF model is not read; where the Hub does not say what is in the files, the file itself will. */
function ggufRefusal(architecture: string | undefined): string | undefined {
  try {
    if (architecture !== undefined) architectureNamed(architecture);
    return undefined;
  } catch (reason) {
    if (!(reason instanceof Fault)) throw reason;
    return `its GGUF files are of the architecture ${architecture}`;
  }
}

type Said = Pick<v.InferOutput<typeof found>, "tags" | "library_name" | "config" | "gguf">;

/** The reason why a model is not read, from what its repository says; opening it reads its files and may still find another. */
function refusalOf({ tags, library_name: library, config, gguf }: Said, hasSafetensors: boolean): string | undefined {
  const has = (tag: string) => library === tag || (tags ?? []).includes(tag);
  if (has("peft")) return "an adapter, which is laid over its base model: open that, then attach this";
  // which of its files is meant is asked when it is opened
  if (has("gguf") && !hasSafetensors) return ggufRefusal(gguf?.architecture ?? undefined);
  if (!config || Object.keys(config).length === 0) return "it has no config.json of a language model";
  const architecture = architectureRefusal(config);
  if (architecture !== undefined) return architecture;
  return hasSafetensors || has("safetensors")
    ? undefined
    : "its weights are PyTorch’s own files; safetensors are needed";
}
