import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, posix } from "node:path";
import { Window } from "happy-dom";
import { describe, expect, it } from "vitest";
import { rendered } from "./markdown.ts";
import { siteFiles } from "./site.ts";

const root = join(import.meta.dirname, "../../..");
const files = siteFiles(root);
const pages = new Map(
  [...files].flatMap(([path, file]) => (path.endsWith(".html") ? [[path, documentOf(String(file))] as const] : [])),
);

describe("the site of the docs", () => {
  it("has a page for every Markdown file of docs and training, under its name", () => {
    const sources = ["docs", "docs/methods", "training"].flatMap((folder) =>
      readdirSync(join(root, folder))
        .filter((name) => name.endsWith(".md"))
        .map((name) => `${folder}/${name}`.replace(/^docs\//, "").replace(/\.md$/, ".html")),
    );
    expect([...pages.keys()].toSorted()).toEqual([...sources, "glossary.html", "index.html"].toSorted());
  });

  it.each([...pages.keys()])("%s: every link and picture leads to something that is there", (path) => {
    expect(linksOf(path).filter((link) => !isThere(path, link))).toEqual([]);
  });

  it("finds links that lead nowhere", () => {
    expect(isThere("index.html", "methods/head-sweep.html")).toBe(true);
    expect(isThere("index.html", "methods/head-sweep.html#formula")).toBe(true);
    expect(isThere("index.html", "methods/head-sweep.html#no-such-heading")).toBe(false);
    expect(isThere("methods/head-sweep.html", "no-such-page.html")).toBe(false);
    expect(isThere("methods/head-sweep.html", "../../#gallery")).toBe(true);
    expect(isThere("methods/head-sweep.html", "../#gallery")).toBe(false);
  });

  it("lists every page in its index, with its sections", () => {
    const listed = linksOf("index.html");
    expect(listed).toEqual(expect.arrayContaining([...pages.keys()].filter((path) => path !== "index.html")));
    expect(listed).toContain("methods/head-sweep.html#formula");
  });

  it.each([...pages])("%s runs nothing, holds no style in its text and says what it is", (_path, page) => {
    expect(page.querySelectorAll("script, style, [style], iframe, form, [onclick], [onload]")).toHaveLength(0);
    const policy = page.querySelector("meta[http-equiv]")?.getAttribute("content");
    expect(policy).toBe(
      "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'",
    );
    expect(page.title).toMatch(/^.+ · Arithmoscope$/);
    expect(page.querySelector("meta[name=description]")?.getAttribute("content")).toMatch(/\S.{20}/);
    expect(page.querySelectorAll("h1")).toHaveLength(1);
    const ids = [...page.querySelectorAll("[id]")].map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
  });

  it("has every face and picture that its rules name", () => {
    const styles = String(files.get("site.css"));
    const named = [...styles.matchAll(/url\(([^)]+)\)/g)].map(([, name]) => name!);
    expect(named).not.toEqual([]);
    expect(named.filter((name) => !files.has(posix.normalize(name)))).toEqual([]);
  });

  it("leads from every explanation in the instrument to a page", () => {
    const named = readdirSync(join(root, "src/views"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".tsx"))
      .flatMap((name) => [...readFileSync(join(root, "src/views", name), "utf8").matchAll(/<Method\b([^>]*)>/g)]);
    expect(named.length).toBeGreaterThan(10);
    const missing = named.map(([, given]) => /page="([^"]+)"/.exec(given!)?.[1] ?? "no page");
    expect(missing.filter((name) => !files.has(`methods/${name}.html`))).toEqual([]);
  });
});

describe("a Markdown file", () => {
  it("has the ids that GitHub gives its headings", () => {
    const { sections } = rendered(
      "# A title\n\n## Pruning: the layers 3 to 5 (N = 200), 50 % of each `operation`\n\n## What’s _off_?\n\n## Twice\n\n## Twice\n",
      (path) => path,
    );
    expect(sections.map(({ id }) => id)).toEqual([
      "pruning-the-layers-3-to-5-n--200-50--of-each-operation",
      "whats-off",
      "twice",
      "twice-1",
    ]);
  });

  it("shows markup and scripts as the text that they are", () => {
    const { html } = rendered(
      "# A\n\n<script>alert(1)</script> <b onclick=x>b</b> [c](javascript:alert)\n",
      (path) => path,
    );
    const page = documentOf(html);
    expect(page.querySelectorAll("script, b, a")).toHaveLength(0);
    expect(page.body.textContent).toContain("<script>alert(1)</script>");
  });

  it("has figures flush right without a style in its text", () => {
    const { html } = rendered("| a | b |\n|---|--:|\n| c | 1 |\n", (path) => path);
    expect(html).not.toContain("style=");
    expect(documentOf(html).querySelector("td.number")?.textContent).toBe("1");
  });
});

function documentOf(html: string) {
  const { document } = new Window();
  document.write(html);
  return document;
}

function linksOf(path: string): string[] {
  const found = [...pages.get(path)!.querySelectorAll("[href], [src]")];
  return found.map((element) => element.getAttribute("href") ?? element.getAttribute("src")!);
}

/** The site lies in `docs` beside the instrument's page and what `public` holds. */
function isThere(from: string, link: string): boolean {
  if (link.startsWith("https://")) return true;
  const [way, anchor] = link.split("#", 2);
  const to = way === "" ? `docs/${from}` : posix.join("docs", posix.dirname(from), way!);
  if (to === "./") return anchor === undefined || anchor === "gallery";
  if (!to.startsWith("docs/")) return existsSync(join(root, "public", to));
  const inside = posix.relative("docs", to);
  return files.has(inside) && (anchor === undefined || Boolean(pages.get(inside)?.getElementById(anchor)));
}
