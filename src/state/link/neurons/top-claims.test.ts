import { fc } from "#test/fast-check.ts";
import { describe, expect, test } from "vitest";
import { settle } from "#test/asked-engine.ts";
import { askedSession, HEAD, SHIPPED } from "#test/asked-session.ts";
import { setPrompt, togglePart } from "../../question.ts";
import { hover, setCount, showTab } from "../../view.ts";
import { openedCheck } from "../checking/whole-check.ts";
import { NO_FINDING } from "../finding.ts";
import { currentFragment, openLink } from "../links.ts";
import { decodeFinding, encodeFinding } from "../permalink.ts";
import { sharedFragment } from "../shared-link.ts";
import { topClaims } from "./top-claims.ts";

const row = (neuron: number, increase: number) => ({
  layer: 1,
  neuron,
  increase,
  activation: 1,
  promotes: [],
  raw: [],
});
const list = (...increases: readonly number[]) => increases.map((increase, neuron) => row(neuron, increase));
/** As many rows as the shortest list has. */
const TEN = [3, 2, 1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3];

describe("of the neurons that give the answer most a link claims", () => {
  test("the three first, by name", () => {
    expect(topClaims({ rows: list(...TEN) })).toEqual([
      { name: "L1N0", value: 3 },
      { name: "L1N1", value: 2 },
      { name: "L1N2", value: 1 },
    ]);
  });

  test.each<[string, readonly number[], number]>([
    ["all of a model with fewer neurons than a list has", [0.3, 0.3], 2],
    ["none where all are as good as the tenth", Array.from({ length: 10 }, () => 0.5), 0],
    // 2.1e-3: what two honest runs may move two numbers by, and the link's rounding
    ["none that lies 0.002 above the tenth", [3, 2, 0.302, ...TEN.slice(3)], 2],
    ["what lies 0.0022 above the tenth", [3, 2, 0.3022, ...Array.from({ length: 7 }, () => 0.3)], 3],
    [
      "what the shortest list has, of a longer one",
      [...TEN.slice(0, 9), 0.9995, ...Array.from({ length: 40 }, () => 0)],
      2,
    ],
  ])("%s", (_what, increases, claimed) => {
    expect(topClaims({ rows: list(...increases) })).toHaveLength(claimed);
  });

  test("nothing that another machine's rounding takes off its list", () => {
    const nats = fc.integer({ min: -20, max: 40 }).map((thousandths) => thousandths / 1_000);
    const moved = fc.double({ min: -5e-4, max: 5e-4, noNaN: true });
    const neurons = fc.array(fc.tuple(nats, moved, moved), { minLength: 1, maxLength: 60 });
    const sorted = (rows: readonly ReturnType<typeof row>[]) => rows.toSorted((a, b) => b.increase - a.increase);
    fc.assert(
      fc.property(neurons, fc.constantFrom(10, 20, 50), (values, count) => {
        // two honest runs, each within 5e-4 of float64
        const [here, there] = [1, 2].map((machine) =>
          sorted(values.map(([exact, ...noise], neuron) => row(neuron, exact + noise[machine - 1]!))),
        );
        const expected = { topNeurons: topClaims({ rows: here!.slice(0, count) }) };
        const claimed = decodeFinding(encodeFinding({ ...NO_FINDING, expected })).finding.expected.topNeurons ?? [];
        const found = new Map(there!.slice(0, 10).map(({ neuron, increase }) => [`L1N${neuron}`, increase]));
        for (const { name, value } of claimed) {
          expect(found.has(name)).toBe(true);
          expect(Math.abs(found.get(name)! - value)).toBeLessThanOrEqual(1e-3 + 5e-5 + 1e-12);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("on the page", () => {
  const { answerBefore, last, waiting } = askedSession();
  const LINK = "#v=1&m=abacus&d=q8&p=3%2B5=&view=neurons&b=-0.5";
  const answerTop = async (certified = true) => {
    await settle();
    await last("topNeurons").answer({ target: 8, rows: list(...TEN), evaluated: 10, total: 40, certified });
  };
  const checked = () => openedCheck()!;

  test.each([
    ["the same", "te=L1N0:3;L1N1:2;L1N2:1", "reproduced"],
    ["the same, its name with a zero in front", "te=L01N0:3", "reproduced"],
    ["the last of the list", "te=L1N9:0.3", "reproduced"],
    ["within what rounding may make", "te=L1N0:3.001;L1N1:1.999", "reproduced"],
    ["another number", "te=L1N0:3.0012", "differs"],
    ["a neuron that the list proves to be smaller", "te=L0N0:3", "differs"],
    ["the same beside one that is as claimed", "te=L1N0:3;L0N0:2.9", "differs"],
    // 0.3 is the last of the list, and two honest runs may move two numbers by 2.1e-3
    ["a neuron that has to be on the list", "te=L0N0:0.3022", "differs"],
    ["a neuron that rounding may have taken off the list", "te=L0N0:0.302", "partly"],
    ["a neuron below the list", "te=L0N0:0.2", "partly"],
    ["a neuron below the list, beside one that is the same", "te=L1N0:3;L0N1:0.0001", "partly"],
    ["a neuron that the model does not have", "te=L9N99999:1", "partly"],
    ["a neuron below the list, beside another number", "te=L1N0:2;L0N1:0.0001", "differs"],
    ["the same of another content", "h=0123456789ab&te=L1N0:3", "agrees"],
    ["the same in another precision", "d=f32&te=L1N0:3", "agrees"],
    ["one of two that cannot be read", "te=L1N0:3;L1H1:2", "partly"],
  ])("%s: %s is %s", async (_what, claims, verdict) => {
    openLink(`${claims.includes("d=") ? LINK.replace("d=q8&", "") : LINK}&${claims}`, [SHIPPED]);
    if (claims.includes("d=")) return;
    expect(checked()).toMatchObject({ verdict: "open", open: ["answer", "topNeurons"] });
    await answerBefore();
    expect(checked()).toMatchObject({ verdict: "open", checked: ["answer"], open: ["topNeurons"] });
    await answerTop();
    expect(checked()).toMatchObject({ verdict, open: [] });
    hover({ kind: "head", at: { layer: 0, head: 1 } });
    expect(checked().verdict).toBe(verdict);
  });

  test.each<[boolean, string, string]>([
    [true, "differs", "Not found here: increase of L0N0 (at most 0.3 by the certified list of this page)."],
    [false, "partly", "Not measured here: increase of L0N0 (not in the list of this page)."],
  ])("a list that is certified, %s, speaks against what it leaves out: %s", async (certified, verdict, reason) => {
    openLink(`${LINK}&te=L0N0:3`, [SHIPPED]);
    await answerBefore();
    await answerTop(certified);
    expect(checked()).toMatchObject({ verdict });
    expect(checked().of.topNeurons!.reason).toBe(reason);
  });

  test("a copied link carries them where the list is shown and nothing is ablated, and whoever opens it has them reproduced", async () => {
    openLink(LINK.replace("&b=-0.5", ""), [SHIPPED]);
    await answerBefore();
    expect(sharedFragment()).not.toContain("te=");
    await answerTop();
    const copied = sharedFragment()!;
    expect(copied).toContain("&b=-0.5&te=L1N0:3;L1N1:2;L1N2:1");
    showTab("heads");
    expect(sharedFragment()).not.toContain("te=");
    openLink(copied, [SHIPPED]);
    await answerBefore();
    expect(checked()).toMatchObject({ verdict: "reproduced", checked: ["answer", "topNeurons"], count: 4 });
  });

  test("the list is asked for on whichever tab the link opens, and its numbers stay in the address", async () => {
    openLink(`${LINK.replace("view=neurons&", "")}&te=L1N0:3`, [SHIPPED]);
    await answerBefore();
    await answerTop();
    expect(checked().verdict).toBe("reproduced");
    expect(currentFragment()).toContain("te=L1N0:3");
    setPrompt("9-4=");
    expect(currentFragment()).not.toContain("te=");
  });

  test("what is ablated plays no part: they are the clean run's", async () => {
    openLink(`${LINK}&x=L0H1*0&te=L1N0:3`, [SHIPPED]);
    await answerBefore();
    await answerTop();
    expect(checked()).toMatchObject({ of: { topNeurons: { verdict: "reproduced" } } });
    togglePart(HEAD);
    expect(openedCheck()).toBeUndefined();
  });

  test("a list of another length is another answer", async () => {
    openLink(`${LINK}&te=L1N0:3`, [SHIPPED]);
    await answerBefore();
    await answerTop();
    setCount(20);
    await settle();
    expect(waiting("topNeurons").at(-1)!.options).toMatchObject({ count: 20 });
    expect(checked()).toMatchObject({ verdict: "open", open: ["topNeurons"] });
    setCount(10);
  });

  test("an earlier list is handed on while a newer prompt waits for its own", async () => {
    openLink(LINK, [SHIPPED]);
    await answerBefore();
    await answerTop();
    setPrompt("9-4=");
    expect(sharedFragment()).toContain("p=3%2B5=&view=neurons&sort=-change&b=-0.5&te=L1N0:3;L1N1:2;L1N2:1");
  });
});
