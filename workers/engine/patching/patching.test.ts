import { NO_CHANGES } from "#analysis/ablation/changes.ts";
import { capture } from "#analysis/capture.ts";
import { residualPatch } from "#analysis/patching/sites.ts";
import { patchEach } from "#analysis/patching/wavefront.ts";
import { beforeAll, describe, expect, test } from "vitest";
import { FAMILY_VARIANTS, randomCheckpoint } from "#test/checkpoints.ts";
import { loadInNode, unaborted } from "#test/engine.ts";
import { forward } from "#test/reference/forward.ts";
import { readModel } from "#test/reference/model.ts";
import type { ReferenceModel } from "#test/reference/families/family.ts";
import { logProbability } from "#test/reference/lens.ts";
import { patchedAt, patchedHead, patchedNeuron, pathToHead, pathToNeuron } from "#test/reference/patching.ts";
import type { ReferencePair } from "#test/reference/patching.ts";
import type { PatchDirection, PatchSite } from "#protocol/patching.ts";
import type { LoadedModel } from "../load/load-model.ts";
import { ModelSession } from "../session/model-session.ts";
import { PatchSession } from "./patch-session.ts";

/** Nats and logits of a model of random weights: single precision through two or three layers. */
const NATS = { atol: 1e-4 };
const PAIR = { clean: [1, 20, 9, 33, 2, 31], corrupted: [1, 20, 11, 33, 2, 30] };
const [RIGHT, WRONG] = [17, 40];
const POSITIONS = PAIR.clean.map((_, position) => position);
const NEURON = { layer: 1, neuron: 5 };

/** The shapes that the method differs in: sharing heads and gated, learned positions, attention beside the FFN. */
const SHAPES = FAMILY_VARIANTS.filter(({ name }) =>
  ["llama", "gpt2", "gpt_neox", "qwen3, tied", "gemma2", "olmo2"].includes(name),
).map((shape) => ({ ...shape, isParallel: shape.name === "gpt_neox" }));

const SITES = [
  ["resid_pre", "residPre"],
  ["resid_mid", "residMid"],
  ["resid_post", "residPost"],
  ["attn_out", "attnOut"],
  ["mlp_out", "mlpOut"],
] as const;

const difference = (logits: Float64Array) => logits[RIGHT]! - logits[WRONG]!;

describe.each(SHAPES)("$name", ({ isParallel, changes }) => {
  let session: PatchSession;
  let model: ReferenceModel;
  let loaded: LoadedModel;
  beforeAll(async () => {
    const files = randomCheckpoint(changes);
    model = readModel(files);
    loaded = await loadInNode(files, "f32");
    session = new PatchSession(loaded, new ModelSession(loaded));
  });

  const pairOf = (direction: PatchDirection): ReferencePair => {
    const [clean, corrupted] = [forward(model, PAIR.clean), forward(model, PAIR.corrupted)];
    return direction === "denoise"
      ? { model, receiver: corrupted, donor: clean }
      : { model, receiver: clean, donor: corrupted };
  };
  const ask = (site: PatchSite, direction: PatchDirection, more: object = {}) =>
    session.patch(PAIR, { site, direction, answers: [RIGHT, WRONG], ...more }, () => undefined, unaborted());

  describe.each(["denoise", "noise"] as const)("%s", (direction) => {
    const sites = SITES.filter(([site]) => !isParallel || site !== "resid_mid");
    test.each(sites)("%s, layer by position", async (site, inReference) => {
      const pair = pairOf(direction);
      const found = await ask(site, direction);
      const raw = Array.from({ length: model.layers }, (_, layer) =>
        POSITIONS.map((at) => difference(patchedAt(pair, inReference, layer, [at]))),
      );
      expect(found.raw).toBeAllClose(raw, NATS);
      const clean = difference(forward(model, PAIR.clean).logits.at(-1)!);
      const corrupted = difference(forward(model, PAIR.corrupted).logits.at(-1)!);
      expect([found.clean, found.corrupted]).toBeAllClose([clean, corrupted], NATS);
      const scale = clean - corrupted;
      expect(found.values).toBeAllClose(
        raw.map((row) => row.map((value) => (value - corrupted) / scale)),
        { atol: 1e-4 / Math.min(1, Math.abs(scale)) },
      );
    });

    test("each head's z at all positions, and at one", async () => {
      const pair = pairOf(direction);
      const raw = (positions: readonly number[]) =>
        Array.from({ length: model.layers }, (_, layer) =>
          Array.from({ length: model.heads }, (_head, head) =>
            difference(patchedHead(pair, { layer, head }, positions)),
          ),
        );
      expect((await ask("z", direction)).raw).toBeAllClose(raw(POSITIONS), NATS);
      expect((await ask("z", direction, { position: 2 })).raw).toBeAllClose(raw([2]), NATS);
    });

    test("single neurons", async () => {
      const pair = pairOf(direction);
      const neurons = [NEURON, { layer: 0, neuron: 3 }];
      expect((await ask("post", direction, { neurons })).raw).toBeAllClose(
        neurons.map((neuron) => POSITIONS.map((at) => difference(patchedNeuron(pair, neuron, [at])))),
        NATS,
      );
    });

    test("of one sender into one receiver", async () => {
      const pair = pairOf(direction);
      const path = async (from: object, to: object) =>
        (
          await session.pathPatch(
            PAIR,
            { direction, answers: [RIGHT, WRONG], from: from as never, to: to as never },
            () => undefined,
            unaborted(),
          )
        ).paths.map(({ raw }) => raw);
      const sender = { kind: "head", at: { layer: 0, head: 1 } };
      const heard = { layer: 1, head: 2 };
      const headTo = (["q", "k", "v"] as const).map((by) =>
        difference(pathToHead(pair, { layer: 0, head: 1 }, heard, by)),
      );
      expect(await path(sender, { kind: "head", at: heard })).toBeAllClose(headTo, NATS);
      const ofNeuron = (["q", "k", "v"] as const).map((by) =>
        difference(pathToHead(pair, { layer: 0, neuron: 3 }, heard, by)),
      );
      const neuron = { kind: "neuron", at: { layer: 0, neuron: 3 } };
      expect(await path(neuron, { kind: "head", at: heard })).toBeAllClose(ofNeuron, NATS);
      expect(await path(sender, { kind: "neuron", at: NEURON })).toBeAllClose(
        [difference(pathToNeuron(pair, { layer: 0, head: 1 }, NEURON))],
        NATS,
      );
      expect(await path(neuron, { kind: "neuron", at: NEURON })).toBeAllClose(
        [difference(pathToNeuron(pair, { layer: 0, neuron: 3 }, NEURON))],
        NATS,
      );
      // a layer's own heads are heard by its neurons where its FFN comes after them
      const near = { layer: 1, head: 1 };
      const into = isParallel ? [] : await path({ kind: "head", at: near }, { kind: "neuron", at: NEURON });
      const wanted = isParallel ? [] : [difference(pathToNeuron(pair, near, NEURON))];
      expect(into).toBeAllClose(wanted, NATS);
    });
  });

  test.each(["logProbability", "probability"] as const)("judged by %s", async (metric) => {
    const pair = pairOf("denoise");
    const found = await session.patch(
      PAIR,
      { site: "resid_post", direction: "denoise", target: RIGHT, metric },
      () => undefined,
      unaborted(),
    );
    const of = (logits: Float64Array) => {
      const log = logProbability(logits, RIGHT);
      return metric === "probability" ? Math.exp(log) : log;
    };
    expect(found.raw).toBeAllClose(
      Array.from({ length: model.layers }, (_, layer) =>
        POSITIONS.map((at) => of(patchedAt(pair, "residPost", layer, [at]))),
      ),
      NATS,
    );
  });

  test("row by row is the same, the last row first, and each partial map has what is known", async () => {
    const known: number[][] = [];
    const found = await session.patch(
      PAIR,
      { site: "attn_out", direction: "denoise", answers: [RIGHT, WRONG], rowByRow: true },
      (report) => {
        if ("raw" in report) known.push(report.raw.flatMap(([first], row) => (Number.isNaN(first) ? [] : [row])));
      },
      unaborted(),
    );
    expect(found.raw).toBeAllClose((await ask("attn_out", "denoise")).raw, NATS);
    const layers = Array.from({ length: model.layers }, (_, layer) => layer);
    expect(known).toEqual(layers.map((_, index) => layers.slice(model.layers - 1 - index)));
  });

  test("every position of one layer's residual is the whole of the clean run", async () => {
    const [receiver, donor] = [
      await capture(loaded.runner, PAIR.corrupted, NO_CHANGES),
      await capture(loaded.runner, PAIR.clean, NO_CHANGES),
    ];
    const rows = Array.from({ length: model.layers + 1 }, (_, layer) => [
      residualPatch({ receiver, donor }, layer, POSITIONS),
    ]);
    const found = await patchEach(loaded.runner, receiver, rows, { tokens: [RIGHT, WRONG], rowByRow: false });
    const clean = forward(model, PAIR.clean).logits.at(-1)!;
    for (const [only] of found) expect(Array.from(only!.logits)).toBeAllClose([clean[RIGHT]!, clean[WRONG]!], NATS);
    const own = [donor.logits[RIGHT]!, donor.logits[WRONG]!];
    // nothing but the size of a batch differs between the two
    for (const [only] of found) expect(Array.from(only!.logits)).toBeAllClose(own, { atol: 1e-5 });
  });

  test("a prompt patched from itself is as it was, wherever it is patched", async () => {
    for (const site of ["resid_pre", "resid_post", "attn_out", "mlp_out", "z"] as const) {
      const same = { clean: PAIR.clean, corrupted: PAIR.clean };
      const found = await session.patch(
        same,
        { site, direction: "denoise", answers: [RIGHT, WRONG] },
        () => undefined,
        unaborted(),
      );
      for (const row of found.raw)
        expect(row).toBeAllClose(
          row.map(() => found.clean),
          NATS,
        );
      expect(found.values.flat().every(Number.isNaN)).toBe(true);
    }
  });
});

test("where attention and FFN work beside each other, what lies between them is refused", async () => {
  const loaded = await loadInNode(randomCheckpoint({ family: "gpt_neox" }), "f32");
  const session = new PatchSession(loaded, new ModelSession(loaded));
  await expect(
    session.patch(PAIR, { site: "resid_mid", direction: "denoise" }, () => undefined, unaborted()),
  ).rejects.toThrow("beside each other");
  const near = { from: { kind: "head", at: { layer: 1, head: 1 } }, to: { kind: "neuron", at: NEURON } } as const;
  await expect(
    session.pathPatch(PAIR, { ...near, direction: "denoise" }, () => undefined, unaborted()),
  ).rejects.toThrow("L1N5 reads nothing that L1H1 writes");
});
