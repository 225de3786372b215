import * as v from "valibot";
import { OPERATIONS } from "#analysis/ablation/operation.ts";
import type { SuiteComplaint } from "#analysis/experiments/suite/suite-text.ts";
import type { SuiteCase, SuiteDefinition } from "#analysis/experiments/suite/suite.ts";
import { MAX_TEXT, atMost, counted, listOf, signed, text } from "./schema-parts.ts";

const range = v.object({ from: signed, to: signed });
const templates = listOf(text);

/** A file of `public/suites`. */
const definition: v.GenericSchema<unknown, SuiteDefinition> = v.object({
  name: text,
  title: text,
  about: text,
  arithmetic: v.exactOptional(
    listOf(
      v.object({
        group: text,
        operation: v.picklist(OPERATIONS),
        a: range,
        b: range,
        templates,
        numerals: v.exactOptional(v.picklist(["digits", "words"])),
        negative: v.exactOptional(v.boolean()),
        largestAnswer: v.exactOptional(signed),
      }),
    ),
  ),
  lists: v.exactOptional(listOf(v.object({ group: text, templates, rows: listOf(v.tuple([text, text])) }))),
  contrasts: v.exactOptional(listOf(v.object({ group: text, rows: listOf(v.tuple([text, text, text, text])) }))),
  pair: v.exactOptional(
    v.object({
      sides: v.tuple([text, text]),
      templates: listOf(v.object({ prompt: text, answer: text })),
      words: v.record(text, listOf(text)),
    }),
  ),
});

/** Where the cases of an experiment come from: a definition, of which some cases of each group (left out: all), or lines. */
export const suiteSource = v.variant("kind", [
  v.object({ kind: v.literal("definition"), definition, count: v.exactOptional(counted), seed: counted }),
  /** CSV or JSON lines, as a person pastes them. */
  v.object({
    kind: v.literal("pasted"),
    text: v.pipe(v.string(), v.maxLength(MAX_TEXT, atMost(MAX_TEXT, "characters"))),
  }),
]);
export type SuiteSource = Readonly<v.InferOutput<typeof suiteSource>>;

/** The cases of a suite as a model reads them. */
export interface SuiteReport {
  readonly cases: number;
  readonly groups: readonly { readonly name: string; readonly cases: number }[];
  /** The first of each group. */
  readonly examples: readonly SuiteCase[];
  readonly answerTokens: number;
  /** The same prompt and answer again: run once, counted each time. */
  readonly duplicates: number;
  /** Lines or cases that are left out, and why. */
  readonly complaints: readonly SuiteComplaint[];
}

export const suiteReport: v.GenericSchema<unknown, SuiteReport> = v.object({
  cases: counted,
  groups: listOf(v.object({ name: text, cases: counted })),
  examples: listOf(
    v.object({
      prompt: text,
      answer: text,
      group: text,
      problem: v.exactOptional(v.object({ operation: v.picklist(OPERATIONS), a: signed, b: signed })),
      pair: v.exactOptional(v.object({ prompt: text, answer: text, word: text, template: counted })),
    }),
  ),
  answerTokens: counted,
  duplicates: counted,
  complaints: listOf(v.object({ line: counted, message: text })),
});
