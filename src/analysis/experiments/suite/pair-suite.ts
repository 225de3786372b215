import { isRecord } from "#core/record.ts";
import { faultsOf } from "#core/fault.ts";
import { randomStream } from "#core/numeric/random.ts";
import { drawn, MAX_CASES } from "./suite.ts";
import type { PairSet, SuiteCase, SuiteDefinition, SuiteOptions } from "./suite.ts";

/**
 * Every word under every template, on the side that it is expected on, each with its other side; or that of as many words of each
 * side as asked for, drawn without repetition. Counted under the sides' names.
 *
 * @throws Fault "bad-request" for more cases than anybody waits for
 */
export function pairCases({ sides, templates, words }: PairSet, { count, seed }: SuiteOptions): SuiteCase[] {
  const random = randomStream(seed);
  const cases = sides.flatMap((side, index) => {
    const own = words[side] ?? [];
    const filled = (text: string, x: string, y: string) => text.replaceAll("{x}", x).replaceAll("{y}", y);
    return drawn(own.length, Math.min(own.length, count ?? own.length), random).flatMap((place) =>
      templates.map(({ prompt, answer }, template): SuiteCase => {
        const word = own[place]!;
        const other = sides[1 - index]!;
        return {
          prompt: filled(prompt, side, word),
          answer: filled(answer, side, word),
          group: side,
          pair: { prompt: filled(prompt, other, word), answer: filled(answer, other, word), word, template },
        };
      }),
    );
  });
  if (cases.length > MAX_CASES) throw bad(`it has ${cases.length} pairs; at most ${MAX_CASES} are run at once`);
  return cases;
}

/**
 * A definition as a person edits it: the JSON of a file in `public/suites` that holds pairs.
 *
 * @returns undefined where the text is none, as a list of cases
 * @throws Fault "bad-request" with what is wrong with it
 */
export function readPairDefinition(text: string): SuiteDefinition | undefined {
  if (!text.trimStart().startsWith("{") || !/"pair"\s*:/.test(text)) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (reason) {
    throw bad(`it is no JSON: ${reason instanceof Error ? reason.message : String(reason)}`);
  }
  const { name, title, about, pair } = parsed as Record<string, unknown>;
  return {
    name: typeof name === "string" ? name : "pasted",
    title: typeof title === "string" ? title : "Pasted",
    about: typeof about === "string" ? about : "",
    pair: checkPairs(pair),
  };
}

/** @throws Fault "bad-request" with what is wrong and what is needed */
function checkPairs(value: unknown): PairSet {
  if (!isRecord(value)) throw bad("“pair” is no object; it needs sides, templates and words");
  const { sides, templates, words } = value;
  if (!isTexts(sides) || sides.length !== 2 || sides[0] === sides[1]) {
    throw bad('“sides” needs two different texts, as ["woman", "man"]');
  }
  if (!Array.isArray(templates) || templates.length === 0) {
    throw bad('“templates” needs a list, as [{ "prompt": "A {x} works as a", "answer": "{y}" }]');
  }
  if (!isRecord(words)) throw bad(`“words” needs a list for each side, ${sides.join(" and ")}`);
  const [first, second] = [sides[0]!, sides[1]!];
  const lists = Object.fromEntries([first, second].map((side) => [side, wordsOf(words, side)]));
  return { sides: [first, second], templates: templates.map(checkTemplate), words: lists };
}

function checkTemplate(value: unknown, index: number): PairSet["templates"][number] {
  const { prompt, answer } = isRecord(value) ? value : {};
  const whole = `template ${index + 1}`;
  if (!isText(prompt) || !isText(answer)) throw bad(`${whole} needs a text as its prompt and as its answer`);
  const text = `${prompt} ${answer}`;
  for (const place of ["{x}", "{y}"]) if (!text.includes(place)) throw bad(`${whole} has no ${place}`);
  return { prompt, answer };
}

function wordsOf(words: Record<string, unknown>, side: string): string[] {
  const list = words[side];
  if (!isTexts(list) || list.length === 0) throw bad(`“words” has no list of texts for “${side}”`);
  return list;
}

const isText = (value: unknown): value is string => typeof value === "string" && value.trim() !== "";
const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText);
const bad = faultsOf("bad-request", "suite: ");
