import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, posix } from "node:path";
import { inflateSync } from "node:zlib";
import { Window } from "happy-dom";
import { describe, expect, it } from "vitest";
import type { GalleryCard } from "../../../src/state/guide/gallery.ts";
import { rendered } from "./markdown.ts";
import { siteFiles } from "./site.ts";

const root = join(import.meta.dirname, "../../..");
const files = siteFiles(root);
const cards = JSON.parse(readFileSync(join(root, "public/findings/gallery.json"), "utf8")) as readonly GalleryCard[];
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
    const others = cards.map(({ id }) => `findings/${id}.html`);
    expect([...pages.keys()].toSorted()).toEqual([...sources, ...others, "glossary.html", "index.html"].toSorted());
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

describe("the page of a finding", () => {
  const metaOf = (page: ReturnType<typeof documentOf>, name: string) =>
    page.querySelector(`meta[property="${name}"]`)?.getAttribute("content");

  it.each(cards)("$id: says its claim, shows its picture and leads to its link", ({ id, claim, link }) => {
    const page = pages.get(`findings/${id}.html`)!;
    expect(page.title).toBe(`${claim} · Arithmoscope`);
    expect(metaOf(page, "og:title")).toBe(claim);
    expect(metaOf(page, "og:image")).toBe(`${id}.png`);
    const opens = page.querySelector("a.opens")?.getAttribute("href");
    // an adapter lies beside the instrument, whose address this build was not told
    expect(opens).toBe(link.includes("{here}") ? "../../#gallery" : `../../#${link}`);
  });

  it("has whole addresses where the build is told its own", () => {
    const told = siteFiles(root, "https://example.org/lab/");
    const page = documentOf(String(told.get("findings/lora.html")));
    expect(metaOf(page, "og:image")).toBe("https://example.org/lab/docs/findings/lora.png");
    expect(metaOf(page, "og:url")).toBe("https://example.org/lab/docs/findings/lora.html");
    expect(page.querySelector("a.opens")?.getAttribute("href")).toContain(
      "&a=https://example.org/lab/models/abacus-2/adapters/layer-1/&",
    );
  });

  it("has its numbers in its picture: the head that the answer hangs on is the one blue cell", () => {
    const { width, height, colourAt } = decoded(files.get("findings/one-head.png") as Buffer);
    expect([width, height]).toEqual([1200, 630]);
    // six layers of eight heads, 85 pixels each, in the middle: L0H7 is the last of the first row
    const [red, , blue] = colourAt(260 + 7.5 * 85, 60 + 42);
    expect(blue! - red!).toBeGreaterThan(60);
    const [otherRed, , otherBlue] = colourAt(260 + 3.5 * 85, 60 + 42);
    expect(Math.abs(otherBlue! - otherRed!)).toBeLessThan(10);
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
  if (to === "./") return anchor === undefined || anchor === "gallery" || cards.some((card) => card.link === anchor);
  if (!to.startsWith("docs/")) return existsSync(join(root, "public", to));
  const inside = posix.relative("docs", to);
  return files.has(inside) && (anchor === undefined || Boolean(pages.get(inside)?.getElementById(anchor)));
}

/** A PNG of unfiltered RGB rows, read by its specification. The checksum of an empty IEND is a constant of every PNG. */
function decoded(png: Buffer) {
  expect(png.subarray(0, 8).toString("latin1")).toBe("\u0089PNG\r\n\u001A\n");
  expect(png.subarray(-8).toString("hex")).toBe("49454e44ae426082");
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const length = png.readUInt32BE(33);
  expect(png.subarray(37, 41).toString("latin1")).toBe("IDAT");
  const pixels = inflateSync(png.subarray(41, 41 + length));
  expect(pixels).toHaveLength(height * (1 + 3 * width));
  const colourAt = (x: number, y: number) => {
    const at = Math.floor(y) * (1 + 3 * width) + 1 + 3 * Math.floor(x);
    return [...pixels.subarray(at, at + 3)];
  };
  return { width, height, colourAt };
}
