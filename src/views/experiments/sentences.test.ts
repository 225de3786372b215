import { describe, expect, test } from "vitest";
import type { ResultFor } from "#protocol/experiments.ts";
import { adapters } from "./pages/adapters.tsx";
import { bias } from "./pages/bias.tsx";
import { heads } from "./pages/heads.tsx";
import { memorise } from "./pages/memorise.tsx";
import { patching } from "./pages/patching.tsx";
import { stages } from "./pages/stages.tsx";
import { namesOf, tiedFirst } from "./result/tied.ts";

const exact = (value: number) => ({ value, low: Number.NaN, high: Number.NaN });
/** A percent sign stands behind a narrow space, whichever it is. */
const plainly = (text: string) => text.replaceAll(/\s/gu, " ");

describe("the first place", () => {
  test.each([
    [
      [0.4, 0.4, 0.2],
      [0.4, 0.4],
    ],
    [
      [0.2, 0.1 + 0.2, 0.3],
      [0.1 + 0.2, 0.3],
    ],
    [[Number.NaN, 0.1], [0.1]],
    [[-0.1, -0.2], [-0.1]],
    [[Number.NaN], []],
    [[], []],
  ])("of %j is shared by %j", (values, first) => {
    expect(tiedFirst(values, (value) => value)).toEqual(first);
  });

  test.each([
    [[], ""],
    [["a"], "a"],
    [["a", "b"], "a and b"],
    [["a", "b", "c"], "a, b and c"],
    [["a", "b", "c", "d", "e"], "a, b, c and 2 more"],
  ])("%j are named as %s", (names, text) => {
    expect(namesOf(names)).toBe(text);
  });
});

describe("heads", () => {
  const row = (head: number, drop: number) => ({
    at: { layer: 0, head },
    effects: [],
    all: {
      accuracy: 1 - drop,
      drop: exact(drop),
      relative: exact(drop),
      change: exact(0.5),
      selectivity: exact(0),
      otherHeads: { mean: 0.1, spread: 0.05 },
    },
  });
  const say = (isPlain: boolean, ...rows: ReturnType<typeof row>[]) =>
    plainly(
      heads.sentence(
        {
          request: { per: "token" },
          found: { heads: rows, groups: [], all: { accuracy: exact(1) } },
        } as unknown as ResultFor<"heads">,
        {},
        isPlain,
      ),
    );
  const said = (...rows: ReturnType<typeof row>[]) => say(false, ...rows);

  test("half a nat lost makes the answer e^½ times less likely", () => {
    expect(said(row(6, 0.4))).toContain("(relative 40.0 %), and +0.50 nats on average;");
    expect(say(true, row(6, 0.4))).toContain(
      "(relative 40.0 %), and the right answer becomes 1.65 times less likely on geometric average;",
    );
  });

  test.each([
    [false, "nats lost"],
    [true, "the answer without it"],
  ])("figures are told with the measure that they show, plainly: %s", (isPlain, measured) => {
    const result = { found: { heads: [], groups: [] } } as unknown as ResultFor<"heads">;
    expect(heads.figures.map(({ label }) => label({ measure: "change" }, result, isPlain))).toEqual([
      `Maps of heads: ${measured}; blue: the head is needed`,
      `The 10 costliest heads: ${measured}; grey: other heads of the layer`,
    ]);
  });

  test("one that costs most is alone", () => {
    expect(said(row(1, 0.2), row(6, 0.4))).toMatch(
      /^L0H6 costs most over all groups: 40\.0 % of the answer tokens in absolute terms, from 100\.0 % to 60\.0 % \(relative 40\.0 %\), and/,
    );
  });
  test("those that cost as much stand beside it", () => {
    expect(said(row(6, 0.4), row(7, 0.4), row(0, 0.4), row(1, 0.2))).toMatch(
      /^L0H6, L0H7 and L0H0 cost most over all groups: 40\.0 % of the answer tokens each in absolute terms, from 100\.0 % to 60\.0 %\. L0H6 of them: relative 40\.0 %, and/,
    );
  });
});

describe("gender bias", () => {
  /** A word twice as likely on its own side, and √2 times with the neurons scaled: half of the logarithm is gone. */
  const found = (low: number) => ({
    pairs: 3,
    bias: { value: Math.LN2, low, high: 1 },
    rows: [
      {
        count: 18,
        bias: exact(Math.LN2 / 2),
        reduction: exact(0.5),
        random: { mean: Math.LN2, spread: 0 },
        costs: [],
      },
    ],
  });
  const result = (low: number) => ({ request: { scale: 0 }, found: found(low) }) as unknown as ResultFor<"bias">;
  const said = (isPlain: boolean, low = 0.25) => plainly(bias.sentence(result(low), {}, isPlain));

  test("is a geometric mean without nats, of whose logarithm a share is taken away", () => {
    expect(said(true)).toMatch(
      /^On its own side a word is on geometric average 2\.0 times more likely than on the other \(3 pairs\); multiplying 18 neurons by 0 leaves ×1\.41 \(50\.0 % of its logarithm taken away\), random ones of the same layers ×2\.0;/,
    );
    expect(said(false)).toContain("The gap is 0.69 nats");
    expect(said(false)).toContain("leaves 0.35 (50.0 % taken away)");
  });

  test("no bias is a gap of 0, and a factor of ×1", () => {
    expect(said(true, -0.5)).toContain("; the interval is not above ×1, so that");
    expect(said(false, -0.5)).toContain("; the interval is not above 0, so that");
  });

  test("the figure is headed with nats only where its ticks have them", () => {
    const { heading } = bias.figures[0]!;
    expect(heading!(result(0), {})).toBe("Bias with the first k neurons multiplied by 0, in nats");
    expect(heading!(result(0), {}, true)).toBe("Bias with the first k neurons multiplied by 0");
  });
});

describe("LoRA", () => {
  const adapter = (layer: number, accuracy: number) => ({
    name: `layer-${layer}`,
    layers: [layer],
    all: { accuracy: exact(accuracy), gain: exact(accuracy - 0.5) },
    growth: [],
  });
  const said = (...list: ReturnType<typeof adapter>[]) =>
    plainly(
      adapters.sentence(
        {
          request: { per: "token" },
          found: { base: { all: exact(0.5) }, adapters: list },
        } as unknown as ResultFor<"adapters">,
        {},
      ),
    );

  test("one that is best is alone", () => {
    expect(said(adapter(0, 0.75), adapter(1, 1))).toContain("The best is layer-1 (layer 1) with 100.0 %, a difference");
  });
  test("all that are as good are the best", () => {
    expect(said(...[0, 1, 2, 3, 4, 5].map((layer) => adapter(layer, 1)))).toContain(
      "layer-0, layer-1, layer-2 and 3 more are the best with 100.0 % each, a difference of 50.0 %.",
    );
  });
});

describe("stages", () => {
  const share = (ablation: string, low = Number.NaN) => {
    const value = { value: 0.5, low, high: low };
    return { group: "", ablation, cases: 20, stages: [value, value, value, value], four: value };
  };
  const result = (cases: readonly number[], low?: number) =>
    ({
      found: {
        shares: [share("zero", low)],
        predicting: cases.map((count, head) => ({ ablation: "zero", at: { layer: 0, head }, cases: count, of: 16 })),
        cases: [],
      },
    }) as unknown as ResultFor<"stages">;

  test("heads that predict as often are all named", () => {
    expect(stages.sentence(result([5, 4]), {})).toContain("; L0H0 predicts most often, in 5 of 16.");
    expect(stages.sentence(result([5, 5, 4]), {})).toContain("; L0H0 and L0H1 predict most often, each in 5 of 16.");
  });

  test("a caption promises intervals where there are some", () => {
    const label = (low?: number) => stages.figures[0]!.label({}, result([], low));
    expect(label()).toBe("Share of cases in which each stage has evidence, by ablation");
    expect(label(0.25)).toBe("Share of cases in which each stage has evidence, by ablation, with 95 % intervals");
  });
});

describe("memorise", () => {
  const row = (group: string, looked: number, changed: number, tokens: readonly [number, number] = [4, 4]) => ({
    group,
    head: { layer: 0, head: 7 },
    unlabelled: 0,
    losses: [
      { label: "memorise", tokens: tokens[0], correct: 4, correctAfter: 2, relative: exact(looked) },
      { label: "change-one", tokens: tokens[1], correct: 4, correctAfter: 2, relative: exact(changed) },
    ],
  });
  const said = (...found: ReturnType<typeof row>[]) =>
    plainly(memorise.sentence({ request: {}, found } as unknown as ResultFor<"memorise">, {}));

  test("an operation that cannot be compared is named with what it lacks", () => {
    expect(said(row("+", 0.5, 0.25), row("÷", 0.5, Number.NaN, [4, 0]))).toBe(
      "Lost: + without L0H7: 50.0 % of what is looked up, 25.0 % of what is changed. Not compared: ÷ has no token that is changed. Switched off by zero-ablation.",
    );
    expect(said(row("×", Number.NaN, 0.25))).toContain("Not compared: × has no right token that is looked up.");
    expect(said(row("words", Number.NaN, Number.NaN, [0, 0]))).toContain(
      "words has no token that is looked up and none that is changed.",
    );
    expect(said(row("+", 0.5, 0.25))).not.toContain("Not compared");
  });
});

describe("patching over pairs", () => {
  const cell = (value: number, moved: number) => ({
    value: exact(value),
    moved: exact(moved),
    other: 0.4,
    shuffled: 0.1,
  });
  const group = (name: string, rows: readonly (readonly ReturnType<typeof cell>[])[], clean = 12, corrupted = -10) => ({
    name,
    pairs: 3,
    clean: exact(clean),
    corrupted: exact(corrupted),
    rows,
  });
  const result = (groups: readonly ReturnType<typeof group>[], request: object = {}) =>
    ({
      kind: "patching",
      request: { site: "z", direction: "denoise", ...request },
      found: { groups, left: 2 },
      steps: 3,
      stepsInAll: 3,
    }) as unknown as ResultFor<"patching">;
  const SCALED = group("operator", [[cell(0.1, 2), cell(0.9, 20)]]);
  const UNSCALED = [[cell(Number.NaN, -0.3), cell(Number.NaN, 0.1)]];
  const ONE_ANSWER = group("same answer", UNSCALED, -0.05, -0.4);
  const MIXED = group("operand", UNSCALED, 5.8, -4);

  test("say which part moves the answer most, and what its controls give there", () => {
    expect(plainly(patching.sentence(result([SCALED, ONE_ANSWER]), {}))).toBe(
      "Over 3 pairs (operator) the metric is 12.00 after the clean prompts and −10.00 after the corrupted ones. L0H1 moves it most, to 0.90 where 0 is corrupted and 1 clean; another pair’s activation there gives 0.40, its own at other positions 0.10.",
    );
  });

  test("say of pairs with one answer how far it moved", () => {
    expect(patching.sentence(result([SCALED, ONE_ANSWER]), { group: "same answer" })).toContain(
      "Where both prompts have one answer its log-probability is the metric; L0H0 moves that most, by −0.30 nats.",
    );
  });

  test("without nats: e^12 is 162,755 and e^10 is 22,026, e^0.3 is 1.35", () => {
    expect(plainly(patching.sentence(result([SCALED, ONE_ANSWER]), {}, true))).toMatch(
      /^Over 3 pairs \(operator\), on geometric average, the clean answer is 163,000 times more likely than the corrupted one after the clean prompts, and 22,000 times less likely than it after the corrupted ones\. L0H1 moves it most/,
    );
    expect(patching.sentence(result([SCALED, ONE_ANSWER]), { group: "same answer" }, true)).toMatch(
      /L0H0 moves it most: on geometric average the answer becomes 1\.35 times less likely\.$/,
    );
  });

  test("where some pairs have one answer and others two, no mean of both is told as a probability", () => {
    expect(patching.sentence(result([MIXED]), {}, true)).toBe(patching.sentence(result([MIXED]), {}));
    expect(patching.sentence(result([MIXED]), {}, true)).not.toContain("%");
  });

  test("are averaged as factors, of pairs with one answer, where factors are shown", () => {
    const label = (group: string, isPlain: boolean) =>
      patching.figures[0]!.label({ group }, result([SCALED, ONE_ANSWER]), isPlain);
    expect(label("same answer", true)).toBe("Patches, geometric mean over the pairs");
    expect(label("same answer", false)).toBe("Patches, mean over the pairs");
    expect(label("operator", true)).toBe("Patches, mean over the pairs");
  });

  test("count positions from the end, and say what is left out", () => {
    const byPosition = result([SCALED], { site: "resid_post" });
    expect(patching.sentence(byPosition, {})).toContain("L0 at −1 moves it most");
    expect(patching.file(byPosition).rows.map(([part, , , layer, col]) => [part, layer, col])).toEqual([
      ["L0 at −2", 0, -2],
      ["L0 at −1", 0, -1],
    ]);
    expect(patching.note(byPosition, {})).toContain("2 pairs are left out");
  });

  test("draw the normalised values, or what moved where there are none", () => {
    const drawn = (name: string) =>
      JSON.stringify(
        patching.figures[0]!.draw(
          result([SCALED, ONE_ANSWER]),
          { width: 640, isDark: false, isPlain: false },
          { group: name },
        ).marks,
      );
    expect(drawn("operator")).toContain("0 corrupted, 1 clean");
    expect(drawn("operator")).toContain("0.90");
    expect(drawn("same answer")).toContain("nats moved");
    expect(drawn("same answer")).toContain("−0.30");
    const plain = JSON.stringify(
      patching.figures[0]!.draw(
        result([SCALED, ONE_ANSWER]),
        { width: 640, isDark: false, isPlain: true },
        { group: "same answer" },
      ).marks,
    );
    expect(plain).not.toContain("nats");
    // e^0.3 = 1.35
    expect(plain).toContain("÷1.35");
    expect(patching.sentence(result([]), {})).toBe("Nothing has been run yet.");
    expect(
      patching.figures[0]!.draw(result([]), { width: 640, isDark: false, isPlain: false }, {}).width,
    ).toBeGreaterThan(0);
  });
});
