import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { cardTags } from "./link-card.ts";
import { pageAddress } from "./page-address.ts";

const html = readFileSync("index.html", "utf8");
const contentOf = (attribute: string) => new RegExp(`<meta\\s+${attribute}\\s+content="([^"]*)"`).exec(html)?.[1];

test("a pasted link says what the page is, in the page's own words", () => {
  expect(contentOf('property="og:title"')).toBe(/<title>(.*)<\/title>/.exec(html)![1]);
  expect(contentOf('property="og:description"')).toBe(contentOf('name="description"'));
  expect(contentOf('property="og:type"')).toBe("website");
  expect(contentOf('name="twitter:card"')).toBe("summary");
});

test.each([
  ["https://example.org/tools/arithmoscope/", "https://example.org/tools/arithmoscope/"],
  ["https://example.org/tools/arithmoscope", "https://example.org/tools/arithmoscope/"],
  ["http://example.org", "http://example.org/"],
])("built for %s its picture is one that the page has, by a whole address", (address, folder) => {
  const tags = new Map(
    cardTags(pageAddress(address)).map(({ attrs }) => [attrs!["property"], attrs!["content"] as string]),
  );
  expect(tags.get("og:url")).toBe(folder);
  const picture = tags.get("og:image")!;
  expect(picture.startsWith(folder)).toBe(true);
  const png = readFileSync(`public/${picture.slice(folder.length)}`);
  // width and height stand behind the length and the name of a PNG's first block
  expect([png.readUInt32BE(16), png.readUInt32BE(20)].map(String)).toEqual([
    tags.get("og:image:width"),
    tags.get("og:image:height"),
  ]);
});

test.each(["example.org", "/arithmoscope/", "file:///arithmoscope/"])("%s is refused", (address) => {
  expect(() => pageAddress(address)).toThrow(/PAGE_ADDRESS is “.*”; it needs to be where the page will lie/);
});
