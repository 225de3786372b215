import { describe, expect, test } from "vitest";
import type { PatchMap } from "#protocol/patching.ts";
import { DEFAULT_PATCH, NO_FINDING } from "../finding.ts";
import type { Finding } from "../finding.ts";
import { cellsOf, checkPatch, patchClaims, readPatchClaim, strongestCells } from "./patch-claims.ts";
import { decodeFinding, encodeFinding } from "../permalink.ts";
import { askedPatch, suggestedCorrupted } from "../../lab/patch-form.ts";
import type { DrawnPatch } from "../../lab/tools.ts";
import type { Subject } from "../../subject.ts";

const token = (text: string, id: number) => ({ id, text });
const TOKENS = { clean: [token("9", 9), token("-", 1)], corrupted: [token("9", 9), token("+", 2)] };

/** Two layers of two heads; the corrupted run has −2, the clean one 6. */
const MAP: PatchMap = {
  site: "z",
  direction: "denoise",
  metric: "logitDifference",
  answers: [token("5", 5), token("13", 13)],
  clean: 6,
  corrupted: -2,
  raw: [
    [-2, 5],
    [-4, Number.NaN],
  ],
  values: [
    [0, 7 / 8],
    [-0.25, Number.NaN],
  ],
  tokens: TOKENS,
  forwards: 5,
};
const FORM = { ...DEFAULT_PATCH, corrupted: "9+", site: "z" } as const;
const DRAWN: DrawnPatch = { asked: FORM, prompt: "9-", map: MAP, isWhole: true };
const ABOUT: Subject = {
  model: { id: "abacus", name: "abacus" },
  variant: "base",
  prompt: "9-",
  tokens: [],
  token: undefined,
  target: undefined,
  interventions: [],
};
const FINDING: Finding = {
  ...NO_FINDING,
  prompt: "9-",
  view: "patch",
  patch: { corrupted: "9+", site: "z" },
  expected: { patch: patchClaims(DRAWN) },
};
const slot = (value: DrawnPatch) => ({ value, about: ABOUT, status: "done", progress: undefined }) as const;

test("cells that are not known yet are none", () => {
  expect(cellsOf(MAP, FORM).map(({ name, value }) => [name, value])).toEqual([
    ["L0H0", 0],
    ["L0H1", 7 / 8],
    ["L1H0", -0.25],
  ]);
});

test("the strongest move the metric farthest from the run that goes on, in either direction", () => {
  expect(strongestCells(MAP, FORM, 2).map(({ name }) => name)).toEqual(["L0H1", "L1H0"]);
  const noise = { ...MAP, direction: "noise" } as const;
  expect(strongestCells(noise, FORM, 2).map(({ name }) => name)).toEqual(["L1H0", "L0H0"]);
});

test("positions and neurons have names of their own", () => {
  const named = (site: PatchMap["site"], neurons = "") =>
    cellsOf({ ...MAP, site }, { neurons }).map(({ name }) => name);
  expect(named("resid_pre")).toEqual(["L0P0", "L0P1", "L1P0"]);
  expect(named("post", "L4N425, 5.13")).toEqual(["L4N425P0", "L4N425P1", "L5N13P0"]);
});

describe("a link", () => {
  test("carries the pair, what was patched and the strongest numbers", () => {
    const text = encodeFinding(FINDING);
    expect(text).toContain("&pc=9%2B&ps=z&pe=clean:6;corrupted:-2;L0H1:5;L1H0:-4;L0H0:-2");
    expect(decodeFinding(text)).toEqual({ finding: FINDING, notices: [] });
  });

  test("carries everything else that was asked", () => {
    const patch = {
      corrupted: "9+4=",
      site: "z",
      direction: "noise",
      metric: "probability",
      right: "5",
      wrong: " 13;",
      position: 4,
      neurons: "L4N425 L5N13",
    } as const;
    const finding = { ...FINDING, patch };
    expect(decodeFinding(encodeFinding(finding)).finding.patch).toEqual(patch);
  });

  test.each([
    ["ps=hook_z", "link: ps is “hook_z”; it needs one of resid_pre, resid_mid"],
    ["pd=both", "link: pd is “both”; it needs one of denoise, noise"],
    ["pp=-1", "link: pp is “-1”; it needs a position, a whole number from 0"],
    ["pe=L0:3", "link: pe lists “L0:3”; it needs to be clean, corrupted or a patched part"],
  ])("says what cannot be used: %s", (text, notice) => {
    expect(decodeFinding(text).notices.join()).toContain(notice);
  });

  test.each(["clean:1", "L2P4:0.5", "L0H7:-3", "L4N425P3:2"])("claims %s", (text) => {
    expect(readPatchClaim(text)).toMatchObject({ value: Number(text.split(":")[1]) });
  });
});

describe("a check", () => {
  test("is reproduced by the same patches of the same pair", () => {
    const check = checkPatch(FINDING, slot(DRAWN))!;
    expect(check.verdict).toBe("reproduced");
    expect(check.reason).toBe("All 5 numbers lie within 0.001 logits of the link's.");
    expect(check.rows.map(({ name }) => name)).toEqual([
      "the clean prompt",
      "the corrupted prompt",
      "L0H1 patched",
      "L1H0 patched",
      "L0H0 patched",
    ]);
  });

  test("differs where a number does", () => {
    const raw = [
      [-2, 5.1],
      [-4, 0],
    ];
    expect(checkPatch(FINDING, slot({ ...DRAWN, map: { ...MAP, raw } }))!.verdict).toBe("differs");
  });

  test.each<[string, Partial<DrawnPatch>]>([
    ["another corrupted prompt", { asked: { ...FORM, corrupted: "9*" } }],
    ["another site", { asked: { ...FORM, site: "attn_out" } }],
    ["another direction", { asked: { ...FORM, direction: "noise" } }],
    ["another position", { asked: { ...FORM, position: 1 } }],
    ["other answers", { asked: { ...FORM, right: "5" } }],
    ["a map that is not whole", { isWhole: false }],
  ])("is not made by %s", (_name, change) => {
    expect(checkPatch(FINDING, slot({ ...DRAWN, ...change }))).toBeUndefined();
  });

  test("is made whatever stands in fields that the site does not have", () => {
    const asked = { ...FORM, neurons: "L0N1" };
    expect(checkPatch(FINDING, slot({ ...DRAWN, asked }))!.verdict).toBe("reproduced");
  });
});

describe("the prompt that is suggested", () => {
  test.each(["3+5=", "45+27=", "the sum of 3 and 5 is"])("differs from “%s” in its last number alone", (prompt) => {
    const other = suggestedCorrupted(prompt);
    const [, before, last, after] = /^(.*?)(\d+)(\D*)$/.exec(prompt)!;
    expect(other).toHaveLength(prompt.length);
    expect(other.startsWith(before!) && other.endsWith(after!)).toBe(true);
    expect(other.slice(before!.length, before!.length + last!.length)).toMatch(/^\d+$/);
    expect(other).not.toBe(prompt);
  });

  test("is none where there is no number, and stands for a field that was left empty", () => {
    expect(suggestedCorrupted("the nurse said that")).toBe("");
    expect(askedPatch(DEFAULT_PATCH, "3+5=").corrupted).toBe(suggestedCorrupted("3+5="));
    expect(askedPatch(FORM, "3+5=").corrupted).toBe("9+");
  });
});
