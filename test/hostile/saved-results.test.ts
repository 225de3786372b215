import { fc } from "#test/fast-check.ts";
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { beforeAll, describe, expect, test } from "vitest";
import { Fault } from "#core/fault.ts";
import type { ExperimentResult } from "#protocol/experiments.ts";
import { EXPERIMENT_KINDS } from "#state/experiments/form/form.ts";
import { experimentClaims } from "#state/experiments/claims.ts";
import { readResultFile } from "#state/experiments/result-file.ts";
import { drawnExperiment, withRowFacts } from "#views/experiments/result/experiment-export.ts";
import type { FigureLook } from "#views/exports/drawn.ts";
import { pageOf } from "#views/experiments/pages.ts";
import { ResultOf } from "#views/experiments/result/ResultOf.tsx";
import { savedResults } from "../saved-results.ts";
import { mutatedJson } from "./mutations.ts";

/** Files that are read for the one check, of all kinds together. */
const MUTATIONS = 2_000;
/** Of reading and drawing one, on a machine that does other things too; the smallest honest one takes a few milliseconds. */
const MOST_MS = 5_000;

const MODEL = {
  name: "abacus",
  source: { kind: "url", name: "https://example.org/abacus/" },
  dtype: "q8",
  backend: "wasm",
};
const fileOf = (experiment: unknown) => ({
  finding: {},
  link: "https://example.org/#v=1",
  model: MODEL,
  unit: "nats",
  experiment,
});

let honest: readonly ExperimentResult[];
beforeAll(async () => {
  honest = await savedResults();
}, 120_000);

/** As the page draws it, its claims and its spoken text included. */
function draw(result: ExperimentResult): string {
  experimentClaims(result);
  return renderToString(createElement(ResultOf, { result }));
}

/** The heads of its table in a file, with those that say what each row is about. */
function columnsOf(result: ExperimentResult): readonly string[] {
  const page = pageOf(result);
  const [name, title] = [page.name, page.title(result, CHOSEN)];
  const sentence = (isPlain: boolean) => page.sentence(result, {}, isPlain);
  const figure = (look: FigureLook) => page.figures[0]!.draw(result, { width: 640, ...look }, CHOSEN);
  const shown = { name, result, figure, title, sentence, table: () => page.file(result) };
  const drawn = drawnExperiment(shown, { from: undefined, saved: undefined }, false);
  return withRowFacts(drawn, result, () => ({ version: "", date: new Date(0), address: "" })).table().header;
}
const CHOSEN = { group: "all at once", measure: "drop" };

/** As `Save result` writes a folder's adapters: files have no JSON. */
const asSaved = (result: ExperimentResult): unknown => JSON.parse(JSON.stringify(result));

describe("a saved result", () => {
  test("of every kind opens as it was, whole or not, and is drawn", () => {
    expect(new Set(honest.map(({ kind }) => kind))).toEqual(new Set(EXPERIMENT_KINDS));
    for (const each of honest) {
      const { result, saved } = readResultFile(JSON.stringify(fileOf(each), null, 2));
      expect(asSaved(result)).toEqual(withoutFiles(asSaved(each)));
      expect(saved).toEqual({ finding: {}, link: "https://example.org/#v=1", model: MODEL });
      expect(draw(result)).toBe(draw(each));
    }
  });

  test("without a number says so where it would stand, and never NaN", () => {
    const found = honest.find(({ kind }) => kind === "heads")!;
    const text = JSON.stringify(fileOf(found)).replaceAll(/("(?:accuracy|mean)":(?:\{"value":)?)[\d.e-]+/g, "$1null");
    expect(text).toContain('"accuracy":{"value":null');
    expect(draw(readResultFile(text).result)).not.toMatch(/NaN|undefined/);
  });

  test("of every kind has each column of its file once", () => {
    for (const each of honest) {
      const columns = columnsOf(each);
      expect([each.kind, columns]).toEqual([each.kind, [...new Set(columns)]]);
    }
  });

  test("of every kind speaks of intervals where it has some, and only there", () => {
    // as of a run that was stopped before there were any
    const without = honest.map((each) => {
      const text = JSON.stringify(fileOf(each), (key, value: unknown) =>
        key === "low" || key === "high" ? null : value,
      );
      return readResultFile(text).result;
    });
    const all = [...honest, ...without];
    const spoken = all.map((each) => [each.kind, each.steps, /95 %/.test(draw(each))]);
    const there = all.map((each) => [each.kind, each.steps, /"low":[\d-]/.test(JSON.stringify(each.found))]);
    expect(new Set(there.map(([, , isThere]) => isThere))).toEqual(new Set([true, false]));
    expect(spoken).toEqual(there);
  });

  test("whose model lies where no page has one still names it", () => {
    const model = { name: "abacus", source: { kind: "bundled", name: "abacus" } };
    const { saved } = readResultFile(JSON.stringify({ ...fileOf(honest[0]), model }));
    expect(saved.model).toEqual(model);
  });

  test.each<[what: string, kind: ExperimentResult["kind"], path: string, value: unknown, says: string]>([
    ["a head of no model", "heads", "found.heads.0.at.head", 1e9, "is 1000000000; a place from 0 to 1023 is needed"],
    ["an accuracy of 500 %", "heads", "found.all.accuracy.value", 5, "is 5; a share from 0 to 1 is needed"],
    ["an accuracy below nothing", "pruning", "found.all.low", -0.1, "is -0.1; a share from 0 to 1 is needed"],
    ["a head twice", "heads", "found.heads.0.at.head", 1, "each head of every layer once is needed"],
    ["effects for other groups", "heads", "found.heads.3.effects", [], "an effect for every group is needed"],
    ["a list for a record", "heads", "found.heads.0", [], "“found.heads.0.at” is not there"],
    ["a group that is a number", "heads", "found.groups.0", 1, "is 1;"],
    ["a label of its own", "memorise", "found.0.losses.0.label", "both", "is both;"],
    ["a count below nothing", "neurons", "found.rows.0.count", -1, "is -1; a whole number from 0 on is needed"],
    [
      "thresholds of one reading",
      "concepts",
      "found.sets.0.atLeast",
      9,
      "the same thresholds of both readings is needed",
    ],
    ["a side too few", "bias", "found.rows.0.sides", [], "a bias for every side is needed"],
    ["a group too few", "pruning", "found.rows.0.groups", [], "a score for every group is needed"],
    ["an adapter of no layer", "adapters", "found.adapters.0.layers", [], "at least one layer is needed"],
    ["a share beyond all", "adapters", "found.base.all.value", 1e300, "a number up to 1000000000000 is needed"],
  ])("with %s is refused", (_, kind, path, value, says) => {
    const tree = fileOf(asSaved(honest.findLast((each) => each.kind === kind)!));
    const names = path.split(".");
    const holder = names.slice(0, -1).reduce((at: unknown, name) => Reflect.get(at as object, name), tree.experiment);
    expect(Reflect.get(holder as object, names.at(-1)!)).toBeDefined();
    Reflect.set(holder as object, names.at(-1)!, value);
    expect(() => readResultFile(JSON.stringify(tree))).toThrow(says);
  });

  test.each([
    [
      "lists for records",
      '{"experiment":{"kind":"heads","request":{"suite":{}},"suite":{},"found":{"groups":[1],"heads":[1]}}}',
      "is not there",
    ],
    [
      "a million lists, one in another",
      `{"experiment":${"[".repeat(1e6)}${"]".repeat(1e6)}}`,
      "it nests more than 32 lists and records",
    ],
    ["a list of two million", `{"experiment":[${"0,".repeat(2e6)}0]}`, "a list in it has more than 1000000 entries"],
    ["more bytes than are read", " ".repeat(128_000_001), "it has 128000001 bytes; at most 128000000 are read"],
  ])("with %s is refused before it is drawn", (_, text, says) => {
    const start = performance.now();
    expect(() => readResultFile(text)).toThrow(says);
    expect(performance.now() - start).toBeLessThan(MOST_MS);
  });

  test("has brackets and commas in its texts", () => {
    const heads = honest.findLast(({ kind }) => kind === "heads")!;
    const title = `${"[".repeat(100)}"\\"${",".repeat(100)}`;
    const { result } = readResultFile(
      JSON.stringify({
        experiment: { ...heads, suite: { ...heads.suite, complaints: [{ line: 1, message: title }] } },
      }),
    );
    expect(result.suite.complaints).toEqual([{ line: 1, message: title }]);
  });

  test("of which anything was changed is refused with a sentence, or opens and is drawn, in bounded time", () => {
    const trees = honest.map((each) => fileOf(asSaved(each)));
    const outcomes = { opened: 0, refused: 0 };
    fc.assert(
      fc.property(fc.constantFrom(...trees).chain(mutatedJson), (text) => {
        const start = performance.now();
        outcomes[outcomeOf(text)] += 1;
        expect(performance.now() - start).toBeLessThan(MOST_MS);
      }),
      { numRuns: MUTATIONS, endOnFailure: true },
    );
    // neither everything is refused nor everything let in
    expect(Math.min(outcomes.opened, outcomes.refused)).toBeGreaterThan(MUTATIONS / 20);
  }, 300_000);
});

function outcomeOf(text: string): "opened" | "refused" {
  let result: ExperimentResult;
  try {
    ({ result } = readResultFile(text));
  } catch (reason) {
    const isSentence =
      reason instanceof Fault && reason.code === "bad-file" && /^result: .{10,400}$/su.test(reason.message);
    if (!isSentence) throw reason;
    return "refused";
  }
  draw(result);
  return "opened";
}

/** A folder's files are no JSON; what is left of each is an empty record. */
function withoutFiles(tree: unknown): unknown {
  return JSON.parse(JSON.stringify(tree), (name, value: unknown) => (name === "files" ? [] : value));
}
