// @vitest-environment happy-dom
import { act } from "react";
import type { ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, describe, expect, test } from "vitest";
import { divergingScale } from "#charts/colour.ts";
import { heatmap } from "#charts/maps/heatmap.ts";
import { chooseNumbers } from "#state/view.ts";
import { otherSentence } from "./heads/OtherWorthLine.tsx";
import { plotScale } from "#charts/plots/plot-scale.ts";
import type { MeasuredGroup } from "#state/lab/tools.ts";
import { groupSentence } from "./lab/lab-sentences.ts";
import { plainMetric } from "./patch/patch-words.ts";
import { LossWithoutHead } from "./chain/node/NodeFacts.tsx";
import { Picture } from "./guide/gallery/Picture.tsx";
import { HeadReadout } from "./heads/HeadReadout.tsx";
import { HeatmapFigure } from "./heads/HeatmapFigure.tsx";
import { HeatmapLegend } from "./heads/HeatmapLegend.tsx";
import { select } from "#state/view.ts";
import { reasonSentence, silentSentence } from "./guide/opening-words.ts";
import { comparisonSentence, topSentence } from "./neurons/neuron-sentences.ts";
import { DataTable } from "./shared/table/DataTable.tsx";
import { measure, plain } from "./shared/table/columns.tsx";
import { plainTableOf } from "./shared/table/plain-table.ts";
import { Value } from "./shared/figure/Value.tsx";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

/** ln 2: what switching off or saying something halves or doubles the answer by. */
const TWICE = Math.LN2;

const host = document.createElement("div");
const root = createRoot(host);
afterEach(() => {
  act(() => {
    root.render(null);
    chooseNumbers(false);
    select(undefined);
  });
});

/** Of a list whose proof is not what is asked here. */
const CERTIFIED = { evaluated: 1, total: 1, certified: true, target: 8 };

/** What stands on the page, without the researcher’s numbers and with them. */
function bothWays(page: ReactNode): readonly [plain: string, full: string] {
  const text = () => host.textContent.replaceAll("\u202F", " ");
  act(() => root.render(page));
  const without = text();
  act(() => chooseNumbers(true));
  return [without, text()];
}

describe("without the researcher’s numbers", () => {
  test.each([
    ["effect", TWICE, "÷2.0", "0.69"],
    ["increase", TWICE, "×2.0", "+0.69"],
    ["logProbability", -TWICE, "50.0 %", "−0.69"],
    ["figures", 1.5, "1.50", "1.50"],
  ] as const)("%s is a factor or a probability", (as, of, without, full) => {
    expect(bothWays(<Value of={of} as={as} />)).toEqual([without, full]);
  });

  test("a number alone is said in words, and keeps its whole on hover", () => {
    expect(bothWays(<Value of={TWICE} as="effect" hasUnit />)).toEqual(["2.0 times less likely", "0.69 nats"]);
    act(() => chooseNumbers(false));
    expect(host.querySelector(".value")!.getAttribute("title")).toBe(`${TWICE} nats`);
  });

  test("a table’s heads have no nats", () => {
    const columns = [
      plain<number>({ label: "part" }, () => "L0H7"),
      measure<number>({ label: "effect, nats" }, "effect", (effect) => effect),
      { ...measure<number>({ label: "log p" }, "logProbability", (effect) => -effect), plainly: { label: "left" } },
    ];
    expect(bothWays(<DataTable columns={columns} rows={[TWICE]} />)).toEqual([
      "parteffectleftL0H7÷2.050.0 %",
      "parteffect, natslog pL0H70.69−0.69",
    ]);
    // and so has the table of a frame
    expect(plainTableOf(columns, [TWICE])).toEqual({
      header: ["part", "effect", "left"],
      rows: [["L0H7", "÷2.0", "50.0\u202F%"]],
    });
  });

  test("the map of heads says what becomes of the answer, in cells, names and key", () => {
    const scale = divergingScale(Math.log(4), "linear", false);
    const map = heatmap([[Math.log(4), -TWICE, 0, Number.NaN]], 720, scale, { isPlain: true });
    expect(map.rows[0]!.cells.map(({ label }) => label)).toEqual(["÷4.0", "×2.0", "×1", ""]);
    act(() => root.render(<HeatmapFigure map={map} below={undefined} />));
    expect([...host.querySelectorAll('[role="gridcell"]')].map((cell) => cell.getAttribute("aria-label"))).toEqual([
      "L0H0: without it ÷4.0, 4.0 times less likely, on",
      "L0H1: without it ×2.0, 2.0 times more likely, on",
      "L0H2: without it ×1, as likely as before, on",
      "L0H3: effect not known yet, on",
    ]);
    expect(host.querySelector('[role="rowheader"]')!.getAttribute("aria-label")).toBe("Layer 0");
    const [key, full] = bothWays(<HeatmapLegend scale={scale} target="8" />);
    expect(key).toMatch(/^×4\.0×1÷4\.0red: 8 is more likely without the headblue: less likely/);
    expect(full).toMatch(/^−1\.390\.001\.39− red works against 8/);
  });

  test("the head that is pointed at says where the answer goes", () => {
    act(() => select({ kind: "head", at: { layer: 0, head: 0 } }));
    const [without, full] = bothWays(<HeadReadout effects={[[TWICE]]} baseline={Math.log(0.8)} />);
    expect(without).toMatch(/^L0H0 without it 80\.0 % → 40\.0 %, 2\.0 times less likely/);
    expect(full).toMatch(/^L0H0 0\.69 nats/);
  });

  test("both ablations of a head are said alike", () => {
    const worth = { prompts: ["1+1=", "2+2=", "3+3="], effect: 0 };
    expect(otherSentence({ layer: 0, head: 7 }, { effect: TWICE, worth, own: 0 }, true)).toBe(
      "L0H7 by zero: the answer is 2.0 times less likely; by its mean over 3 other prompts (1+1=, 2+2=, …): the answer is as likely as before. It does not survive the mean.",
    );
  });

  test("neurons make the answer more or less likely", () => {
    const row = { layer: 4, neuron: 425, promotes: [{ id: 8, text: "8" }] };
    const change = { ...row, change: TWICE, before: TWICE, after: 0, activationBefore: 3, activationAfter: 0, raw: [] };
    expect(comparisonSentence({ ...CERTIFIED, rows: [change] }, "8", true)).toBe(
      "L4N425 loses most: read off at its layer, before later layers add to it or undo it, it made “8” 2.0 times more likely, and now as likely as before; it promotes 8. 1 of the 1 have 8 among their first 3 tokens.",
    );
    expect(topSentence({ ...CERTIFIED, rows: [{ ...row, increase: TWICE, activation: 3 }] }, "8", true)).toBe(
      "L4N425 gives most: what it writes makes “8” 2.0 times more likely, read off at its layer, before later layers add to it or undo it; it promotes 8. 1 of the 1 have 8 among their first 3 tokens.",
    );
    expect(silentSentence({ most: change, spoke: change }, "8", true)).toBe(
      "L4N425 wrote 8 and made “8” 2.0 times more likely, read off at its layer, before later layers add to it or undo it; now as likely as before.",
    );
    const against = { ...change, neuron: 426, before: -TWICE, after: -TWICE };
    expect(silentSentence({ most: against, spoke: change }, "8", true)).toMatch(
      /; now as likely as before\. L4N426 loses most by speaking against “8”: read off likewise, it made it 2\.0 times less likely, now 2\.0 times less likely\.$/,
    );
    expect(silentSentence({ most: change, spoke: undefined }, "8", true)).toBe(
      "None of those that lose most spoke for the answer. L4N425 loses most by speaking against “8”: read off at its layer, before later layers add to it or undo it, it made it 2.0 times more likely, now as likely as before.",
    );
  });

  test("the opening says which head costs most without a nat", () => {
    const run = {
      top: [{ id: 1, text: "8", probability: 0.9 }],
      target: { id: 1, text: "8", rank: 0, probability: 0.9, logProbability: Math.log(0.9) },
    };
    const said = reasonSentence(
      {
        prompts: 8,
        before: run,
        after: run,
        most: { at: { layer: 0, head: 3 }, effect: TWICE },
        mostBefore: 0,
      } as never,
      "L0H7",
      true,
      true,
    );
    expect(said).toMatch(
      /By the mean L0H3 costs most: the answer is 2\.0 times less likely \(by zero as likely as before\)\.$/,
    );
  });

  test("a patch says how likely one answer is against the other: a difference of logits is the logarithm of that", () => {
    const answers = [
      { id: 8, text: "8" },
      { id: 7, text: "7" },
    ];
    const said = (metric: "logitDifference" | "logProbability" | "probability", value: number) =>
      plainMetric({ metric, answers }, value).replaceAll("\u202F", " ");
    expect(said("logitDifference", TWICE)).toBe("8 is 2.0 times more likely than 7");
    expect(said("logitDifference", -TWICE)).toBe("8 is 2.0 times less likely than 7");
    expect(said("logitDifference", 0)).toBe("8 is as likely as 7");
    expect(said("logProbability", -TWICE)).toBe("p(8) 50.0 %");
    expect(said("probability", 0.25)).toBe("p(8) 25.0 %");
  });

  test("what a deep neuron loses of its own say is no fall of the answer", () => {
    const [without, full] = bothWays(<LossWithoutHead of={TWICE} />);
    expect(without).toBe("of what it says itself, without the head÷2.0");
    expect(full).toBe("loses without the head0.69 nats");
  });

  test("a card of the findings tells of its map without nats", () => {
    const label = () => host.querySelector("svg")!.getAttribute("aria-label");
    act(() => root.render(<Picture of={{ kind: "heads", effects: [[0, TWICE]] }} />));
    expect(label()).toBe("What becomes of the answer without each head: most without L0H1, ÷2.0");
    act(() => chooseNumbers(true));
    expect(label()).toBe("What each head is worth: most L0H1, 0.69 nats");
  });

  test("the lab says a group's worth in probabilities, and plots in factors", () => {
    const found = {
      baseline: -TWICE,
      withoutGroup: -2 * TWICE,
      randomMean: -TWICE,
      randomSpread: 0.1,
      withoutRandom: [0, 0],
    };
    const group = { of: "3 neurons", prompt: "3+5=", target: "8", found } as unknown as MeasuredGroup;
    expect(groupSentence(group, true).replaceAll("\u202F", " ")).toBe(
      "After “3+5=”, in the model as it is, p(8) without the 3 neurons goes from 50.0 % to 25.0 %; without as many random ones of the same layers it is on geometric average 50.0 % (2 draws).",
    );
    const effects = plotScale("signedNats", [TWICE], false, true);
    expect([effects.text(TWICE), effects.short(-TWICE)]).toEqual(["÷2.0", "×2.0"]);
    expect(effects.legend.ticks.map(({ label }) => label)).toEqual(["×2.0", "×1", "÷2.0"]);
    expect(plotScale("logProbability", [-8], false, true).text(-TWICE)).toBe("50.0\u202F%");
  });
});
