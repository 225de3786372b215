import { describe, expect, test } from "vitest";
import { STAGE_NAMES } from "#analysis/chain/chain.ts";
import type { Chain, ChainEdgeKind, ChainStage, CriterionMeasure, StageName } from "#analysis/chain/chain.ts";
import { crowdedChain } from "#test/chains.ts";
import { chainClaims, claimsEdges, verifyChain } from "./chain-claims.ts";
import { NO_FINDING } from "../finding.ts";
import type { NamedNumber } from "../finding.ts";
import { decodeFinding, encodeFinding } from "../permalink.ts";

const SAME = [] as const;

/** A head that costs 2 nats, with the parts of each stage and their effects; a stage that is left out has no evidence. */
function chainOf(parts: { readonly [Name in StageName]?: Readonly<Record<string, number | undefined>> }): Chain {
  const template = crowdedChain();
  const entries = STAGE_NAMES.flatMap((name) => Object.entries(parts[name] ?? {}));
  return {
    ...template,
    stages: STAGE_NAMES.map((name) => ({
      name,
      hasEvidence: parts[name] !== undefined,
      criteria: [],
      nodes: Object.keys(parts[name] ?? {}),
      evidence: name === "feature-predicting" ? evidence(2) : undefined,
    })),
    nodes: entries.map(([id, effect]) => ({ ...template.nodes[0]!, id, effect })),
    edges: [],
  };
}

const evidence = (effect: number): ChainStage["evidence"] => ({
  stage: "feature-predicting",
  head: { layer: 3, head: 1 },
  effect,
  runnersUp: [{ head: { layer: 2, head: 0 }, effect: 0.01 }],
  compared: 10,
  promoting: 2,
  spellings: [],
});

const whole = () =>
  chainOf({
    "feature-enhancing": { "E@1": undefined, "L0N5@1": 0.02, "L1N7@2": -0.2, "L1N9@2": 0.1 },
    "feature-transferring": { L2A: 1.5 },
    "feature-predicting": { L3H1: 2 },
    "prediction-enhancing": { L3N4: 0.25, L4N8: 0.001, L5N2: 0.5 },
  });

type Measured = readonly [measure: CriterionMeasure, value: number, threshold: number];

/** Nothing but the stage of the head, with what decided. */
function declined(effect: number, measured: readonly Measured[]): Chain {
  const criteria = measured.map(([measure, value, threshold]) => ({
    measure,
    value,
    threshold,
    holds: value >= threshold,
  }));
  const chain = chainOf({});
  return {
    ...chain,
    stages: chain.stages.map((stage) =>
      stage.name === "feature-predicting" ? { ...stage, criteria, evidence: evidence(effect) } : stage,
    ),
  };
}

const asLink = (chain: readonly NamedNumber[]) => encodeFinding({ ...NO_FINDING, expected: { chain } });
const fromLink = (fragment: string) => decodeFinding(fragment).finding.expected.chain!;

describe("a link claims of a chain", () => {
  test("the head's effect, of each stage the two strongest, and how many stages have evidence", () => {
    expect(asLink(chainClaims(whole()))).toBe(
      "v=1&m=abacus&ce=L3H1:2;L5N2:0.5;L3N4:0.25;L2A:1.5;L1N7@2:-0.2;L1N9@2:0.1;stages:4",
    );
  });

  test("an attention layer at each position that it writes at, and the notation reads back", () => {
    const parts = { "feature-transferring": { L2A: 1.5, "L1A@3": 0.75 }, "feature-predicting": { L3H1: 2 } };
    const chain = chainOf(parts);
    const link = asLink(chainClaims(chain));
    expect(link).toBe("v=1&m=abacus&ce=L3H1:2;L2A:1.5;L1A@3:0.75;stages:2");
    expect(decodeFinding(link).notices).toEqual([]);
    const found = verifyChain(fromLink(link), chain, SAME);
    expect(found.verdict).toBe("reproduced");
    expect(found.rows.map(({ name }) => name)).toContain("effect of attention L1 at 3");
  });

  test("an attention layer that writes at two positions once: it has one switch and one effect", () => {
    const chain = chainOf({
      "feature-transferring": { L1A: 1.5, "L1A@3": 1.5, L2A: 0.5 },
      "feature-predicting": { L3H1: 2 },
    });
    expect(asLink(chainClaims(chain))).toBe("v=1&m=abacus&ce=L3H1:2;L1A:1.5;L2A:0.5;stages:2");
    // a link from before claimed it twice
    const both = fromLink("v=1&m=abacus&ce=L3H1:2;L1A:1.5;L1A@3:1.5;stages:2");
    expect(verifyChain(both, chain, SAME).verdict).toBe("reproduced");
  });

  test("the three strongest edges where they were measured, and no edge where they were not", () => {
    const edge = (from: string, to: string, kind: ChainEdgeKind, effect: number | undefined, position?: number) => ({
      ...crowdedChain().edges[0]!,
      from,
      to,
      kind,
      position,
      path: effect === undefined ? undefined : { effect },
    });
    const chain = {
      ...chainOf({ "feature-predicting": { L3H1: 2 } }),
      edges: [
        edge("E@2", "L3H1", "enhances", 8.967, 2),
        edge("L1N7@2", "L1A@3", "enhances", 0.01, 2),
        edge("L1A@3", "L3H1", "transfers", -0.5, 1),
        edge("L3H1", "prediction", "promotes", 0.25),
      ],
    };
    const link = asLink(chainClaims(chain));
    expect(link).toBe("v=1&m=abacus&ce=L3H1:2;E@2~L3H1:8.967;L1A@3~L3H1@1:-0.5;L3H1~prediction:0.25;stages:1");
    expect(decodeFinding(link).notices).toEqual([]);
    expect(claimsEdges(fromLink(link))).toBe(true);
    const found = verifyChain(fromLink(link), chain, SAME);
    expect(found.verdict).toBe("reproduced");
    expect(found.rows.map(({ name }) => name)).toEqual([
      "effect of L3H1",
      "effect of the edge the word at 2 → L3H1",
      "effect of the edge attention L1 at 3 → L3H1, from 1",
      "effect of the edge L3H1 → prediction",
      "stages with evidence",
    ]);
    const unmeasured = { ...chain, edges: chain.edges.map((each) => ({ ...each, path: undefined })) };
    expect(asLink(chainClaims(unmeasured))).toBe("v=1&m=abacus&ce=L3H1:2;stages:1");
    expect(claimsEdges(chainClaims(unmeasured))).toBe(false);
  });

  test("deep neurons too that stand with their head, and nothing of stages that have no evidence", () => {
    expect(asLink(chainClaims(chainOf({ "feature-predicting": { L3H1: 2, L3N4: 0.25, L4N8: -0.5 } })))).toBe(
      "v=1&m=abacus&ce=L3H1:2;L4N8:-0.5;L3N4:0.25;stages:1",
    );
  });

  test.each<[string, number, readonly Measured[], string]>([
    ["too weak", 0.39123, [["head-effect", 0.39123, 0.5]], "L3H1:0.3912;stages:0"],
    [
      "heard by too few neurons",
      2,
      [
        ["head-effect", 2, 0.5],
        ["promoting-share", 0.2, 0.3],
        ["deep-neurons", 0, 1],
      ],
      "L3H1:2;promoting-share:0.2;stages:0",
    ],
    [
      "raising no neuron",
      2,
      [
        ["head-effect", 2, 0.5],
        ["promoting-share", 0.3, 0.3],
        ["deep-neurons", 0, 1],
      ],
      "L3H1:2;deep-neurons:0;stages:0",
    ],
  ])("what kept it from being drawn where its head is %s", (_, effect, measured, text) => {
    expect(asLink(chainClaims(declined(effect, measured)))).toBe(`v=1&m=abacus&ce=${text}`);
  });
});

describe("a link of before effects had one sign", () => {
  // as they were written then: log p without the part minus that of the run
  const WHOLE = "v=1&m=abacus&cr=L3H1:-2;L5N2:-0.5;L3N4:-0.25;L2A:-1.5;L1N7@2:0.2;L1N9@2:-0.1;stages:4";
  const DECLINED = "v=1&m=abacus&cr=L3H1:-2;promoting-share:0.2;stages:0";

  test("is reproduced by the chain that it was made of, and written again as it would be now", () => {
    expect(verifyChain(fromLink(WHOLE), whole(), SAME).verdict).toBe("reproduced");
    expect(asLink(fromLink(WHOLE))).toBe(asLink(chainClaims(whole())));
    expect(decodeFinding(WHOLE).notices).toEqual([]);
  });

  test("has its counts and shares as they are", () => {
    const chain = declined(2, [["promoting-share", 0.2, 0.3]]);
    expect(verifyChain(fromLink(DECLINED), chain, SAME).verdict).toBe("reproduced");
    expect(asLink(fromLink(DECLINED))).toBe("v=1&m=abacus&ce=L3H1:2;promoting-share:0.2;stages:0");
  });

  test("differs by a sign that is not its own", () => {
    expect(verifyChain(fromLink(WHOLE.replace("L3H1:-2", "L3H1:2")), whole(), SAME)).toMatchObject({
      verdict: "differs",
      largestDifference: 4,
    });
  });

  test("claims nothing more where a link holds both: the first counts", () => {
    const both = decodeFinding("v=1&m=abacus&ce=L3H1:2&cr=L3H1:-9");
    expect([both.finding.expected.chain, both.notices]).toEqual([
      [{ name: "L3H1", value: 2 }],
      ["link: ce, here as cr, is given twice; the first one is used, “L3H1:-9” is not"],
    ]);
    expect(fromLink("v=1&m=abacus&cr=L3H1:-9&ce=L3H1:2")).toEqual([{ name: "L3H1", value: 9 }]);
  });

  test("has an effect of 0 as 0", () => {
    expect(fromLink("v=1&m=abacus&cr=L3H1:0")).toEqual([{ name: "L3H1", value: 0 }]);
  });
});

describe("the chain of whoever opens the link", () => {
  const claims = () => fromLink(asLink(chainClaims(whole())));
  const changed = (name: string, by: number) =>
    claims().map((claim) => (claim.name === name ? { ...claim, value: claim.value + by } : claim));

  test("reproduces it", () => {
    const found = verifyChain(claims(), whole(), SAME);
    expect(found.verdict).toBe("reproduced");
    expect(found.rows.map(({ name }) => name)).toEqual([
      "effect of L3H1",
      "effect of L5N2",
      "effect of L3N4",
      "effect of attention L2",
      "effect of L1N7 at 2",
      "effect of L1N9 at 2",
      "stages with evidence",
    ]);
    expect(found.reason).toBe(
      "All 6 numbers lie within 0.001 nats of the link's. The same as in the link: stages with evidence.",
    );
  });

  test("reproduces it too where two parts of a stage have changed places", () => {
    const swapped = chainOf({ "feature-predicting": { L3H1: 2, L3N4: 0.2001, L4N8: 0.2, L5N2: 0.2 } });
    const other = chainOf({ "feature-predicting": { L3H1: 2, L5N2: 0.2001, L4N8: 0.2, L3N4: 0.2 } });
    expect(chainClaims(swapped).map(({ name }) => name)).not.toEqual(chainClaims(other).map(({ name }) => name));
    expect(verifyChain(chainClaims(swapped), other, SAME).verdict).toBe("reproduced");
  });

  test("differs by a number that was changed", () => {
    const found = verifyChain(changed("L2A", 0.1), whole(), SAME);
    expect(found).toMatchObject({ verdict: "differs" });
    expect(found.largestDifference).toBeCloseTo(0.1, 10);
    expect(found.reason).toBe(
      "The largest difference is 0.1 nats; 0.001 are allowed. Rounding does not explain it: the model, the method or a machine’s arithmetic differs, or the link was altered or mistyped.",
    );
  });

  test("differs by a stage, which is no matter of nats", () => {
    const found = verifyChain(changed("stages", -1), whole(), SAME);
    expect(found).toMatchObject({ verdict: "differs", largestDifference: 0 });
    expect(found.reason).toBe(
      "In the link stages with evidence: 3; here: 4. Rounding does not explain it: the model, the method or a machine’s arithmetic differs, or the link was altered or mistyped.",
    );
  });

  test("differs where another head predicts, in another precision perhaps for that reason", () => {
    const found = verifyChain([{ name: "L2H0", value: 0.01 }], whole(), [
      { kind: "precision", sentence: "the numbers were found in q4 and checked in f32" },
    ]);
    expect(found).toMatchObject({ verdict: "differs", largestDifference: 0 });
    expect(found.reason).toBe(
      "Not found here: effect of L2H0. Quantisation may explain it: the numbers were found in q4 and checked in f32.",
    );
  });

  describe("draws fewer moves than whoever made it", () => {
    // the attention that moved “2” to 3, and the neuron that only it carried
    const OLD = "v=1&m=abacus&ce=L3H1:2;L5N2:0.5;L2A:1.5;L1A@3:0.7;L0N8@1:0.3;stages:4";
    const UNDRAWN =
      "Not drawn here: attention L1 at 3, L0N8 at 1. By the rule now what attention moves is part of a chain only with evidence of its own; that does not make the finding false.";

    test("and has all else: no number differs", () => {
      const found = verifyChain(fromLink(OLD), whole(), SAME);
      expect(found).toMatchObject({ verdict: "partly", largestDifference: 0, isFar: false });
      expect(found.reason).toBe(
        `All 3 numbers lie within 0.001 nats of the link's. The same as in the link: stages with evidence. ${UNDRAWN}`,
      );
      expect(found.rows).toHaveLength(6);
    });

    test("and a number differs besides", () => {
      const found = verifyChain(fromLink(OLD.replace("L2A:1.5", "L2A:1.4")), whole(), SAME);
      expect(found.verdict).toBe("differs");
      expect(found.reason).toMatch(
        /^The largest difference is 0\.1 nats.* Not drawn here: attention L1 at 3, L0N8 at 1\./,
      );
    });

    test("and another head or deep neuron is missing, which no rule of moves explains", () => {
      const found = verifyChain(fromLink(OLD.replace("L5N2", "L5N3")), whole(), SAME);
      expect(found.verdict).toBe("differs");
      expect(found.reason).toContain(
        "Not found here: effect of L5N3, effect of attention L1 at 3, effect of L0N8 at 1.",
      );
    });

    test("and nothing else is claimed: nothing is reproduced, and the link is not said to carry no numbers", () => {
      const found = verifyChain(fromLink("v=1&m=abacus&ce=L1A@3:0.7"), whole(), SAME);
      expect(found).toMatchObject({ verdict: "differs", reason: "Not found here: effect of attention L1 at 3." });
    });

    test("and an edge of such a move is as little a difference", () => {
      const found = verifyChain(
        fromLink("v=1&m=abacus&ce=L3H1:2;E@2~L1A@3:0.2;L1A@3~L3H1@1:0.4;stages:4"),
        whole(),
        SAME,
      );
      expect(found.verdict).toBe("partly");
    });
  });

  test("has all that a link claims of one that was declined", () => {
    const chain = declined(2, [["promoting-share", 1 / 3, 0.5]]);
    const read = fromLink(asLink(chainClaims(chain)));
    expect(read).toContainEqual({ name: "promoting-share", value: 0.3333 });
    expect(verifyChain(read, chain, SAME)).toMatchObject({ verdict: "reproduced" });
    expect(verifyChain(read, whole(), SAME).reason).toContain(
      "In the link stages with evidence: 0; here: 4. Not found here: share of the compared neurons that promote the target.",
    );
  });
});
