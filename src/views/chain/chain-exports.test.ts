import { expect, test } from "vitest";
import { crowdedChain, measuredChain } from "#test/chains.ts";
import { exportTable } from "./chain-exports.ts";
import { withoutHead } from "./shown-chains.ts";

const chain = crowdedChain();
const parts = chain.nodes.length + chain.edges.length;

test("every part and edge is a row, under the run that its numbers are of", () => {
  const changed = { ...chain, baseline: -1 };
  const { header, rows } = exportTable([
    withoutHead("3+5=", changed, { clean: chain, isChanged: true }),
    withoutHead("4+5=", changed, { isChanged: true }),
    withoutHead("6+5=", chain),
  ]);
  expect(rows.every(({ length }) => length === header.length)).toBe(true);
  const runs = rows.map(([of, run]) => `${of} ${run}`);
  const counted = new Map([...new Set(runs)].map((run) => [run, runs.filter((each) => each === run).length]));
  // the bars of the prediction are of the run that is drawn: acht and sieben
  const drawn = parts + 2;
  expect([...counted]).toEqual([
    ["3+5= clean", parts],
    ["3+5= changed", drawn],
    ["4+5= changed", drawn],
    ["6+5= clean", drawn],
  ]);
});

test("the bars of the prediction are rows: a token's probability in both runs, empty where nobody knows it", () => {
  const { header, rows } = exportTable([withoutHead("3+5=", chain)]);
  const of = (row: (typeof rows)[number], name: string) => row[header.indexOf(name)];
  const bars = rows.filter((row) => of(row, "record") === "token");
  expect(bars.map((row) => ["name", "kind", "before", "after"].map((name) => of(row, name)))).toEqual([
    ["acht", "target", Math.exp(-0.1), Math.exp(-3)],
    ["sieben", "", "", 0.8],
  ]);
});

test("a number that is not known is an empty field, never 0", () => {
  const { header, rows } = exportTable([withoutHead("3+5=", chain)]);
  const column = (name: string) => header.indexOf(name);
  const word = rows.find((row) => row[column("name")] === "E@1")!;
  expect([word[column("increase")], word[column("activation")], word[column("effect")]]).toEqual(["", "", 10.25]);
  const edge = rows.find((row) => row[column("record")] === "edge" && row[column("kind")] === "promotes")!;
  expect([edge[column("claimed")], edge[column("share")]]).toEqual([1, ""]);
});

test("an edge's own effect stands in columns of its own, empty where nobody measured it", () => {
  const measured = measuredChain();
  const edgesOf = (of: typeof chain) => {
    const { header, rows } = exportTable([withoutHead("3+5=", of)]);
    const column = (name: string) => header.indexOf(name);
    return rows
      .filter((row) => row[column("record")] === "edge")
      .map((row) => ["edge_effect", "edge_before", "edge_after"].map((name) => row[column(name)]));
  };
  expect(new Set(edgesOf(chain).flat())).toEqual(new Set([""]));
  expect(edgesOf(measured)).toEqual(
    measured.edges.map(({ path }) => [path!.effect, path!.activation?.before ?? "", path!.activation?.after ?? ""]),
  );
});
