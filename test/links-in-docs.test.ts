import "#state/experiments/behind-door.ts";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { formatHead, formatNeuron } from "#model/ids.ts";
import { NO_FINDING } from "#state/link/finding.ts";
import type { Finding } from "#state/link/finding.ts";
import { decodeFinding, encodeFinding } from "#state/link/permalink.ts";
import golden from "#test/golden/abacus.json" with { type: "json" };

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

test.each(linkedFindings())("the finding of %s claims, number by number, what the float64 reference has", (_, link) => {
  const { finding, notices } = decodeFinding(link);
  expect(notices).toEqual([]);
  // the reference is not quantised, and neither is what reproduces its numbers
  expect(finding).toMatchObject({ model: "abacus", dtype: "f32" });
  // each number for itself, so that a link which is cut behind any of them holds too
  expect(finding.expected).toEqual(goldenClaims(finding));
});

test("the table of a link's keys has the numbers of its example", () => {
  const page = readFileSync(join(root, "docs/methods/verification.md"), "utf8");
  const [[, link] = []] = linkedFindings();
  for (const key of ["b", "c", "n"]) {
    const [, example] = new RegExp(`^\\| \`${key}\` \\|.*\\| \`(.+)\` \\|$`, "m").exec(page)!;
    expect(`${link}&`).toContain(`&${key}=${example}&`);
  }
});

// the tests above would be green without finding a single link
test("sees links and images, and leaves code, addresses and mail alone", () => {
  const text =
    '[a](docs/a.md#part) ![b](b.png "title") [c](https://c.org) [d](mailto:d@e.f) `[x](y.md)`\n```js\nf[0](z.md)\n```\n[e](#part)';
  expect(relativeLinks(text)).toEqual(["docs/a.md#part", "b.png", "#part"]);
  expect(linkedFindings()).toHaveLength(1);
  expect(headings("# A b\n## `c`: D's, e")).toEqual(["a-b", "c-ds-e"]);
});

/** Every link of the pages that claims numbers, with the page that it stands on. */
function linkedFindings(): [page: string, link: string][] {
  return pages.flatMap((page) =>
    [...readFileSync(join(root, page), "utf8").matchAll(/#v=1&[^\s`)]*&[bcn]=[^\s`)]*/g)].map(
      ([link]): [string, string] => [page, link],
    ),
  );
}

/** What the reference has for a link's question, rounded as links are. */
function goldenClaims({ prompt, interventions, expected }: Finding) {
  const found = golden.cases.find((each) => each.prompt.replaceAll(" ", "") === prompt)!;
  const [off, ...others] = interventions;
  if (off?.kind !== "head" || off.scale !== 0 || others.length > 0) throw new Error("the reference has one head off");
  const { layer, head } = off.at;
  expect(formatHead(off.at)).toBe(
    formatHead({ layer: found.most_important_head[0]!, head: found.most_important_head[1]! }),
  );
  const changes = new Map(found.cna_top.map((at) => [formatNeuron(at), at.change]));
  const claims = {
    baseline: found.logprob,
    changed: found.head_logprob_after_ablation[layer]![head]!,
    neurons: (expected.neurons ?? []).map(({ at }) => ({ at, change: changes.get(formatNeuron(at))! })),
  };
  return decodeFinding(encodeFinding({ ...NO_FINDING, expected: claims })).finding.expected;
}

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
