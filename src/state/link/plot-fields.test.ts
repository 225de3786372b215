import { afterEach, describe, expect, test } from "vitest";
import type { PlotQuantity } from "#protocol/lab.ts";
import { askedSession, SHIPPED } from "#test/asked-session.ts";
import { DEFAULT_PLOT, editPlot, forms } from "../lab/forms.ts";
import type { PlotForm } from "../lab/forms.ts";
import { clearLab, lab } from "../lab/tools.ts";
import { currentFragment, openLink } from "./links.ts";
import { NO_FINDING } from "./finding.ts";
import { decodeFinding, encodeFinding } from "./permalink.ts";
import { FIELDS } from "./permalink-fields.ts";

const finding = (plot: Partial<PlotForm>) => ({ ...NO_FINDING, prompt: "3+5=", view: "lab" as const, plot });

test("a plot's part goes with it, and what is as it first stands is left out", () => {
  const text = encodeFinding(finding({ ...DEFAULT_PLOT, part: "L4N425" }));
  expect(text).toBe("v=1&m=abacus&p=3%2B5=&view=lab&plq=activation&plp=L4N425");
  expect(decodeFinding(text)).toEqual({ finding: finding({ quantity: "activation", part: "L4N425" }), notices: [] });
});

test("everything else that was asked goes with it too", () => {
  const plot = { quantity: "head", part: "L0H7", operation: "-", template: "{a} minus {b}; is", to: 99 } as const;
  expect(decodeFinding(encodeFinding(finding(plot)))).toEqual({ finding: finding(plot), notices: [] });
});

test("a link without a plot has none", () => {
  expect(encodeFinding({ ...NO_FINDING, view: "lab" })).toBe("v=1&m=abacus&view=lab");
  expect(decodeFinding("view=lab").finding).not.toHaveProperty("plot");
});

describe("what cannot be used is said, and the rest still opens", () => {
  test.each([
    ["plq=size", "link: plq is “size”; it needs one of probability, logProbability, activation, head"],
    ["plp=seven", "link: plp is “seven”; it needs a head or a neuron"],
    ["plo=%5E", "link: plo is “^”; it needs one of +, -, *, /"],
    ["plt=", "link: plt is “”; it needs a prompt"],
    ["pln=100", "link: pln is “100”; it needs the largest operand, a whole number from 0 to 99"],
  ])("%s", (text, notice) => {
    const { finding: read, notices } = decodeFinding(`p=1&${text}`);
    expect(notices.join()).toContain(notice);
    expect(read.prompt).toBe("1");
  });
});

describe("the address of a page that has drawn a plot", () => {
  askedSession();
  const LINK = "#v=1&m=abacus&d=q8&p=3%2B5=&view=lab";
  const show = (status: "computing" | "done", quantity: PlotQuantity, to = 9) =>
    lab.setState({
      plot: {
        ...lab.getInitialState().plot,
        status,
        value: {
          asked: { template: "{a}+{b}=", operation: "+", a: { from: 0, to }, b: { from: 0, to }, quantity },
          values: [[1]],
          whole: undefined,
        },
      },
    });
  const HEAD_PLOT: PlotQuantity = { kind: "head", at: { layer: 0, head: 7 } };
  const plotOf = (fragment: string | undefined) => decodeFinding(fragment!).finding.plot;
  afterEach(() => {
    clearLab();
    forms.setState({ plot: DEFAULT_PLOT });
  });

  test("names the plot that a link asks for until that is drawn, then the one that is", () => {
    show("done", HEAD_PLOT);
    openLink(LINK, [SHIPPED]);
    expect(plotOf(currentFragment())).toEqual({ quantity: "head", part: "L0H7" });
    openLink(`${LINK}&plq=probability&pln=3`, [SHIPPED]);
    for (const status of ["done", "computing"] as const) {
      show(status, HEAD_PLOT);
      expect(plotOf(currentFragment())).toEqual({ quantity: "probability", to: 3 });
    }
    show("done", { kind: "probability" }, 3);
    expect(plotOf(currentFragment())).toEqual({ quantity: "probability", to: 3 });
    // what is typed is drawn once somebody asks for it
    editPlot({ to: 5 });
    expect(plotOf(currentFragment())).toEqual({ quantity: "probability", to: 3 });
    show("done", { kind: "probability" }, 5);
    expect(plotOf(currentFragment())).toEqual({ quantity: "probability", to: 5 });
  });

  test("names the part that the page suggested once it is drawn", () => {
    show("done", { kind: "probability" });
    openLink(`${LINK}&plq=head`, [SHIPPED]);
    expect(plotOf(currentFragment())).toEqual({ quantity: "head" });
    show("computing", HEAD_PLOT);
    expect(plotOf(currentFragment())).toEqual({ quantity: "head" });
    show("done", HEAD_PLOT);
    expect(plotOf(currentFragment())).toEqual({ quantity: "head", part: "L0H7" });
  });
});

test("no two fields of a link have one key", () => {
  const keys = FIELDS.map(({ key }) => key);
  expect(keys).toHaveLength(new Set(keys).size);
});
