import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { randomStream, sample } from "#core/numeric/random.ts";
import { publishedChain } from "./chain/published.ts";
import type { PublishedRecord } from "./chain/published.ts";
import { outlineOf } from "./chain/outline.ts";
import { bySum, byRoundedChange, byUp, readSourceLabel, sourceLabel, toFourPlaces } from "./search/ranking.ts";
import { sumScores } from "./trace/transfer.ts";

/** The authors' recorded outputs; the file says where from. */
const file = join(import.meta.dirname, "..", "..", "public", "findings", "llama-7b-3plus5.json");

interface Anchor extends PublishedRecord {
  readonly layer17_pos: readonly { readonly pos: number; readonly up: number; readonly gate: number }[];
  readonly sources_into_17_22_at_pos5: readonly (readonly [number, readonly [number, number]])[];
  readonly attn_layer_log_increase: Readonly<Record<string, number>>;
  readonly ffn_layer_log_increase: Readonly<Record<string, number>>;
  readonly attn_sum: number;
  readonly ffn_sum: number;
  readonly head_ablation_prob_top10: readonly (readonly [string, number])[];
  readonly cna_top10: readonly (PublishedRecord["cna_top10"][number] & {
    readonly imp_inv: number;
    readonly dcoef: number;
  })[];
  readonly ablate_17_22: { readonly top10: readonly string[]; readonly delta_prob: number };
}

const anchor = JSON.parse(readFileSync(file, "utf8")) as Anchor;
const SEEDS = [1, 2, 3];

const shuffled = <Item>(items: readonly Item[], seed: number) => sample(items, items.length, randomStream(seed));

describe.each(SEEDS)("from the recorded numbers in any order (%i)", (seed) => {
  test("the ten compared neurons come in the notebook's", () => {
    const rows = anchor.cna_top10.map((row) => ({ name: row.neuron, change: row.cna }));
    expect(byRoundedChange(shuffled(rows, seed)).map(({ name }) => name)).toEqual(rows.map(({ name }) => name));
  });

  test("the heads come by up + gate; two pairs are equal to four places and may change places", () => {
    const heads = anchor.layer17_heads_at_pos5.map(({ head, up, gate }) => ({ head, score: { up, gate } }));
    const sorted = bySum(shuffled(heads, seed));
    const sums = (rows: typeof heads) => rows.map(({ score }) => toFourPlaces(score.up + score.gate));
    expect(sums(sorted)).toEqual(sums(heads));
    const unequal = (rows: typeof heads) =>
      rows.map(({ head }) => head).filter((head) => ![7, 27, 26, 29].includes(head));
    expect(unequal(sorted)).toEqual(unequal(heads));
  });

  test("the sources of the head come by up, under the notebook's labels", () => {
    const rows = anchor.sources_into_17_22_at_pos5.map(([label, [up, gate]]) => ({
      ...readSourceLabel(label)!,
      score: { up, gate },
    }));
    expect(byUp(shuffled(rows, seed)).map(sourceLabel)).toEqual([15, 13, 14, 8, 7, 6, 11, 16.5, 7.5, 15.5]);
  });

  test.each(["sources_into_attn15_at_pos2", "sources_into_attn15_at_pos4"] as const)("%s come by up", (name) => {
    const recorded = anchor[name];
    const rows = recorded.map(([label, up, gate]) => ({
      ...readSourceLabel(label!)!,
      score: { up: up!, gate: gate! },
    }));
    expect(byUp(shuffled(rows, seed)).map(sourceLabel)).toEqual(recorded.map(([label]) => label));
  });
});

describe("the recorded numbers obey the laws that the engine is held to", () => {
  test("heads sum to position 5, to what four places leave of 32 numbers", () => {
    const { up, gate } = sumScores(anchor.layer17_heads_at_pos5);
    const position = anchor.layer17_pos[5]!;
    expect(up).toBeAllClose(position.up, { atol: 32 * 0.5e-4 });
    expect(gate!).toBeAllClose(position.gate, { atol: 32 * 0.5e-4 });
  });

  test("positions sum to the attention of layer 15 as a source", () => {
    const { up, gate } = sumScores(anchor.attn15_source_positions);
    // float32 on their side
    expect([up, gate!]).toBeAllClose(anchor.sources_into_17_22_at_pos5[0]![1], { atol: 1e-7 });
  });

  test("changes are differences, rounded as they were", () => {
    for (const row of anchor.cna_top10) {
      expect(row.imp_ori - row.imp_inv).toBeAllClose(row.cna, { atol: 1.01e-4 });
      expect(row.coef_ori - row.coef_inv).toBeAllClose(row.dcoef, { atol: 1.01e-4 });
    }
  });

  test("increases telescope from a uniform distribution to the prediction", () => {
    const sum = (values: Readonly<Record<string, number>>) => Object.values(values).reduce((a, b) => a + b, 0);
    expect(sum(anchor.attn_layer_log_increase)).toBeAllClose(anchor.attn_sum, { atol: 1e-9 });
    expect(sum(anchor.ffn_layer_log_increase)).toBeAllClose(anchor.ffn_sum, { atol: 1e-9 });
    const atEmbedding = Math.log(anchor.prob) - anchor.attn_sum - anchor.ffn_sum;
    expect(atEmbedding).toBeAllClose(-Math.log(32_000), { atol: 64 * 0.5e-3 });
  });

  test("the head's ablation is the sweep's", () => {
    const [, swept] = anchor.head_ablation_prob_top10[0]!;
    expect(swept - anchor.prob).toBeAllClose(anchor.ablate_17_22.delta_prob, { atol: 1e-8 });
  });
});

test.each([
  [-0.5, { kind: "embedding", layer: -1 }],
  [0, { kind: "attention", layer: 0 }],
  [0.5, { kind: "ffn", layer: 0 }],
  [16.5, { kind: "ffn", layer: 16 }],
] as const)("the label %d is a source and back", (label, source) => {
  expect(readSourceLabel(label)).toEqual(source);
  expect(sourceLabel(source)).toBe(label);
});

test.each([-1, 1.25, Number.NaN])("%d labels nothing", (label) => {
  expect(readSourceLabel(label)).toBeUndefined();
});

describe("the published chain", () => {
  const chain = publishedChain(anchor);

  test("is drawn from the same data as a computed one", () => {
    expect(chain.provenance.kind).toBe("published");
    expect(chain.tokens.map(({ text }) => text)).toEqual(["<s>", "", "3", "+", "5", "="]);
    expect(chain.stages.map(({ name, hasEvidence, nodes }) => [name, hasEvidence, nodes])).toEqual([
      ["feature-enhancing", true, ["L12N4072@2", "L11N2258@4", "E@2", "E@4"]],
      ["feature-transferring", true, ["L15A"]],
      ["feature-predicting", true, ["L17H22"]],
      ["prediction-enhancing", true, ["L28N3696", "L25N7164", "L19N5769"]],
    ]);
    const ids = chain.nodes.map(({ id }) => id);
    for (const { from, to } of chain.edges) expect([ids.includes(from), ids.includes(to)]).toEqual([true, true]);
    expect(outlineOf(chain)).toMatchObject({ head: { layer: 17, head: 22 }, reference: { layer: 19, neuron: 5769 } });
  });

  test("says what the head's loss costs, and how many of ten neurons say eight", () => {
    const { evidence } = chain.stages.find(({ name }) => name === "feature-predicting")!;
    expect(evidence).toMatchObject({ head: { layer: 17, head: 22 }, compared: 10, promoting: 9 });
    const head = chain.nodes.find(({ id }) => id === "L17H22")!;
    expect(head.effect).toBeAllClose(-0.973933 + 2.7871595157589084, { atol: 1e-6 });
  });

  test("has the notebook's numbers on its edges and none where there is none", () => {
    const edge = (from: string, to: string) => chain.edges.find((each) => each.from === from && each.to === to)!;
    expect(edge("L17H22", "L19N5769")).toMatchObject({
      up: 0.4484,
      gate: 0.2736,
      measured: { quantity: "activation", before: 3.7902, after: 1.2837 },
    });
    expect(edge("L12N4072@2", "L15A").claimed).toBeAllClose(0.0235780477 + 0.0550493896, { atol: 1e-9 });
    expect(edge("E@4", "L15A").claimed).toBeUndefined();
    expect(edge("L19N5769", "L28N3696")).toMatchObject({ kind: "amplifies", claimed: undefined });
    const carried = chain.edges.filter(({ kind }) => kind === "transfers");
    expect(carried.map(({ position, up }) => [position, toFourPlaces(up!)])).toEqual([
      [2, 0.0631],
      [4, 0.0697],
    ]);
  });
});
