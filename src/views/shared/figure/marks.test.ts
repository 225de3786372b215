import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

test("no figure of the page is drawn by itself: each is of the marks that its file is made of", () => {
  const views = join(import.meta.dirname, "../..");
  const own = readdirSync(views, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".tsx") && !file.includes(".test."))
    .filter((file) =>
      /<(?:rect|path|line|circle|ellipse|polyline|polygon|text|tspan)\b/.test(readFileSync(join(views, file), "utf8")),
    );
  expect(own).toEqual([]);
});
