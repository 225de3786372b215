import "#state/experiments/behind-door.ts";
import { describe, expect, test } from "vitest";
import { decodeFinding, encodeFinding } from "../permalink.ts";
import { NO_FINDING } from "../finding.ts";
import { TOLERANCE_NATS, compared, lacking, verdictOf, verify } from "./verification.ts";

const neuron = (change: number) => [{ at: { layer: 4, neuron: 425 }, change }];

const precision = (claimed: string, measured: string) =>
  [{ kind: "precision", sentence: `the numbers were found in ${claimed} and checked in ${measured}` }] as const;

describe("a finding's numbers", () => {
  test("are reproduced by a run that differs in the order of its sums only", () => {
    const found = verify(
      { baseline: -0.0601, changed: -7.9762, neurons: neuron(0.697) },
      { baseline: -0.06008, changed: -7.9758, neurons: neuron(0.69702) },
    );
    expect(found.verdict).toBe("reproduced");
    expect(found.largestDifference).toBeCloseTo(0.0004, 10);
    expect(found.rows.map((row) => row.name)).toEqual([
      "log p(target)",
      "log p(target) with the interventions",
      "change of L4N425",
    ]);
    expect(found.reason).toBe("All 3 numbers lie within 0.001 nats of the link's.");
  });

  test.each([
    [{ baseline: -0.06 }, "The number lies within 0.001 nats of the link's."],
    [{ baseline: -0.06, changed: -7.98 }, "Both numbers lie within 0.001 nats of the link's."],
    [{ baseline: -0.06, changed: -7.98, neurons: neuron(0.7) }, "All 3 numbers lie within 0.001 nats of the link's."],
  ])("are counted in the sentence as one counts: %j", (claims, reason) => {
    expect(verify(claims, claims)).toMatchObject({ verdict: "reproduced", reason });
  });

  test("survive the rounding of the link itself", () => {
    const measured = {
      baseline: -0.06008269846431545,
      changed: -7.976193967263718,
      neurons: neuron(0.69740951),
    };
    const read = decodeFinding(encodeFinding({ ...NO_FINDING, expected: measured })).finding.expected;
    expect(verify(read, measured).verdict).toBe("reproduced");
    expect(verify(read, measured).largestDifference).toBeLessThanOrEqual(0.5e-4);
  });

  test("differ beyond the tolerance, and say by how much", () => {
    const found = verify({ baseline: -0.06 }, { baseline: -0.26 }, []);
    expect(found).toMatchObject({
      verdict: "differs",
      rows: [{ expected: -0.06, measured: -0.26 }],
    });
    expect(found.rows[0]!.difference).toBeCloseTo(-0.2, 10);
    expect(found.reason).toBe(
      "The largest difference is 0.2 nats; 0.001 are allowed. Rounding does not explain it: the model, the method or a machine’s arithmetic differs, or the link was altered or mistyped.",
    );
  });

  test("differ in another precision too, with quantisation as the reason", () => {
    const found = verify({ baseline: -0.06 }, { baseline: -0.08 }, precision("q4", "f32"));
    expect(found.verdict).toBe("differs");
    expect(found.reason).toContain("Quantisation may explain it: the numbers were found in q4 and checked in f32.");
  });

  test("are not reproduced in another precision that happens to agree, and it says so", () => {
    const found = verify({ baseline: -0.06 }, { baseline: -0.0601 }, precision("q8", "f32"));
    expect(found.verdict).toBe("agrees");
    expect(found.reason).toBe(
      "The number lies within 0.001 nats of the link's. It is no reproduction: the numbers were found in q8 and checked in f32.",
    );
  });

  test("are not reproduced by a run that does not give one of them", () => {
    const found = verify({ baseline: -0.06, neurons: neuron(0.7) }, { baseline: -0.06, neurons: [] });
    expect(found).toMatchObject({
      verdict: "partly",
      largestDifference: 0,
      reason: "The number lies within 0.001 nats of the link's. Not measured here: change of L4N425.",
    });
  });

  test("are not reproduced by a run that gave NaN", () => {
    expect(verify({ changed: -1 }, { changed: Number.NaN }).verdict).toBe("differs");
  });

  test("need not be there", () => {
    expect(verify({}, { baseline: -0.06 })).toEqual({
      verdict: "nothing claimed",
      largestDifference: 0,
      isFar: false,
      rows: [],
      reason: "The link carries no numbers to check.",
    });
  });

  test.each([
    ["just inside", 0.99, "reproduced"],
    ["just outside", 1.01, "differs"],
  ])("are held to the tolerance: %s", (_, factor, verdict) => {
    expect(verify({ baseline: -1 }, { baseline: -1 + factor * TOLERANCE_NATS }).verdict).toBe(verdict);
  });
});

describe("numbers that are no nats", () => {
  test.each([
    [
      "logits",
      "The number lies within 0.001 logits of the link's.",
      "The largest difference is 0.2 logits; 0.001 are allowed.",
    ],
  ] as const)("are held to as much, and said as what they are: %s", (unit, agrees, differs) => {
    const found = (measured: number) => verdictOf(compared("it", 0.5, measured, unit), []);
    expect(found(0.5009)).toMatchObject({ verdict: "reproduced", reason: agrees });
    expect(found(0.7).reason.startsWith(differs)).toBe(true);
    expect(found(0.7).verdict).toBe("differs");
    expect(found(Number.NaN).verdict).toBe("differs");
  });
});

describe("probabilities and parts of attention", () => {
  const verdict = (expected: number, measured: number) => verdictOf(compared("p", expected, measured, "share"), []);

  // ln p within 1e-3 is p within 1e-3 of itself; links have four decimals
  test.each<[string, number, number, string]>([
    ["a large one by rounding", 0.942, 0.9429, "reproduced"],
    ["a large one by more", 0.942, 0.9431, "differs"],
    ["half by rounding", 0.5, 0.5005, "reproduced"],
    ["half by more", 0.5, 0.5009, "differs"],
    ["a small one by the link's rounding", 0.0004, 0.00044, "reproduced"],
    ["a small one that is another", 0.0004, 0.0009, "differs"],
    ["a small one that is gone", 0.0004, 0, "differs"],
    ["one that the link rounds to nothing", 0, 0.00004, "reproduced"],
    ["one that is more than the link rounds to nothing", 0, 0.0004, "differs"],
  ])("are held to a thousandth of themselves: %s", (_, expected, measured, is) => {
    expect(verdict(expected, measured).verdict).toBe(is);
  });

  test("are said with what is allowed of them", () => {
    expect(verdict(0.5, 0.5).reason).toBe("The number lies within 0.00055 of the link's.");
    expect(verdict(0.0004, 0.0009).reason).toContain("The largest difference is 0.0005; 0.000051 are allowed.");
    // the small one is farther beyond what is allowed, though the large one differs by more
    const both = [...compared("p", 0.5, 0.501, "share"), ...compared("q", 0.0004, 0.0009, "share")];
    expect(verdictOf(both, []).reason).toContain("The largest difference is 0.0005; 0.000051 are allowed.");
  });

  test("of every size survive the link's own rounding", () => {
    for (let power = 0; power <= 6; power += 0.05) {
      const p = 10 ** -power;
      expect({ p, found: verdict(Number(p.toFixed(4)), p).verdict }).toEqual({ p, found: "reproduced" });
    }
  });
});

describe("shares of cases", () => {
  const accuracy = (measured: number) => compared("accuracy", 0.98, measured, "cases");

  test("are reproduced where a case in two hundred falls the other way, and the reason names that tolerance", () => {
    expect(verdictOf(accuracy(0.975), [])).toMatchObject({
      verdict: "reproduced",
      reason: "Within 0.006 of the link's: accuracy.",
    });
  });

  test("differ beyond it", () => {
    expect(verdictOf(accuracy(0.97), [])).toMatchObject({ verdict: "differs" });
  });
});

describe("what was not measured", () => {
  const missing = lacking(compared("effect of L9H9", 1, undefined), "the model has no such head");

  test("is no difference, and no reproduction", () => {
    expect(verdictOf(missing, [])).toMatchObject({
      verdict: "partly",
      reason: "Not measured here: effect of L9H9 (the model has no such head).",
    });
    expect(verdictOf([...compared("b", 1, 1), ...missing], [])).toMatchObject({ verdict: "partly" });
    expect(verdictOf([...compared("b", 1, 1), ...missing], precision("q4", "f32"))).toMatchObject({
      verdict: "agrees",
    });
    expect(verdictOf([...compared("b", 1, 2), ...missing], [])).toMatchObject({ verdict: "differs" });
  });

  test("of one nat the unit is singular", () => {
    expect(verdictOf(compared("b", -1, -2), []).reason).toMatch(
      /^The largest difference is 1 nat; 0\.001 are allowed\./,
    );
  });
});
