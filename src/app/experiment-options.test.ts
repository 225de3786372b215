import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { beforeEach, describe, expect, test } from "vitest";
import type { Engine } from "#client/engine.ts";
import { EXPERIMENT_KINDS, EXPERIMENTS } from "#protocol/experiments.ts";
import type { ExperimentKind, SuiteDefinition } from "#protocol/experiments.ts";
import type { Field } from "#protocol/experiments/fields.ts";
import { INPUTS } from "#protocol/experiments/inputs.ts";
import { offerConceptWords } from "#state/experiments/form/concept-words.ts";
import { FIRST_FORM } from "#state/experiments/form/form.ts";
import { requestOf } from "#state/experiments/form/request.ts";
import { offerSuites, SUITE_NAMES } from "#state/experiments/suites.ts";
import { experimentSurface } from "./experiment-scripting.ts";
import type { ScriptedExperiment } from "./experiment-scripting.ts";

const definition = (name: string): SuiteDefinition => ({ name, title: "", about: "" });
const fieldsOf = (kind: ExperimentKind) => Object.entries<Field>(EXPERIMENTS[kind].fields);

describe("page and script", () => {
  beforeEach(() => {
    offerSuites(SUITE_NAMES.map(definition));
    offerConceptWords(["three", "3"]);
  });

  test.each(EXPERIMENT_KINDS)("ask the same of %s where neither says more than which cases", async (kind) => {
    let asked: unknown;
    const engine = { runExperiment: (request: unknown) => Promise.resolve((asked = request)) };
    const read = (name: string) => Promise.resolve(definition(name));
    const surface = experimentSurface(engine as unknown as Engine, read, "https://page.example/");
    const { suite, pairs, contrasts, count, foundOn } = FIRST_FORM;
    const suites: Partial<Record<ExperimentKind, string>> = { bias: pairs, patching: contrasts };
    const adapter = { kind: "hub", repo: "someone/lora" } as const;
    const said = {
      suite: suites[kind] ?? suite,
      foundOn,
      head: "L0H0",
      words: ["three", "3"],
      adapters: [adapter],
    };
    const own = Object.entries(said).filter(([name]) => fieldsOf(kind).some(([field]) => field === name));
    await surface.runExperiment({ kind, count, ...Object.fromEntries(own) } as unknown as ScriptedExperiment);
    expect(asked).toEqual(requestOf({ ...FIRST_FORM, kind, adapters: "someone/lora" }));
  });
});

test("the docs have every option, as the fields say it", () => {
  const docs = readFileSync(join(import.meta.dirname, "../../docs/methods/experiments.md"), "utf8");
  const [, table] = /<!-- options: [^>]*-->\n([\s\S]*?)<!-- \/options -->/.exec(docs) ?? [];
  expect(table).toBe(optionsTable());
});

/** A row for each field, and one more where experiments differ in what it initially is or needs. */
function optionsTable(): string {
  const rows = new Map<string, string[]>();
  for (const kind of EXPERIMENT_KINDS) {
    for (const [name, field] of fieldsOf(kind)) {
      const key = JSON.stringify([name, field.about, initially(field), needs(field), linkKeys(field)]);
      rows.set(key, [...(rows.get(key) ?? []), kind]);
    }
  }
  const lines = [...rows].map(([key, kinds]) => {
    const [name, about, initial, needed, keys] = JSON.parse(key) as string[];
    const of = kinds.length === EXPERIMENT_KINDS.length ? "all" : kinds.join(", ");
    return `| \`${name}\` | ${of} | ${about} | ${needed} | ${initial} | ${keys} |\n`;
  });
  return [
    "| option | of | what it is | it needs to be | left out | in a link |\n",
    "|---|---|---|---|---|---|\n",
    ...lines,
  ].join("");
}

const initially = ({ initial }: Field) => (initial === undefined ? "" : `\`${JSON.stringify(initial)}\``);
const linkKeys = ({ inputs }: Field) => inputs.map((input) => `\`${INPUTS[input].link}\``).join(" ");

/** By the sentence about a value that is none. */
function needs({ schema, spoken, unit }: Field): string {
  if (spoken !== "itself" && spoken !== "words" && spoken !== "variant") return "";
  const [issue] = v.safeParse(schema, null, { abortEarly: true }).issues ?? [];
  const needed = issue && (issue.message.startsWith("Invalid") ? "" : issue.message);
  return [needed, unit && `(${unit})`].filter(Boolean).join(" ");
}
