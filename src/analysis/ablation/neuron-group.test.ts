import { expect, test } from "vitest";
import { CountingRunner, COUNTING_SPEC } from "#test/counting-runner.ts";
import { capture } from "../capture.ts";
import { NO_CHANGES } from "./changes.ts";
import { ablatedLogProbabilities, meanAndSpread, neuronsPerLayer, randomGroups } from "./neuron-group.ts";

const GROUP = [
  { layer: 1, neuron: 0 },
  { layer: 2, neuron: 2 },
];

test("every set of neurons is a variant of one batch that starts where the first one is", async () => {
  const runner = new CountingRunner();
  const clean = await capture(runner, [0, 0], NO_CHANGES);
  runner.blocks.length = 0;
  const all = 333 + 6_000 + 60_000 + 600_000;
  const found = await ablatedLogProbabilities(runner, clean, [[], GROUP, [{ layer: 1, neuron: 2 }]], {
    target: 0,
    interventions: [],
  });
  expect(found).toEqual([all, all - 10_000 - 300_000, all - 30_000]);
  expect(runner.blocks.map(({ layer, batch }) => [layer, batch])).toEqual([
    [1, 1],
    [2, 3],
  ]);
  expect(runner.unreleased).toBe(0);
});

test("interventions hold in every variant, a neuron's own scale under its zero", async () => {
  const runner = new CountingRunner();
  const clean = await capture(runner, [0], NO_CHANGES);
  const [asItIs, without] = await ablatedLogProbabilities(runner, clean, [[], [{ layer: 1, neuron: 1 }]], {
    target: 0,
    interventions: [
      { kind: "head", at: { layer: 0, head: 1 }, scale: 0 },
      { kind: "neuron", at: { layer: 1, neuron: 1 }, scale: 0.5 },
    ],
  });
  const all = 333 - 2 + 6_000 + 60_000 - 10_000 + 600_000;
  expect([asItIs, without]).toEqual([all, all - 10_000]);
});

test("a stop leaves nothing in memory", async () => {
  const runner = new CountingRunner();
  const clean = await capture(runner, [0], NO_CHANGES);
  const stop = new AbortController();
  runner.onBlock = () => stop.abort();
  const options = { target: 0, interventions: [], signal: stop.signal };
  await expect(ablatedLogProbabilities(runner, clean, [GROUP], options)).rejects.toMatchObject({ name: "AbortError" });
  expect(runner.unreleased).toBe(0);
});

test("random groups have the group's layers and none of its neurons, and a seed draws them again", () => {
  const spec = { layers: 3, neurons: 40 };
  const group = Array.from({ length: 15 }, (_, neuron) => ({ layer: neuron % 3, neuron }));
  const drawn = randomGroups(spec, group, { draws: 4, seed: 5 });
  expect(drawn).toHaveLength(4);
  for (const random of drawn) {
    expect(neuronsPerLayer(spec, random)).toEqual(neuronsPerLayer(spec, group));
    const names = random.map(({ layer, neuron }) => `${layer}.${neuron}`);
    expect(new Set(names).size).toBe(15);
    expect(group.filter(({ layer, neuron }) => names.includes(`${layer}.${neuron}`))).toEqual([]);
  }
  expect(randomGroups(spec, group, { draws: 4, seed: 5 })).toEqual(drawn);
  expect(randomGroups(spec, group, { draws: 4, seed: 6 })).not.toEqual(drawn);
});

test("where a layer has not that many others, the whole layer is drawn from", () => {
  const [random] = randomGroups(
    COUNTING_SPEC,
    [0, 1].map((neuron) => ({ layer: 1, neuron })),
    { draws: 1, seed: 1 },
  );
  expect(random!.map(({ layer }) => layer)).toEqual([1, 1]);
  expect(new Set(random!.map(({ neuron }) => neuron)).size).toBe(2);
});

test("mean and spread, worked out by hand", () => {
  expect(meanAndSpread([1, 3])).toEqual({ mean: 2, spread: Math.SQRT2 });
  expect(meanAndSpread([7])).toEqual({ mean: 7, spread: 0 });
});
