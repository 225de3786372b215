import { beforeAll, describe, expect, test } from "vitest";
import { abacusFiles, randomCheckpoint } from "#test/checkpoints.ts";
import type { FamilyName } from "#test/checkpoints.ts";
import type { CheckpointFiles } from "#test/checkpoints.ts";
import { loadInNode, unaborted } from "#test/engine.ts";
import {
  attentionKeyProduct,
  attentionNeurons,
  chainClaims,
  keysOf,
  layerOutputBySource,
  positionIncreases,
  score,
  sourceVectors,
  subvalue,
  throughPath,
  transferTable,
} from "#test/reference/chain.ts";
import { forward } from "#test/reference/forward.ts";
import { atLast, lensOf, logProbability } from "#test/reference/lens.ts";
import {
  coefficient,
  compareNeurons,
  headIncreases,
  headOutput,
  headOutputBySource,
  headSweep,
  layerIncreases,
  neuronIncreases,
  rankNeurons,
  targetOf,
  topTokens,
  valueVector,
} from "#test/reference/method.ts";
import { readModel } from "#test/reference/model.ts";
import { scaled } from "#test/reference/vectors.ts";
import { ChainSession } from "./chain-session.ts";
import { ModelSession } from "../session/model-session.ts";
import { TraceSession } from "./trace-session.ts";

/** Inner products in float32 of vectors of some hundred terms, compared within 1e-4 and what float32 keeps of large ones. */
const SCORE = { atol: 1e-4, rtol: 1e-5 };
/** Log-probabilities within 1e-4 nats, as everywhere. */
const NATS = { atol: 1e-4 };

interface Case {
  readonly name: string;
  readonly files: () => CheckpointFiles;
  readonly ids: readonly number[];
  /** For the comparison of two prompts; of another length on purpose. */
  readonly other: readonly number[];
  /** The way of the traces: a neuron, a head below it, an attention layer below that. */
  readonly neuron: { readonly layer: number; readonly neuron: number };
  readonly head: { readonly layer: number; readonly head: number };
}

const SMALL_IDS = [1, 5, 9, 33, 2, 41];
const OTHER_IDS = [1, 7, 9, 12];
const small = (family: FamilyName, layers = 4) => randomCheckpoint({ family, layers });
const CASES: Case[] = [
  {
    name: "the bundled model",
    files: abacusFiles,
    ids: [1, 7, 1004, 9, 1008],
    other: [1, 6, 1004, 10, 1008],
    neuron: { layer: 4, neuron: 425 },
    head: { layer: 3, head: 6 },
  },
  {
    name: "random weights with grouped queries",
    files: () => randomCheckpoint({ layers: 4 }),
    ids: SMALL_IDS,
    other: OTHER_IDS,
    neuron: { layer: 2, neuron: 36 },
    head: { layer: 2, head: 1 },
  },
  ...(["qwen2", "gpt2"] as const).map((family) => ({
    name: `random weights with biases: ${family}`,
    files: () => small(family),
    ids: SMALL_IDS,
    other: OTHER_IDS,
    neuron: { layer: 2, neuron: 36 },
    head: { layer: 2, head: 1 },
  })),
  ...(["gemma2", "olmo2", "granite"] as const).map((family) => ({
    name: `random weights with norms behind attention and FFN, or scales: ${family}`,
    files: () => small(family),
    ids: SMALL_IDS,
    other: OTHER_IDS,
    neuron: { layer: 2, neuron: 36 },
    head: { layer: 2, head: 1 },
  })),
  ...(["gptj", "gpt_neox"] as const).map((family) => ({
    name: `random weights with LayerNorm and the FFN beside attention: ${family}`,
    files: () => small(family),
    ids: SMALL_IDS,
    other: OTHER_IDS,
    neuron: { layer: 2, neuron: 36 },
    head: { layer: 1, head: 1 },
  })),
];

const upsOf = (rows: readonly { readonly up: number; readonly gate?: number }[]) =>
  rows.map(({ up, gate = 0 }) => [up, gate]);

describe.each(CASES)("on $name", ({ files, ids, other, neuron, head }) => {
  const model = readModel(files());
  const clean = forward(model, ids);
  const target = targetOf(clean);
  const lens = lensOf(model, clean);
  const keys = keysOf(model, neuron.layer, neuron.neuron);
  const last = ids.length - 1;
  let chains: ChainSession;
  let traces: TraceSession;
  beforeAll(async () => {
    const loaded = await loadInNode(files(), "f32");
    const session = new ModelSession(loaded);
    chains = new ChainSession(loaded, session);
    traces = new TraceSession(loaded, session);
  });

  test("layers' increases and value tokens", async () => {
    const found = await chains.layerValues(ids, {});
    const want = layerIncreases(lens, clean, target);
    expect(found.target).toBe(target);
    expect(found.attention.map(({ increase }) => increase)).toBeAllClose(want.attention, NATS);
    expect(found.ffn.map(({ increase }) => increase)).toBeAllClose(want.ffn, NATS);
    found.ffn.forEach(({ promotes }, layer) => {
      const tokens = topTokens(model, atLast(clean.ffnOutput[layer]!), 1);
      expect(promotes[0]!.id).toBe(tokens[0]!.id);
    });
  });

  test("heads' increases, in their order", async () => {
    const { rows } = await chains.headValues(ids, {});
    const want = headIncreases(lens, clean, target);
    expect(rows.map(({ increase }) => increase)).toBeAllClose(
      rows.map(({ layer, head: index }) => want[layer]![index]!),
      NATS,
    );
    expect(rows).toHaveLength(model.layers * model.heads);
    expect(rows.every((row, i) => i === 0 || rows[i - 1]!.increase >= row.increase)).toBe(true);
    const [first] = rows;
    const vector = headOutput(model, clean, first!.layer, first!.head);
    expect(first!.promotes.map(({ id }) => id).slice(0, 3)).toEqual(topTokens(model, vector, 3).map(({ id }) => id));
  });

  test("a head's source positions, whose vectors make up the head's", async () => {
    const { positions } = await chains.positionValues(ids, { head });
    expect(positions.map(({ increase }) => increase)).toBeAllClose(
      positionIncreases(lens, clean, head.layer, head.head, target),
      NATS,
    );
    expect(positions.map(({ attention }) => attention)).toBeAllClose(
      atLast(clean.pattern[head.layer]![head.head]!),
      NATS,
    );
    const strongest = positions.reduce((best, each) => (each.attention > best.attention ? each : best));
    const vector = headOutputBySource(model, clean, head.layer, head.head)[strongest.position]!;
    expect(strongest.promotes[0]!.id).toBe(topTokens(model, vector, 1)[0]!.id);
  });

  test("feature transfer by position and head; heads sum to positions, all to the attention's output", async () => {
    const found = await traces.featureTransfer(ids, { neuron, layer: head.layer });
    const table = transferTable(model, clean, head.layer, keys);
    found.table.forEach((row, index) => expect(upsOf(row)).toBeAllClose(upsOf(table[index]!), SCORE));
    found.byHead.forEach((row) =>
      expect(row.up).toBeAllClose(
        table[row.head]!.reduce((sum, { up }) => sum + up, 0),
        SCORE,
      ),
    );
    found.byPosition.forEach((row) =>
      expect(row.up).toBeAllClose(
        table.reduce((sum, ofHead) => sum + ofHead[row.position]!.up, 0),
        SCORE,
      ),
    );
    expect(upsOf([found.total])).toBeAllClose(upsOf([score(atLast(clean.attnOutput[head.layer]!), keys)]), SCORE);
    const { bias } = model.anatomy.layer(model, head.layer).attentionOut;
    const rest = bias ? score(bias, keys).up : 0;
    const sum = found.byPosition.reduce((all, { up }) => all + up, rest);
    expect(sum).toBeAllClose(found.total.up, SCORE);
  });

  test("sources of a head, one hop, without and with attention weights", async () => {
    for (const weights of ["none", "attention"] as const) {
      const path = [{ ...head, position: last, weights }];
      const { rows } = await traces.traceSources(ids, { neuron, path });
      const sources = sourceVectors(clean, last, head.layer);
      expect(rows).toHaveLength(sources.length);
      for (const row of rows) {
        const { vector } = sources.find(({ kind, layer }) => kind === row.kind && layer === row.layer)!;
        const want = score(throughPath(model, clean, path, vector), keys);
        expect(upsOf([row])).toBeAllClose(upsOf([want]), SCORE);
      }
    }
  });

  test("positions of a source sum to it, less the projection's bias", async () => {
    const path = [{ ...head, position: last, weights: "none" as const }];
    const layer = head.layer - 1;
    const found = await traces.tracePositions(ids, { neuron, path, layer });
    const bySource = layerOutputBySource(model, clean, layer);
    const through = (vector: Float64Array) => score(throughPath(model, clean, path, vector), keys);
    expect(upsOf(found.rows)).toBeAllClose(upsOf(bySource.map(through)), SCORE);
    const { rows } = await traces.traceSources(ids, { neuron, path });
    const source = rows.find(({ kind, layer: of }) => kind === "attention" && of === layer)!;
    const { bias } = model.anatomy.layer(model, layer).attentionOut;
    const rest = bias ? through(bias).up : 0;
    expect(found.rows.reduce((sum, { up }) => sum + up, rest)).toBeAllClose(source.up, SCORE);
  });

  test("the two-hop path and the neurons at its end, with their tokens before and after", async () => {
    const [position, through] = [2, head.layer - 1];
    const path = [
      { ...head, position: last, weights: "none" as const },
      { layer: through, position, weights: "none" as const },
    ];
    const { rows: sources } = await traces.traceSources(ids, { neuron, path });
    const vectors = sourceVectors(clean, position, through);
    for (const row of sources) {
      const { vector } = vectors.find(({ kind, layer }) => kind === row.kind && layer === row.layer)!;
      expect(upsOf([row])).toBeAllClose(upsOf([score(throughPath(model, clean, path, vector), keys)]), SCORE);
    }
    if (through === 0) return;
    const { rows } = await traces.traceNeurons(ids, { neuron, path, layer: through - 1, count: 5 });
    const all = Array.from({ length: model.neurons }, (_, index) => {
      const vector = subvalue(model, clean, { layer: through - 1, neuron: index }, position);
      return { vector, ...score(throughPath(model, clean, path, vector), keys) };
    });
    const sums = all.map(({ up, gate = 0 }) => up + gate).sort((a, b) => b - a);
    expect(rows.map(({ up, gate = 0 }) => up + gate)).toBeAllClose(sums.slice(0, rows.length), SCORE);
    for (const row of rows) {
      const { vector, ...want } = all[row.neuron]!;
      expect(upsOf([row])).toBeAllClose(upsOf([want]), SCORE);
      expect(row.promotes[0]!.id).toBe(topTokens(model, vector, 1)[0]!.id);
      const transformed = throughPath(model, clean, path.slice(1), vector);
      expect(row.throughLayer[0]!.id).toBe(topTokens(model, transformed, 1)[0]!.id);
      expect(row.throughHead).toBeUndefined();
    }
  });

  test("tokens through a single head with the vector's own norm", async () => {
    const path = [{ ...head, position: last, weights: "none" as const }];
    const { rows } = await traces.traceNeurons(ids, { neuron, path, layer: head.layer - 1, count: 3 });
    for (const { throughHead, layer, neuron: index } of rows) {
      const vector = subvalue(model, clean, { layer, neuron: index }, last);
      // the scale of the norm plays no part in the order of tokens
      const transformed = throughPath(model, clean, path, vector);
      expect(throughHead!.slice(0, 3).map(({ id }) => id)).toEqual(
        topTokens(model, transformed, 3).map(({ id }) => id),
      );
    }
  });

  test("value · key of every pair, and what the lowest neuron's loss does", async () => {
    const ranked = rankNeurons(neuronIncreases(lens, clean, target)).slice(0, 8);
    const neurons = ranked.map(({ layer, neuron: index }) => ({ layer, neuron: index }));
    const found = await chains.enhancingGraph(ids, { neurons }, unaborted());
    expect(found.edges).toHaveLength(
      neurons.reduce((count, from) => count + neurons.filter((to) => to.layer > from.layer).length, 0),
    );
    for (const { from, to, raw, carried } of found.edges) {
      const value = valueVector(model, from.layer, from.neuron);
      const want = score(value, keysOf(model, to.layer, to.neuron));
      expect(upsOf([raw])).toBeAllClose(upsOf([want]), SCORE);
      expect(carried.up).toBeAllClose(want.up * coefficient(model, clean, from), SCORE);
    }
    expect(found.lowest.layer).toBe(Math.min(...neurons.map(({ layer }) => layer)));
    const off = forward(model, ids, [{ kind: "neuron", at: found.lowest, scale: 0 }]);
    for (const { layer, neuron: index, before, after } of found.others) {
      expect(before).toBeAllClose(atLast(clean.activation[layer]!)[index]!, SCORE);
      expect(after).toBeAllClose(atLast(off.activation[layer]!)[index]!, SCORE);
    }
    const before = logProbability(atLast(clean.logits), target);
    expect(found.effect).toBeAllClose(before - logProbability(atLast(off.logits), target), NATS);
  });

  test("two prompts compared, target and lens of the first", async () => {
    const found = await chains.comparePrompts(ids, { other, count: 10 }, () => undefined, unaborted());
    const second = forward(model, other);
    const want = compareNeurons(lens, clean, second, target);
    expect(found.certified).toBe(true);
    expect(found.rows.map(({ change }) => change)).toBeAllClose(
      want.slice(0, 10).map(({ change }) => change),
      NATS,
    );
    for (const row of found.rows) {
      const expected = want.find((each) => each.layer === row.layer && each.neuron === row.neuron)!;
      expect([row.before, row.after]).toBeAllClose([expected.before, expected.after], NATS);
      expect([row.activationBefore, row.activationAfter]).toBeAllClose(
        [expected.activationBefore, expected.activationAfter],
        SCORE,
      );
      const value = valueVector(model, row.layer, row.neuron);
      expect(row.promotes[0]!.id).toBe(topTokens(model, scaled(value, row.activationBefore), 1)[0]!.id);
      expect(row.raw[0]!.id).toBe(topTokens(model, value, 1)[0]!.id);
    }
    const probability = (run: typeof clean) => logProbability(atLast(run.logits), target);
    const { before, after } = found.logProbability;
    expect([before, after]).toBeAllClose([probability(clean), probability(second)], NATS);
  });

  test("value attention neurons equal brute force", async () => {
    const found = await chains.attentionNeurons(ids, { count: 10 }, unaborted());
    const want = attentionNeurons(lens, clean, target);
    expect(found.total).toBe(want.length);
    expect(found.certified).toBe(true);
    expect(found.rows.map(({ increase }) => increase)).toBeAllClose(
      want.slice(0, 10).map(({ increase }) => increase),
      NATS,
    );
  });

  test("query neurons and layers, by the keys of what they feed", async () => {
    const of = 4;
    const found = await chains.queryNeurons(ids, { of, count: 5 }, unaborted());
    const valued = (await chains.attentionNeurons(ids, { count: of }, unaborted())).rows;
    const share = (at: (typeof valued)[number], vector: Float64Array) =>
      attentionKeyProduct(model, at, vector) /
      attentionKeyProduct(model, at, clean.layerInput[at.layer]![at.position]!);
    const neuronScore = (at: { readonly layer: number; readonly neuron: number }) =>
      valued
        .filter(({ layer }) => layer > at.layer)
        .reduce((sum, each) => sum + each.increase * share(each, subvalue(model, clean, at, each.position)), 0);
    const all = Array.from({ length: model.layers }, (_, layer) =>
      Array.from({ length: model.neurons }, (_unused, index) => ({ layer, neuron: index })),
    ).flat();
    const wanted = all.map(neuronScore).sort((a, b) => b - a);
    expect(found.neurons.map(({ score: each }) => each)).toBeAllClose(wanted.slice(0, 5), NATS);
    for (const row of found.neurons) expect(row.score).toBeAllClose(neuronScore(row), NATS);
    for (const row of found.layersOfAttention) {
      const sum = valued.reduce((total, each) => {
        const source = sourceVectors(clean, each.position, each.layer).find(
          ({ kind, layer }) => kind === row.kind && layer === row.layer,
        );
        return source ? total + each.increase * share(each, source.vector) : total;
      }, 0);
      expect(row.score).toBeAllClose(sum, NATS);
    }
    // every part of what a neuron reads is somebody's: the layers' scores sum to the increases
    const total = found.layersOfNeurons.reduce((sum, { score: each }) => sum + each, 0);
    const increases = rankNeurons(neuronIncreases(lens, clean, target)).slice(0, of);
    expect(total).toBeAllClose(
      increases.reduce((sum, { increase }) => sum + increase, 0),
      NATS,
    );
  });

  test("every claim of an assembled chain, by its definition", async () => {
    const found = headSweep(model, ids, target).flatMap((row, layer) =>
      row.map((value, index) => ({ layer, head: index, value })),
    );
    // of those that have something below them and whose FFN is not the last
    const inside = found.filter(({ layer }) => layer > 0 && layer < model.layers - 1);
    const { layer, head: index } = inside.reduce((worst, each) => (each.value < worst.value ? each : worst));
    const thresholds = { headEffect: 0, promotingShare: 0, neuronChange: 1e-4, transferShare: 0, enhancingDrop: 0 };
    const asked = { head: { layer, head: index }, thresholds };
    const chain = await chains.chain(ids, asked, () => undefined, unaborted());
    const want = chainClaims(lens, clean, chain, target);
    expect(chain.edges.map(({ claimed }) => claimed!)).toBeAllClose(
      want.map(({ claimed }) => claimed),
      SCORE,
    );
    const shared = chain.edges.flatMap(({ share }, each) => (share === undefined ? [] : [each]));
    expect(shared.map((each) => chain.edges[each]!.share!)).toBeAllClose(
      shared.map((each) => want[each]!.share!),
      SCORE,
    );
    // `placeShare` where the head reads a place itself, and nowhere else
    expect(chain.edges.map(({ placeShare = -1 }) => placeShare)).toBeAllClose(
      want.map(({ placeShare = -1 }) => placeShare),
      SCORE,
    );
    const kinds = chain.edges.map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(["enhances", "transfers", "predicts", "promotes"]));
  });
});
