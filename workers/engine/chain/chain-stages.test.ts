import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { Chain, CriterionMeasure } from "#analysis/chain/chain.ts";
import { headReadings } from "#analysis/chain/select.ts";
import { measuredMoves } from "#analysis/chain/moves.ts";
import { referenceOf } from "#analysis/chain/readings.ts";
import { DEFAULT_THRESHOLDS } from "#analysis/chain/thresholds.ts";
import { ffnInput } from "#analysis/trace/keys.ts";
import type { LoadedModel } from "../load/load-model.ts";
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

let loaded: LoadedModel;
let session: ModelSession;
let chains: ChainSession;
beforeAll(async () => {
  loaded = await loadInNode(readFolder(join(import.meta.dirname, "../../../public/models/abacus-2")), "f32");
  session = new ModelSession(loaded);
  chains = new ChainSession(loaded, session);
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

test("what was moved is drawn where it counts also when it is ablated, and not where its share alone is large", async () => {
  const { runner } = loaded;
  const threshold = DEFAULT_THRESHOLDS.transferShare;
  let drawn = 0;
  let left = 0;
  for (const { prompt, others, ablation } of CASES.filter((each) => each.ablation === "mean")) {
    const options = ablation === "mean" ? { ablationSource: others } : {};
    const chain = await chains.chain(prompt, options, () => undefined, unaborted());
    const moves = chain.edges.filter(({ kind }) => kind === "transfers");
    if (moves.length === 0) continue;
    const { clean, changes } = await session.setUpRun(prompt, options);
    const node = (id: string) => chain.nodes.find((each) => each.id === id)!;
    const at = node(moves[0]!.to);
    const head = { layer: at.layer!, head: at.index! };
    const residual = ffnInput(runner, clean, chain.reference!.layer, clean.ids.length - 1);
    const reference = await referenceOf(runner, chain.reference!, residual);
    const question = { head, reference, ablationSource: changes.ablationSource };
    const { readings } = await headReadings(runner, clean, { ...question, thresholds: DEFAULT_THRESHOLDS });
    const all = readings.filter(({ via }) => via !== undefined);
    const measured = await measuredMoves(runner, clean, all, question);
    const counting = all.filter((_, index) => (measured[index] ?? 0) >= threshold);
    expect(moves.map(({ from, position }) => [node(from).layer, node(from).position, position])).toEqual(
      counting.map(({ via, at: to, position }) => [via, to, position]),
    );
    drawn += counting.length;
    left += all.length - counting.length;
  }
  expect([drawn > 0, left > 0]).toEqual([true, true]);
});

const evidenced = (chain: Chain) => chain.stages.filter(({ hasEvidence }) => hasEvidence).map(({ name }) => name);

/** Shares within 0.001, a twentieth of the smallest threshold. */
const isNear = (value: number | undefined, expected: number) =>
  value !== undefined && Math.abs(value - expected) < 1e-3;
