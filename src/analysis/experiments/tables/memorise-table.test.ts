import { describe, expect, test } from "vitest";
import { scoresOf } from "#test/case-scores.ts";
import { costliestHead, memoriseTable } from "./memorise-table.ts";
import type { LabelledCase, MemoriseOptions } from "./memorise-table.ts";

/** A letter a token: m(emorise), c(hange-one) or - for none; then the scores as it is and with each head ablated. */
function labelled(group: string, labels: string, each: string): LabelledCase {
  const [baseline, ...heads] = scoresOf(each);
  const names = { m: "memorise", c: "change-one" } as const;
  return {
    group,
    labels: [...labels].map((letter) => (letter === "m" || letter === "c" ? names[letter] : undefined)),
    swept: { baseline: baseline!, heads },
  };
}

//                        is   L0H0 L0H1  L1H0 L1H1
const CASES = [
  labelled("+", "cm", "11   01   11    10   11"),
  labelled("+", "mm", "11   11   11    01   10"),
  labelled("+", "cc", "10   00   10    10   10"),
  labelled("-", "-m", "11   11   00    11   11"),
  labelled("-", "-c", "11   11   00    11   10"),
];
const OPTIONS: MemoriseOptions = { headsPerLayer: 2, onlyCorrect: false, heads: {}, seed: 1, draws: 0 };
const EXACT = { atol: 1e-12 };

describe("memorised and changed digits", () => {
  test("with a given head off", () => {
    const rows = memoriseTable(CASES, {
      ...OPTIONS,
      heads: { "+": { layer: 1, head: 0 }, "-": { layer: 1, head: 1 } },
    });
    expect(rows.map(({ group, head, unlabelled }) => [group, head, unlabelled])).toEqual([
      ["+", { layer: 1, head: 0 }, 0],
      ["-", { layer: 1, head: 1 }, 2],
    ]);
    // +: the three m are all right as it is, with L1H0 off one of them; of the three c two are right, and stay so
    // -: with L1H1 off the one m stays right and the one c does not
    expect(rows.map(({ losses }) => losses)).toMatchObject([
      [
        { label: "memorise", tokens: 3, correct: 3, correctAfter: 1 },
        { label: "change-one", tokens: 3, correct: 2, correctAfter: 2 },
      ],
      [
        { label: "memorise", tokens: 1, correct: 1, correctAfter: 1 },
        { label: "change-one", tokens: 1, correct: 1, correctAfter: 0 },
      ],
    ]);
    expect(rows.flatMap(({ losses }) => losses.map(({ relative }) => relative.value))).toBeAllClose(
      [2 / 3, 0, 0, 1],
      EXACT,
    );
  });

  test("whatever a group is called", () => {
    for (const group of ["__proto__", "constructor", "toString"]) {
      const [row] = memoriseTable([labelled(group, "mm", "11   11   11    01   10")], OPTIONS);
      expect(row).toMatchObject({ group, head: { layer: 1, head: 0 } });
    }
  });

  test("with the head off that costs the group most", () => {
    const rows = memoriseTable(CASES, OPTIONS);
    // right tokens of + with each head ablated: 3, 5, 3, 4. L0H0 and L1H0 are even, in nats too: the first
    expect(rows[0]!.head).toEqual({ layer: 0, head: 0 });
    expect(rows[0]!.losses.map(({ correctAfter }) => correctAfter)).toEqual([3, 0]);
    expect(rows[0]!.losses.map(({ relative }) => relative.value)).toBeAllClose([0, 1], EXACT);
    // of - : 4, 0, 4, 3
    expect(rows[1]!.head).toEqual({ layer: 0, head: 1 });
  });

  test("of answers that are right as it is: the third is not", () => {
    const [row] = memoriseTable(CASES, { ...OPTIONS, onlyCorrect: true, heads: { "+": { layer: 0, head: 0 } } });
    expect(row!.losses).toMatchObject([
      { tokens: 3, correct: 3, correctAfter: 3 },
      { tokens: 1, correct: 1, correctAfter: 0 },
    ]);
  });

  test("of a label that no token has is no number, and what has not been run is not counted", () => {
    const [row] = memoriseTable([CASES[1]!, { ...CASES[0]!, swept: undefined }], OPTIONS);
    expect(row!.losses[1]).toMatchObject({ tokens: 0, correct: 0, correctAfter: 0, relative: { value: Number.NaN } });
    expect(row!.losses[0]!.tokens).toBe(2);
  });

  test("have intervals that are under the same draws on both sides", () => {
    const cases = [labelled("+", "m", "1 1 0"), labelled("+", "m", "1 0 0"), labelled("-", "m", "1 0 0")];
    const lossOf = (head: number) =>
      memoriseTable(cases, { ...OPTIONS, draws: 1000, heads: { "+": { layer: 0, head } } })[0]!.losses[0]!.relative;
    // of two cases both, one or the other are drawn
    expect(lossOf(0)).toEqual({ value: 0.5, low: 0, high: 1 });
    expect(lossOf(1)).toEqual({ value: 1, low: 1, high: 1 });
  });
});

describe("the costliest head", () => {
  const swept = (...each: readonly string[]) =>
    each.map((one) => {
      const [baseline, ...heads] = scoresOf(one);
      return { baseline: baseline!, heads };
    });

  test("is the one without which fewest tokens are right, over all cases", () => {
    // 2 + 1, 1 + 2, 0 + 2
    expect(costliestHead(swept("11 11 10 00", "11 10 11 11"))).toBe(2);
  });

  test("of those that cost as many, is the one that costs more nats", () => {
    const [first] = swept("1 0 0 1");
    const heads = first!.heads.map((head, index) => ({ ...head, logProbability: [[-3], [-4], [-9]][index]! }));
    expect(costliestHead([{ ...first!, heads }])).toBe(1);
  });

  test("of no case is the first", () => {
    expect(costliestHead([])).toBe(0);
  });
});
