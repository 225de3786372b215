import { beforeAll, describe, expect, test } from "vitest";
import { capture } from "#analysis/capture.ts";
import type { Capture } from "#analysis/capture.ts";
import { NO_CHANGES } from "#analysis/ablation/changes.ts";
import { layerIncreases } from "#analysis/lens/increase.ts";
import { lensLogProbabilities, residualLogits } from "#analysis/lens/lens.ts";
import { normScale } from "#analysis/lens/norm-scale.ts";
import { subvalues } from "#analysis/lens/subvalues.ts";
import { ffnOutput } from "#analysis/trace/transfer.ts";
import { addScaled, fromRows, rowOf } from "#core/numeric/matrix.ts";
import { logSumExp, softmax } from "#core/numeric/softmax.ts";
import { topIndices } from "#core/numeric/top.ts";
import { abacusFiles, randomCheckpoint } from "#test/checkpoints.ts";
import { loadInNode, unaborted } from "#test/engine.ts";
import type { LoadedModel } from "../load/load-model.ts";
import { ModelSession } from "../session/model-session.ts";
import { TraceSession } from "./trace-session.ts";

/** In nats and in units of activations that reach 40: float32 sums of a few hundred terms. */
const CLOSE = { atol: 1e-4, rtol: 1e-5 };

const MODELS = [
  ["the bundled model in f32", abacusFiles, "f32", [1, 7, 1004, 9, 1008]],
  ["the bundled model in q8", abacusFiles, "q8", [1, 7, 1004, 9, 1008]],
  ["random weights with grouped queries in f32", () => randomCheckpoint(), "f32", [1, 5, 9, 33, 2, 96]],
  ["random weights with grouped queries in q4", () => randomCheckpoint(), "q4", [1, 5, 9, 33, 2, 96]],
] as const;

/** What an implementation of the method owes itself, on the engine's own numbers. */
describe.each(MODELS)("on %s", (_name, files, dtype, ids) => {
  let loaded: LoadedModel;
  let session: ModelSession;
  let traces: TraceSession;
  let run: Capture;
  let target: number;
  beforeAll(async () => {
    loaded = await loadInNode(files(), dtype);
    session = new ModelSession(loaded);
    traces = new TraceSession(loaded, session);
    run = await capture(loaded.runner, ids, NO_CHANGES);
    [target] = topIndices(run.logits, 1) as [number];
  });
  const last = ids.length - 1;
  const layers = () => Array.from(run.layers.keys());
  const lens = () => ({ runner: loaded.runner, scale: run.scale });
  const own = () => run.logits[target]! - logSumExp(run.logits);

  test("increases telescope from the embedding to the prediction", async () => {
    const { attention, ffn } = await layerIncreases(lens(), run, target);
    const embedding = rowOf(run.layers[0]!.residPre, last);
    const [atEmbedding] = await lensLogProbabilities(lens(), fromRows([embedding], embedding.length), target);
    const sum = [...attention, ...ffn].reduce((all, each) => all + each, 0);
    expect(sum).toBeAllClose(own() - atEmbedding!, CLOSE);
  });

  test("the lens of the last layer's output is the model's own prediction", async () => {
    const final = fromRows([rowOf(run.residFinal, last)], run.residFinal.cols);
    expect(softmax((await residualLogits(lens(), final)).data)).toBeAllClose(softmax(run.logits), { atol: 1e-6 });
  });

  test("what is taken from the positions sums to every head's z", async () => {
    const { heads, headDim } = loaded.spec;
    for (const layer of layers()) {
      const mixed = await subvalues(loaded.runner, run, layer);
      for (let head = 0; head < heads; head++) {
        for (let dim = 0; dim < headDim; dim++) {
          const sum = ids.reduce((all, _, position) => all + rowOf(mixed, position)[head * headDim + dim]!, 0);
          expect(sum).toBeAllClose(run.layers[layer]!.z[(head * ids.length + last) * headDim + dim]!, CLOSE);
        }
      }
    }
  });

  test("heads sum to a position's transfer, positions to the layer's", async () => {
    for (const layer of layers()) {
      const found = await traces.featureTransfer(ids, { neuron: { layer, neuron: 5 }, layer });
      for (const { position, up, gate = 0 } of found.byPosition) {
        expect(found.table.reduce((sum, row) => sum + row[position]!.up, 0)).toBeAllClose(up, CLOSE);
        expect(found.table.reduce((sum, row) => sum + row[position]!.gate!, 0)).toBeAllClose(gate, CLOSE);
      }
      expect(found.byPosition.reduce((sum, { up }) => sum + up, 0)).toBeAllClose(found.total.up, CLOSE);
    }
  });

  test("positions of an attention layer sum to it as a source of a later head", async () => {
    const top = loaded.spec.layers - 1;
    const path = [{ layer: top, head: 1, position: last, weights: "none" as const }];
    const neuron = { layer: top, neuron: 3 };
    const { rows } = await traces.tracePositions(ids, { neuron, path, layer: 0 });
    const sources = await traces.traceSources(ids, { neuron, path });
    const source = sources.rows.find(({ label }) => label === 0)!;
    expect(rows.reduce((sum, { up }) => sum + up, 0)).toBeAllClose(source.up, CLOSE);
    expect(rows.reduce((sum, { gate }) => sum + gate!, 0)).toBeAllClose(source.gate ?? 0, CLOSE);
  });

  test("one root mean square of the residual explains an activation from its two keys", async () => {
    for (const layer of layers()) {
      const at = { layer, neuron: 17 };
      const { residual } = await traces.featureTransfer(ids, { neuron: at, layer });
      const scale = normScale(loaded.spec, rowOf(run.layers[layer]!.residMid, last));
      const gate = residual.gate! * scale;
      const { activations } = await session.inspectNeuron(ids, { neuron: at }, unaborted());
      expect((gate / (1 + Math.exp(-gate))) * residual.up * scale).toBeAllClose(activations[last]!, CLOSE);
    }
  });

  test("activations times value vectors sum to the FFN's output", async () => {
    for (const layer of layers()) {
      const neurons = Array.from({ length: loaded.spec.neurons }, (_, neuron) => ({ layer, neuron }));
      const values = await loaded.runner.weights.valueVectors(neurons);
      const activations = rowOf(run.layers[layer]!.post, last);
      const sum = values.reduce(
        (all, value, neuron) => addScaled(all, value, activations[neuron]),
        new Float32Array(loaded.spec.modelDim),
      );
      expect(sum).toBeAllClose(ffnOutput(run, layer, last), CLOSE);
    }
  });

  test("a comparison's increase is the neuron's, and its run's prediction is the sweep's", async () => {
    const { logProbability } = await session.sweepHeads(ids, {}, () => undefined, unaborted());
    for (const head of [0, loaded.spec.heads - 1]) {
      const interventions = [{ kind: "head", at: { layer: 1, head }, scale: 0 }] as const;
      const compared = await session.compareNeurons(ids, { interventions, count: 3 }, () => undefined, unaborted());
      for (const { layer, neuron, before } of compared.rows) {
        const inspected = await session.inspectNeuron(ids, { neuron: { layer, neuron } }, unaborted());
        expect(before).toBeAllClose(inspected.increase, CLOSE);
      }
      const without = await session.predict(ids, { top: 10, interventions, target }, () => undefined, unaborted());
      expect(without.target.logProbability).toBeAllClose(logProbability[1]![head]!, CLOSE);
    }
  });
});
