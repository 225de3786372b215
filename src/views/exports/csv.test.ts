import { parse } from "csv-parse/sync";
import { fc } from "#test/fast-check.ts";
import { describe, expect, test } from "vitest";
import { csvOf } from "./csv.ts";

const parsed = (csv: string, delimiter = ",") =>
  parse(csv, { comment: "#", comment_no_infix: true, delimiter, relax_column_count: true, skip_empty_lines: false });

/** As the method page tells readers: one apostrophe before what begins a formula is ours. */
const undefused = (cell: string) =>
  cell.replace(/^'(?='*[\t\r\n])/, "").replace(/(^|[,;|\t\r\n])([\s"]*)'(?='*[=+\-@＝＋－＠])/gu, "$1$2");

/** Written here anew: what no table can hold, by its number. */
const named = (text: string) =>
  [...text]
    .map((character) => {
      const code = character.codePointAt(0)!;
      const isControl = (code < 0x20 && !"\t\n\r".includes(character)) || (code >= 0x7f && code <= 0x9f);
      const isNone = (code >= 0xd800 && code <= 0xdfff) || code === 0xfffe || code === 0xffff;
      return isControl || isNone ? `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩` : character;
    })
    .join("");

/** Any string a vocabulary can hold, halves of surrogate pairs among them, and often what a table or spreadsheet trips over. */
const token = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom(..."=+-@＝,;|\t\r\n \"'#a1\uD800\uFFFE\u0000") }),
);

test("quotes what needs it, and leaves an unknown number empty", () => {
  expect(
    csvOf({
      header: ["token", "n"],
      rows: [
        ['a "b", c', -1.5],
        ["=1+1", 2],
        ["#", Number.NaN],
      ],
    }),
  ).toBe('token,n\r\n"a ""b"", c",-1.5\r\n\'=1+1,2\r\n"#",\r\n');
});

describe("a table reads back as it was, in another parser", () => {
  test("for every code point, alone and behind a letter", () => {
    const rows: string[][] = [];
    for (let code = 0; code <= 0x10ffff; code++)
      rows.push([String.fromCodePoint(code), `a${String.fromCodePoint(code)}`]);
    const [, ...read] = parsed(csvOf({ header: ["alone", "behind"], rows }));
    expect(read.length).toBe(rows.length);
    const wrong = rows.filter((row, at) => row.map(named).join("\0") !== read[at]!.map(undefused).join("\0"));
    expect(wrong.map(([text]) => text!.codePointAt(0)!.toString(16))).toEqual([]);
  });

  test("for any strings", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(token, token), { minLength: 1 }), (rows) => {
        const [, ...read] = parsed(csvOf({ header: ["a", "b"], rows }, { prompt: rows[0]![0] }));
        expect(read.map((row) => row.map(undefused))).toEqual(rows.map((row) => row.map(named)));
      }),
      { numRuns: 500 },
    );
  });
});

describe("a spreadsheet finds no formula", () => {
  test.each([" =1", ";=1", "|=1", "\t=1", "a,=1", 'a;"=1', "+1", "-1", "@a", "＝1", "\r\n=1", "'=1", "; '-1"])(
    "%j",
    (text) => {
      const csv = csvOf({ header: ["token"], rows: [[text]] }, { prompt: text });
      expect(formulas(csv)).toEqual([]);
    },
  );

  test("in any string, whatever separates its fields", () => {
    fc.assert(
      fc.property(token, token, (a, b) => {
        expect(
          formulas(
            csvOf(
              { header: ["a", "b"], rows: [[a, b]] },
              { prompt: a, tokens: [a, b], numbers: [1, -2], nested: { "-a": [b] } },
            ),
          ),
        ).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  /** What stands in a cell in a spreadsheet that does not know quotes, cuts at any separator, and trims: the most careless reader. */
  const formulas = (csv: string) =>
    csv.split(/[,;|\t\r\n]/).filter((cell) => /^[\s"]*[=+\-@＝＋－＠]/.test(cell) && !isNumber(cell));
  const isNumber = (cell: string) => /^\s*-?[\d.]+(e[-+]?\d+)?[\]}]*$/.test(cell);
});

describe("what a table is about", () => {
  test("stands before it, a line each, as JSON", () => {
    const about = { prompt: "3,\n5=", layers: [0, 1], link: "http://here/#m=abacus" };
    const csv = csvOf({ header: ["a"], rows: [[1]] }, about);
    const comments = csv.split("\r\n").filter((line) => line.startsWith("# "));
    expect(comments).toEqual(['# prompt: "3,\\n5="', "# layers: [0,1]", '# link: "http://here/#m=abacus"']);
    expect(parsed(csv)).toEqual([["a"], ["1"]]);
  });

  test("is read back by its line, whatever it says", () => {
    fc.assert(
      fc.property(token, (prompt) => {
        const [line] = csvOf({ header: [], rows: [] }, { prompt }).split("\r\n");
        expect(JSON.parse(line!.slice("# prompt: ".length))).toBe(
          // JSON escapes control characters and halves of surrogate pairs by itself
          prompt.replace(/[\u007f-\u009f\uFFFE\uFFFF]/g, named),
        );
      }),
    );
  });
});
