import { beforeEach, expect, test, vi } from "vitest";

beforeEach(() => vi.resetModules());

const arrive = async () => {
  await import("./behind-door.ts");
  return import("./slots.ts");
};

test("whoever looks at results before any can be there is told that they came, and of all that changes", async () => {
  const { experimentsDoor, followExperimentsDoor } = await import("./door.ts");
  let told = 0;
  const end = followExperimentsDoor(() => void told++);
  expect([experimentsDoor(), told]).toEqual([undefined, 0]);
  const { EMPTY, experiments } = await arrive();
  expect([experimentsDoor()!.shown(), told]).toEqual([experiments.getState(), 1]);
  experiments.setState({ heads: { ...EMPTY, status: "failed" } });
  expect([experimentsDoor()!.shown(), told]).toEqual([experiments.getState(), 2]);
  end();
  experiments.setState({ heads: EMPTY });
  expect(told).toBe(2);
});

test("whoever has left before is told of nothing", async () => {
  const { followExperimentsDoor } = await import("./door.ts");
  let told = 0;
  followExperimentsDoor(() => void told++)();
  const { EMPTY, experiments } = await arrive();
  experiments.setState({ heads: { ...EMPTY, status: "failed" } });
  expect(told).toBe(0);
});
