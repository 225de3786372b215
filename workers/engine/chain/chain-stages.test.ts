import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { Chain, CriterionMeasure } from "#analysis/chain/chain.ts";
import { readFolder } from "#test/checkpoints.ts";
import { loadInNode, unaborted } from "#test/engine.ts";
import { ChainSession } from "./chain-session.ts";
import { ModelSession } from "../session/model-session.ts";

/** The verdict of the recipe's own measure (training/stages.py, in PyTorch) on one prompt under one ablation. */
interface Verdict {
  readonly head: string;
  /** In nats. */
  readonly effect: number;
  readonly stages: readonly string[];
  readonly promoting?: number;
  readonly drop?: number;
  readonly transferredShare?: number;
  readonly transferredMeasured?: number;
  readonly shallowShare?: number;
}

type Case = { readonly prompt: string } & Readonly<Record<"zero" | "mean", Verdict>>;

/** Families of prompts of one length: each one's mean is over the family's others. */
const FAMILIES = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../test/golden/abacus-2-stages.json"), "utf8"),
) as Record<string, Case[]>;

const SHARES: [CriterionMeasure, keyof Verdict][] = [
  ["promoting-share", "promoting"],
  ["transferred-share", "transferredShare"],
  ["transferred-measured", "transferredMeasured"],
  ["shallow-share", "shallowShare"],
  ["enhancing-drop", "drop"],
];

let chains: ChainSession;
beforeAll(async () => {
  const loaded = await loadInNode(readFolder(join(import.meta.dirname, "../../../public/models/abacus-2")), "f32");
  chains = new ChainSession(loaded, new ModelSession(loaded));
});

const CASES = Object.values(FAMILIES).flatMap((family) =>
  family.flatMap((asked) =>
    (["zero", "mean"] as const).map((ablation) => {
      const others = family.filter((each) => each !== asked).map(({ prompt }) => prompt);
      return { prompt: asked.prompt, ablation, others, expected: asked[ablation] };
    }),
  ),
);

test.each(CASES)(
  "$prompt has the stages by $ablation that PyTorch finds",
  async ({ prompt, ablation, others, expected }) => {
    const options = ablation === "mean" ? { ablationSource: others } : {};
    const chain = await chains.chain(prompt, options, () => undefined, unaborted());
    expect(evidenced(chain)).toEqual(expected.stages);
    const { evidence } = chain.stages.find(({ name }) => name === "feature-predicting")!;
    if (evidence?.stage !== "feature-predicting") throw new Error("no evidence was measured");
    expect(`L${evidence.head.layer}H${evidence.head.head}`).toBe(expected.head);
    expect(evidence.effect).toBeCloseTo(expected.effect, 3);
    const measured = new Map(
      chain.stages.flatMap(({ criteria }) => criteria.map(({ measure, value }) => [measure, value])),
    );
    const asked = SHARES.filter(([, field]) => expected[field] !== undefined);
    const far = asked.filter(([measure, field]) => !isNear(measured.get(measure), expected[field] as number));
    expect(far).toEqual([]);
  },
);

const evidenced = (chain: Chain) => chain.stages.filter(({ hasEvidence }) => hasEvidence).map(({ name }) => name);

/** Shares within 0.001, a twentieth of the smallest threshold. */
const isNear = (value: number | undefined, expected: number) =>
  value !== undefined && Math.abs(value - expected) < 1e-3;
