import { expect, openWithModel, test, withEngine } from "./support.ts";

/** Nats by which q8 weights may move a number that docs/scripting.md gives in float64. */
const MOVED_BY_Q8 = 1;

test("window.arithmoscope puts a chain together and answers what is behind it", async ({ page }) => {
  await openWithModel(page);

  await test.step("the chain of an addition", async () => {
    const { chain, changed } = await withEngine(
      page,
      async (engine) => ({
        chain: await engine.chain("3+5="),
        changed: await engine.chain("3+5=", { interventions: [{ neuron: "L1N452" }] }),
      }),
      undefined,
    );
    expect(chain.target).toEqual({ id: 12, text: "8" });
    expect(chain.stages.map(({ hasEvidence }) => hasEvidence)).toEqual([false, false, true, true]);
    expect(chain.stages[2]!.evidence).toMatchObject({ head: { layer: 0, head: 7 }, compared: 10 });
    expect(chain.ablation!.targetAfter).toBeCloseTo(-7.976, MOVED_BY_Q8);
    expect(changed.nodes.map(({ id }) => id)).toEqual(chain.nodes.map(({ id }) => id));
    const off = (id: string) => changed.nodes.find((node) => node.id === id)!;
    expect(off("L1N452").activation).toBe(0);
    expect(changed.baseline - chain.baseline).toBeCloseTo(-0.403, MOVED_BY_Q8);
  });

  await test.step("a control has none, and says why", async () => {
    const chain = await withEngine(page, (engine) => engine.chain("the capital of france is"), undefined);
    expect(chain.nodes).toEqual([]);
    expect(chain.stages[2]!.criteria).toMatchObject([{ measure: "head-effect", threshold: 0.5, holds: false }]);
  });

  await test.step("what is behind it", async () => {
    const found = await withEngine(
      page,
      async (engine) => ({
        layers: await engine.layerValues("3+5="),
        heads: await engine.headValues("3+5="),
        positions: await engine.positionValues("3+5=", { head: "L0H7" }),
        compared: await engine.comparePrompts("3+5=", { other: "3+6=", count: 3 }),
        transfer: await engine.featureTransfer("3+5=", { neuron: "L4N425", layer: 0 }),
        sources: await engine.traceSources("III + V =", {
          neuron: "L4N175",
          path: [{ head: "L3H6", position: 1, weights: "attention" }],
        }),
        graph: await engine.enhancingGraph("3+5=", { neurons: ["L1N452", "L4N425", "L5N399"] }),
        attention: await engine.attentionNeurons("3+5=", { count: 2 }),
        query: await engine.queryNeurons("3+5=", { count: 3 }),
      }),
      undefined,
    );
    expect(found.layers.ffn[3]!.promotes[0]!.text).toBe("8");
    expect(found.heads.rows).toHaveLength(48);
    expect(found.positions.positions[2]!.attention).toBeCloseTo(1, 2);
    expect(found.compared.rows[0]).toMatchObject({ layer: 1, neuron: 452 });
    expect(found.transfer.byHead[0]!.head).toBe(7);
    expect(found.transfer.byHead[0]!.up).toBeCloseTo(1.316, MOVED_BY_Q8);
    expect(found.sources.rows[0]).toMatchObject({ kind: "ffn", layer: 2, label: 2.5 });
    expect(found.graph.lowest).toEqual({ layer: 1, neuron: 452 });
    expect(found.attention.rows[0]).toMatchObject({ layer: 0, head: 0, dim: 15, position: 3 });
    expect(found.query.neurons[0]!.layer).toBeLessThan(6);
  });
});
