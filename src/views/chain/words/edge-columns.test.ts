import { expect, test } from "vitest";
import { crowdedChain, measuredChain } from "#test/chains.ts";
import { SHARE, SHARE_NOW, edgeRows, measurements } from "./edge-columns.ts";

test("an edge of a part that is off keeps its share of the chain as it is, beside what arrives now", () => {
  const clean = crowdedChain();
  const changed = {
    ...clean,
    edges: clean.edges.map((edge) => (edge.share === undefined ? edge : { ...edge, share: 0 })),
  };
  const rows = edgeRows({ clean, chain: changed }).filter(({ share }) => share !== undefined);
  const into = rows.find(({ from, to }) => from === "L3H1" && to === "L3N0")!;
  expect([SHARE.show(into), SHARE_NOW.show(into)]).toEqual(["40.0\u202f%", "0.0\u202f%"]);
  expect(edgeRows({ clean, chain: clean }).every(({ now }) => now === undefined)).toBe(true);
});

test("plainly there is no column of cuts that nobody made", () => {
  const labels = (...asked: Parameters<typeof measurements>) => measurements(...asked).map(({ label }) => label);
  const [CLAIM, CUT] = ["measured without the sender", "measured, this edge alone cut"];
  expect(labels(crowdedChain(), true)).toEqual([CLAIM]);
  expect(labels(crowdedChain(), false)).toEqual([CLAIM, CUT]);
  expect(labels(measuredChain(), true)).toEqual([CLAIM, CUT]);
});
