import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

/** The pages that people read: those beside the README, and all of docs. */
const pages = [
  ...readdirSync(root).filter((name) => name.endsWith(".md")),
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
];

test.each(pages)("every relative link of %s leads somewhere", (page) => {
  const text = readFileSync(join(root, page), "utf8");
  const missing = relativeLinks(text).filter((link) => !leadsSomewhere(page, link));
  expect(missing).toEqual([]);
});

test("every method page is listed in the README", () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const methods = pages.filter((page) => dirname(page) === join("docs", "methods"));
  expect(methods.filter((page) => !readme.includes(`](${page})`))).toEqual([]);
});

// the tests above would be green without finding a single link
test("sees links and images, and leaves code, addresses and mail alone", () => {
  const text =
    '[a](docs/a.md#part) ![b](b.png "title") [c](https://c.org) [d](mailto:d@e.f) `[x](y.md)`\n```js\nf[0](z.md)\n```\n[e](#part)';
  expect(relativeLinks(text)).toEqual(["docs/a.md#part", "b.png", "#part"]);
  expect(headings("# A b\n## `c`: D's, e")).toEqual(["a-b", "c-ds-e"]);
});

function relativeLinks(text: string): string[] {
  const prose = text.replace(/^```[^]*?^```/gm, "").replace(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)[^)]*\)/g)]
    .map(([, link]) => link!)
    .filter((link) => !/^[a-z]+:/i.test(link));
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = "", part] = link.split("#");
  const target = path === "" ? join(root, page) : join(root, dirname(page), path);
  if (relative(root, target).startsWith("..") || !existsSync(target)) return false;
  return part === undefined || headings(readFileSync(target, "utf8")).includes(part);
}

/** The anchors of a page, as GitHub makes them. */
const headings = (text: string) =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
