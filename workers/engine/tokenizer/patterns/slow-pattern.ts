import { shown } from "#core/shown.ts";
import { isObject } from "../token-names.ts";
import type { Json } from "../token-names.ts";
import type { TokenizerHost } from "../tokenizer-host.ts";

/** Milliseconds that each pattern is tried for by itself. */
const PROBE_MS = 1_000;
/** Real tokenizers have one or two; whoever waits for the reason waits for all that are tried. */
const MAX_PROBES = 4;

interface Pattern {
  readonly section: string;
  readonly regex: string;
}

/** The pattern of a tokenizer.json that does not come to an end with a text, in words; "" where each ends by itself. */
export async function slowPattern(host: TokenizerHost, json: Json, text: string): Promise<string> {
  const patterns = ["normalizer", "pre_tokenizer"].flatMap((section) => patternsIn(json[section], section));
  const slow = patterns.length === 1 ? patterns[0] : await firstSlow(host, patterns.slice(0, MAX_PROBES), text);
  return slow ? `its pattern ${shown(slow.regex)} of ${slow.section}` : "";
}

async function firstSlow(
  host: TokenizerHost,
  patterns: readonly Pattern[],
  text: string,
): Promise<Pattern | undefined> {
  for (const pattern of patterns) {
    const split = { type: "Split", pattern: { Regex: pattern.regex }, behavior: "Isolated", invert: false };
    const model = { type: "WordLevel", vocab: { "": 0 }, unk_token: "" };
    const probe = { version: "1.0", added_tokens: [], pre_tokenizer: split, model };
    try {
      await host.tokenizer(new TextEncoder().encode(JSON.stringify(probe)), PROBE_MS).encode(text);
    } catch {
      return pattern;
    }
  }
  return undefined;
}

function patternsIn(step: unknown, section: string): Pattern[] {
  if (!isObject(step)) return [];
  const { pattern, normalizers, pretokenizers } = step;
  const inner = [normalizers, pretokenizers].filter(Array.isArray).flat();
  const own = isObject(pattern) && typeof pattern["Regex"] === "string" ? [{ section, regex: pattern["Regex"] }] : [];
  return [...own, ...inner.flatMap((each) => patternsIn(each, section))];
}
