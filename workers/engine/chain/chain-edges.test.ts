import { beforeAll, describe, expect, test } from "vitest";
import type { Chain } from "#analysis/chain/chain.ts";
import type { ChainEdges, ChainEdgesReport } from "#protocol/chain.ts";
import { FAMILY_VARIANTS, randomCheckpoint } from "#test/checkpoints.ts";
import { loadInNode, unaborted } from "#test/engine.ts";
import { cutEdges } from "#test/reference/edges.ts";
import { forward } from "#test/reference/forward.ts";
import { headSweep, targetOf } from "#test/reference/method.ts";
import { readModel } from "#test/reference/model.ts";
import type { ReferenceModel } from "#test/reference/families/family.ts";
import { PatchSession } from "../patching/patch-session.ts";
import { ModelSession } from "../session/model-session.ts";
import { ChainSession } from "./chain-session.ts";

/** Nats and activations of a model of random weights: single precision through four layers. */
const CLOSE = { atol: 1e-4 };
const IDS = [1, 5, 9, 33, 2, 41];
/** What stands in for what is ablated: another prompt (resampling), or several (their mean). */
const SOURCES = [
  [1, 7, 9, 12, 2, 40],
  [1, 6, 11, 33, 3, 41],
];
/** Whatever is there is drawn. */
const LOOSE = {
  headEffect: -9,
  promotingShare: 0,
  neuronChange: -9,
  transferShare: 0,
  shallowShare: 0,
  enhancingDrop: -9,
};

/** Shared key heads and a gate, norms and biases of GPT-2, attention beside the FFN, norms behind both. */
const SHAPES = FAMILY_VARIANTS.filter(({ name }) => ["llama", "gpt2", "gpt_neox", "gemma2", "olmo2"].includes(name));

describe.each(SHAPES)("$name", ({ changes }) => {
  let model: ReferenceModel;
  let chains: ChainSession;
  let patches: PatchSession;
  /** A head with a layer below it and a layer above. */
  let head: { readonly layer: number; readonly head: number };
  let target: number;
  beforeAll(async () => {
    const files = randomCheckpoint({ ...changes, layers: 4 });
    model = readModel(files);
    const loaded = await loadInNode(files, "f32");
    const session = new ModelSession(loaded);
    chains = new ChainSession(loaded, session);
    patches = new PatchSession(loaded, session);
    target = targetOf(forward(model, IDS));
    const found = headSweep(model, IDS, target).flatMap((row, layer) =>
      row.map((value, index) => ({ layer, head: index, value })),
    );
    head = found
      .filter(({ layer }) => layer > 0 && layer < model.layers - 1)
      .reduce((worst, each) => (each.value < worst.value ? each : worst));
    head = { layer: head.layer, head: head.head };
  });

  const asked = (ablationSource?: number[][]) => ({
    head,
    thresholds: LOOSE,
    ...(ablationSource && { ablationSource }),
  });
  const ask = async (ablationSource?: number[][]): Promise<{ chain: Chain; found: ChainEdges }> => ({
    chain: await chains.chain(IDS, asked(ablationSource), () => undefined, unaborted()),
    found: await chains.chainEdges(IDS, asked(ablationSource), () => undefined, unaborted()),
  });

  test.each([
    ["0", undefined],
    ["another prompt", SOURCES.slice(0, 1)],
    ["the mean over several", SOURCES],
  ] as const)("every edge cut for %s is what a whole forward of the reference gives", async (_, sources) => {
    const { chain, found } = await ask(sources?.map((ids) => [...ids]));
    const want = cutEdges({
      model,
      clean: forward(model, IDS),
      sources: (sources ?? []).map((ids) => forward(model, ids)),
      chain,
      target,
    });
    expect(found.edges.map(({ from, to, kind, position, claimed }) => ({ from, to, kind, position, claimed }))).toEqual(
      chain.edges.map(({ from, to, kind, position, claimed }) => ({ from, to, kind, position, claimed })),
    );
    expect(found.edges.map(({ effect }) => effect)).toBeAllClose(
      want.map(({ effect }) => effect),
      CLOSE,
    );
    expect(found.edges.map(({ activation }) => activation?.after ?? -1)).toBeAllClose(
      want.map(({ after }) => after ?? -1),
      CLOSE,
    );
    const kinds = new Set(found.edges.map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(expect.arrayContaining(["enhances", "predicts", "promotes", "transfers"]));
  });

  test("from one other prompt into a neuron of the last layer it is the path patch of the pair", async () => {
    let compared = 0;
    for (const corrupted of SOURCES) {
      const { chain, found } = await ask([corrupted]);
      const node = (id: string) => chain.nodes.find((each) => each.id === id)!;
      // what such a neuron does at other positions nobody reads
      const isLast = ({ to, kind }: (typeof found.edges)[number]) =>
        (kind === "predicts" || kind === "amplifies") && node(to).layer === model.layers - 1;
      for (const { from, to, effect } of found.edges.filter(isLast).slice(0, 6)) {
        const part = ({ kind, layer, index }: ReturnType<typeof node>) =>
          kind === "head"
            ? ({ kind, at: { layer: layer!, head: index! } } as const)
            : ({ kind: "neuron", at: { layer: layer!, neuron: index! } } as const);
        const { paths, clean } = await patches.pathPatch(
          { clean: IDS, corrupted },
          { direction: "noise", target, from: part(node(from)), to: part(node(to)) },
          () => undefined,
          unaborted(),
        );
        expect(clean - paths[0]!.raw).toBeAllClose(effect, CLOSE);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(0);
  });

  test("a neuron of the last layer has one way only, and its edge is worth what it is", async () => {
    const { chain, found } = await ask();
    const last = chain.nodes.filter(({ kind, layer }) => kind === "deep-neuron" && layer === model.layers - 1);
    const edges = last.map(({ id }) => found.edges.find(({ from, kind }) => from === id && kind === "promotes")!);
    expect(edges.map(({ effect }) => effect)).toBeAllClose(
      last.map(({ effect }) => effect!),
      CLOSE,
    );
  });

  test("where nothing lies between the head and a neuron, the neuron without the edge is the neuron without the head", async () => {
    const { chain, found } = await ask();
    const near = chain.edges.filter(
      ({ kind, to }) => kind === "predicts" && chain.nodes.find(({ id }) => id === to)!.layer === head.layer,
    );
    const alone = near.map(({ to }) => found.edges.find((edge) => edge.kind === "predicts" && edge.to === to)!);
    expect(alone.map(({ activation }) => activation!.after)).toBeAllClose(
      near.map(({ measured }) => measured!.after),
      CLOSE,
    );
  });

  test("cut for the prompt itself no edge is worth anything", async () => {
    const { found } = await ask([IDS]);
    expect(found.edges.map(({ effect }) => effect)).toBeAllClose(
      found.edges.map(() => 0),
      CLOSE,
    );
  });
});

test("each receiver's edges are reported as they are known, the work grows to its end, and Stop ends it", async () => {
  const loaded = await loadInNode(randomCheckpoint({ layers: 4 }), "f32");
  const chains = new ChainSession(loaded, new ModelSession(loaded));
  const options = { head: { layer: 2, head: 1 }, thresholds: LOOSE };
  const reports: ChainEdgesReport[] = [];
  const whole = await chains.chainEdges(IDS, options, (report) => reports.push(report), unaborted());
  const known = reports.flatMap((report) => ("edges" in report ? [report.edges.length] : []));
  const progress = reports.flatMap((report) => ("done" in report ? [report.done / report.total] : []));
  expect(known).toEqual([...new Set(known)].sort((a, b) => a - b));
  expect(known.at(-1)).toBe(whole.edges.length);
  expect(known.length).toBeGreaterThan(2);
  expect(progress).toEqual([...progress].sort((a, b) => a - b));
  expect(progress.at(-1)).toBeCloseTo(1, 10);
  expect(whole.forwards).toBeGreaterThan(1);
  const stop = new AbortController();
  const stopped = chains.under(stop.signal).chainEdges(
    IDS,
    options,
    (report) => {
      if ("edges" in report) stop.abort(new Error("stopped"));
    },
    stop.signal,
  );
  await expect(stopped).rejects.toThrow("stopped");
});
