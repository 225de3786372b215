import { renderToString } from "react-dom/server";
import { describe, expect, test } from "vitest";
import type { ResultFor } from "#protocol/experiments.ts";
import { helix } from "./pages/helix.tsx";
import { heuristics } from "./pages/heuristics.tsx";

const exact = (value: number) => ({ value, low: Number.NaN, high: Number.NaN });
/** A percent sign stands behind a narrow space, whichever it is. */
const plainly = (text: string) => text.replaceAll(/\s/gu, " ");

describe("a bag of heuristics", () => {
  const kinds = { identical: 0, value: 1, modulo: 2, range: 3, pattern: 0 };
  const left = (value: number) => ({ accuracy: exact(value), nats: exact(1 - value) });
  const group = (name: string, correct: number, isHeldOut = true) => ({
    name,
    pairs: 118,
    isHeldOut,
    heuristics: 60,
    sorted: {
      own: { neurons: 8, matched: 4, kinds },
      shuffled: { neurons: 8, matched: 1, kinds },
      others: { neurons: 8, matched: 2, kinds },
    },
    examples: [],
    tested: 5,
    correct,
    rows: [
      { count: 2, neurons: 2, own: left(0.75), others: left(1), random: left(1), difference: exact(0.25) },
      { count: 5, neurons: 9.5, own: left(0.25), others: left(0.75), random: left(1), difference: exact(0.5) },
    ],
  });
  const result = (...groups: ReturnType<typeof group>[]) =>
    ({
      kind: "heuristics",
      found: { fromLayer: 3, groups },
      steps: 3,
      stepsInAll: 3,
    }) as unknown as ResultFor<"heuristics">;

  test("says how many neurons have a rule, with both controls, and what is left without those that apply", () => {
    expect(plainly(heuristics.sentence(result(group("-", 4)), {}))).toBe(
      "−: 50.0 % of 8 neurons that support the answers most have a rule; with their values shuffled 12.5 %, of as many others 25.0 %. With up to 5 of each layer off (9.50 in all) 25.0 % of 4 right answers stay where their rules apply, 75.0 % where they do not, 100.0 % for random ones.",
    );
  });

  test("says nothing of what was lost where nothing was right, and nothing at all before it has run", () => {
    expect(heuristics.sentence(result(group("+", 0)), {})).not.toContain("right answers");
    expect(heuristics.sentence(result(), {})).toBe("Nothing has been run yet.");
  });

  test("has a row for each operation and k in its file", () => {
    const { header, rows } = heuristics.file(result(group("+", 4), group("-", 4, false)));
    const column = (key: string) => rows.map((row) => row[header.indexOf(key)]);
    expect(column("group")).toEqual(["+", "+", "-", "-"]);
    expect(column("k")).toEqual([2, 5, 2, 5]);
    expect(column("held_out")).toEqual(["true", "true", "false", "false"]);
    expect(column("difference")).toEqual([0.25, 0.5, 0.25, 0.5]);
  });
});

describe("numbers as a helix", () => {
  const fit = (own: number) => ({
    helix: own,
    circle: 0.5,
    polynomial: 0.5,
    line: 0.2,
    components: 0.9,
    leftOut: own - 0.1,
    shuffled: 0.09,
  });
  const effect = (logit: number) => ({ logit: exact(logit), nats: exact(logit - 1), kept: exact(logit / 8) });
  const layer = (whole: number, own: number) => ({
    layer: effect(whole),
    helix: effect(own),
    leftOut: effect(own - 1),
    components: effect(7),
    circle: effect(1),
    polynomial: effect(1.5),
    line: effect(0.5),
    shuffled: effect(0.25),
  });
  const group = (name: string, layers: readonly ReturnType<typeof layer>[], fits = [fit(0.4), fit(0.75)]) => ({
    name,
    numbers: 90,
    least: 10,
    most: 99,
    sizes: { helix: 8, circle: 7, polynomial: 9, line: 1, components: 8 },
    fits,
    tested: 5,
    correct: layers.length > 0 ? 4 : 0,
    clean: { logit: exact(8), nats: exact(7) },
    layers,
  });
  const result = (groups: readonly ReturnType<typeof group>[], left: readonly string[] = []) =>
    ({ kind: "helix", found: { groups, left }, steps: 3, stepsInAll: 3 }) as unknown as ResultFor<"helix">;
  const MOVED = [layer(8, 2), layer(6, 5)];

  test("says where the fit is best, and what each stand-in does where the residual itself does most", () => {
    expect(plainly(helix.sentence(result([group("+", MOVED)]), {}))).toBe(
      "+: as they enter L1, the residuals of 90 numbers are a helix to R² = 0.75 (each by the helix of all others 0.65, shuffled 0.09, 8 components 0.90). Over 4 pairs the clean operand’s own residual raises the right answer’s logit most into L0, by 8.00; there its helix does by 2.00, the helix of all other numbers by 1.00, as many components by 7.00, a polynomial by 1.50, a line by 0.50, a shuffled helix by 0.25.",
    );
  });

  test("has all that stands in beside each other in one table of one layer, the residual's best", () => {
    // into L1 the operand has been read: there the components do more than the residual itself, and the line most of all
    const read = { ...layer(0.4, 0.3), line: effect(3), components: effect(9) };
    const html = renderToString(helix.tables(result([group("+", [layer(8, 2), read])]), {}));
    const [table = ""] = html.split("</table>");
    const rows = [...table.matchAll(/<tr><th scope="row"[^>]*>(.*?)<\/th>(.*?)<\/tr>/g)].map(([, name, cells]) => [
      name,
      plainly(cells!.replaceAll(/<[^>]+>/g, "|"))
        .split("|")
        .filter(Boolean)[name === "itself" ? 0 : 1],
    ]);
    expect(plainly(table.replaceAll(/<[^>]+>/g, ""))).toContain(
      "Into L0, where the residual itself moves the answer most",
    );
    expect(rows).toEqual([
      ["itself", "8.00"],
      ["helix", "2.00"],
      ["others’ helix", "1.00"],
      ["components", "7.00"],
      ["circle", "1.00"],
      ["polynomial", "1.50"],
      ["line", "0.50"],
      ["shuffled", "0.25"],
    ]);
  });

  test("says the fits alone while no pair is right or patched, and nothing before", () => {
    expect(helix.sentence(result([group("+", [])]), {})).not.toContain("pairs");
    expect(helix.sentence(result([group("+", [], [])]), {})).toBe("Nothing has been run yet.");
    expect(helix.sentence(result([]), {})).toBe("Nothing has been run yet.");
  });

  test("names the operations that are left out, and has a row for each layer in its file", () => {
    const shown = result([group("+", MOVED), group("-", [])], ["*"]);
    expect(helix.note(shown, {})).toContain("× left out");
    const { header, rows } = helix.file(shown);
    const column = (key: string) => rows.map((row) => row[header.indexOf(key)]);
    expect([column("group"), column("layer"), column("r2_helix"), column("helix_logits")]).toEqual([
      ["+", "+", "-", "-"],
      [0, 1, 0, 1],
      [0.4, 0.75, 0.4, 0.75],
      [2, 5, "", ""],
    ]);
  });

  test("draws what has been run", () => {
    for (const { draw } of helix.figures) {
      expect(
        JSON.stringify(draw(result([group("+", MOVED)]), { width: 640, isDark: false, isPlain: false }, {}).marks),
      ).toContain("shuffled");
      expect(draw(result([]), { width: 640, isDark: true, isPlain: false }, {}).width).toBeGreaterThan(0);
    }
  });
});
