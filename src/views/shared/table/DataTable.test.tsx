import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { ReactNode } from "react";
import { prerender } from "react-dom/static";
import { expect, test } from "vitest";
import { csvOf } from "../../exports/csv.ts";
import { DataTable } from "./DataTable.tsx";
import { SortedTable } from "./SortedTable.tsx";
import {
  bar,
  barred,
  constant,
  count,
  estimate,
  measure,
  onScreen,
  over,
  plain,
  spread,
  tableOf,
  tokens,
} from "./columns.tsx";
import type { Column } from "./columns.tsx";

interface Row {
  readonly name: string;
  readonly tokens: number;
  readonly drop?: { readonly value: number; readonly low: number; readonly high: number };
}

const ROWS: readonly Row[] = [
  { name: "L0H7", tokens: 1536, drop: { value: 0.25, low: 0.125, high: 0.5 } },
  { name: "as it is", tokens: 3 },
];

const COLUMNS: readonly Column<Row>[] = [
  plain({ label: "head", key: "head" }, ({ name }) => name),
  constant("ablation", "zero"),
  count({ label: "n", key: "tokens" }, ({ tokens }) => tokens),
  over(
    estimate({ label: "lost", key: "drop" }, "percent", ({ drop }) => drop),
    measure({ key: "nats" }, "effect", ({ drop }) => drop && drop.value * 4),
  ),
  spread({ label: "others", key: "others" }, "percent", ({ drop }) => drop && { mean: 0.5, spread: 0.25 }),
  onScreen("only here", ({ name }) => name.length),
];

test("one list of columns is the file, with the ends of each interval and what repeats in every row", () => {
  expect(csvOf(tableOf(COLUMNS, ROWS))).toBe(
    [
      "head,ablation,tokens,drop,drop_low,drop_high,nats,others_mean,others_spread",
      "L0H7,zero,1536,0.25,0.125,0.5,1,0.5,0.25",
      "as it is,zero,3,,,,,,",
      "",
    ].join("\r\n"),
  );
});

test("and the screen, with what is smaller below, and nothing where a row has nothing", async () => {
  const table = <DataTable name="Table of heads" caption="Heads" columns={COLUMNS} rows={ROWS} />;
  const html = await drawn(table);
  const cells = [...html.matchAll(/<(th|td)(?: [^>]*)?>(.*?)<\/\1>/g)].map(([, , text]) =>
    text!.replaceAll(/<[^>]*>/g, "|"),
  );
  expect(cells.map((text) => text.replaceAll(/\|+/g, "|").replaceAll("\u202F", " "))).toEqual(
    [
      ["|head|", "|n|", "|lost|", "others", "only here"],
      // a nat lost divides the probability by e
      ["L0H7", "1,536", "|25.0 %| [12.5, 50.0]|÷2.7|", "|50.0 %| ± 25.0 %|", "4"],
      ["as it is", "3", "", "", "8"],
    ].flat(),
  );
  expect(html).toContain('aria-label="Table of heads, scrolls"');
});

/** As it is once the sentences of its heads have come. */
async function drawn(table: ReactNode): Promise<string> {
  const { prelude } = await prerender(table);
  return (await new Response(prelude).text()).replaceAll(/<!--.*?-->/g, "");
}

const html = (columns: readonly Column<Row>[]) =>
  drawn(
    <DataTable columns={columns} rows={ROWS} rowProps={({ tokens: of }) => ({ className: of > 3 ? "is-long" : "" })} />,
  );

test("tokens are cut on the screen and whole in the file; a bar is only seen", async () => {
  const columns: readonly Column<Row>[] = [
    tokens({ label: "promotes", key: "promotes" }, 2, () => [
      { id: 4, text: " 8" },
      { id: 9, text: "huit" },
      { id: 2, text: "eight" },
    ]),
    bar(({ drop }) => (drop ? -drop.value : 0.75), { limit: 1 }),
  ];
  expect(csvOf(tableOf(columns, ROWS.slice(0, 1)))).toBe(["promotes", '" 8 huit eight"', ""].join("\r\n"));
  const page = await html(columns);
  expect(page).toContain('<code title="token 9">huit</code></th>');
  expect(page).not.toContain("eight");
  expect(page).toContain(
    '<td class="bar-cell"><span class="bar against" style="inset-inline-start:37.5%;inline-size:12.5%"></span></td>',
  );
});

test("a number can have its bar before it, the longest of the rows full; the file has the number", async () => {
  const columns = [
    plain<Row>({ label: "head", key: "head" }, ({ name }) => name),
    barred<Row>(
      count({ label: "n", key: "n" }, ({ tokens: of }) => of),
      ({ tokens: of }) => of,
    ),
  ];
  const page = await html(columns);
  expect(page).toContain('<td class="number barred"><span class="bar for" style="inline-size:48px"></span>1,536</td>');
  expect(page).toContain(`style="inline-size:${(48 * 3) / 1536}px"></span>3</td>`);
  expect(csvOf(tableOf(columns, ROWS))).toBe(["head,n", "L0H7,1536", "as it is,3", ""].join("\r\n"));
});

test("heads sort a table where it has an order, and say which one; those in common stand above", async () => {
  const columns: readonly Column<Row>[] = [
    plain({ label: "head" }, ({ name }) => name),
    {
      ...count({ label: "here" }, ({ tokens: of }) => of),
      group: "written",
      about: "How many",
      sort: { key: "here", of: ({ tokens: of }) => of },
    },
    { ...count({ label: "there" }, () => 1), group: "written", isForResearchers: true },
  ];
  const sorted = (column: string, descending: boolean) =>
    drawn(<SortedTable columns={columns} rows={ROWS} order={{ column, descending }} onSort={() => undefined} />);
  const page = await sorted("here", false);
  expect(page.indexOf("as it is")).toBeLessThan(page.indexOf("L0H7"));
  expect(page).toContain('<tr><td></td><th scope="colgroup" colSpan="2" class="number">written</th></tr>');
  expect(page).toMatch(/<th scope="col" aria-sort="ascending" class="number"><button[^>]* aria-label="written here"/);
  expect(page).toContain('<td class="number researcher">1</td>');
  const turned = await sorted("here", true);
  expect(turned.indexOf("L0H7")).toBeLessThan(turned.indexOf("as it is"));
  expect(turned).toContain('aria-sort="descending"');
  const unsorted = await sorted("of an old link", true);
  expect(unsorted.indexOf("L0H7")).toBeLessThan(unsorted.indexOf("as it is"));
  expect(unsorted).toContain('aria-sort="none"');
});

test("every table of the page is made of columns", () => {
  const views = join(import.meta.dirname, "../..");
  const own = readdirSync(views, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".tsx") && !file.includes(".test."))
    .filter((file) => readFileSync(join(views, file), "utf8").includes("<table"));
  expect(own).toEqual([join("shared", "table", "DataTable.tsx")]);
});

test("without a name nothing scrolls; rows and heads say more of themselves where they have it", async () => {
  const page = await html([{ ...plain({ label: "head" }, ({ name }) => name), about: "Layer and head" }]);
  expect(page).toMatch(/<th scope="col"><button type="button" class="word"[^>]*>head<\/button><\/th>/);
  expect(page).toContain('<tr class="is-long"><th scope="row">L0H7</th>');
  expect(page).not.toContain("scrolls");
});
