import { existsSync, readFileSync, readdirSync } from "node:fs";
import { basename, join, posix } from "node:path";
import type { GalleryCard } from "../../../src/state/guide/gallery.ts";
import { GLOSSARY } from "../../../src/views/page/glossary.ts";
import { findingPage } from "./findings.ts";
import { escaped, rendered } from "./markdown.ts";
import type { Rendered } from "./markdown.ts";
import { PAPER, STYLES, pageOf, pathOf, wayTo, withSections } from "./template.ts";
import type { Group, Heading } from "./template.ts";

/** Groups of pages in the order that they are listed in; what a folder has beyond those named follows them, by title. */
const GROUPS: readonly { readonly name: string; readonly folder: string; readonly first: readonly string[] }[] = [
  { name: "What was found", folder: "", first: ["docs/findings.md"] },
  {
    name: "The method",
    folder: "docs/methods",
    first: ["log-probability-increase", "head-sweep", "comparison", "logic-chain", "verification"].map(
      (name) => `docs/methods/${name}.md`,
    ),
  },
  {
    name: "Using and hosting it",
    folder: "docs",
    first: ["checkpoints", "scripting", "exports", "at-scale", "hosting"].map((name) => `docs/${name}.md`),
  },
  { name: "How the bundled models were trained", folder: "training", first: ["training/README.md"] },
];

/** Faces as the instrument has them, from the same packages. */
const FACES = [
  "@fontsource-variable/ibm-plex-sans/wght.css",
  "@fontsource/ibm-plex-mono/latin-400.css",
  "@fontsource/ibm-plex-mono/latin-ext-400.css",
];

interface Source extends Rendered {
  readonly source: string;
  readonly path: string;
}

/**
 * The docs as a site: a page for each Markdown file of `docs` and `training`, the glossary, each finding of the gallery, one that lists them all, and what they
 * show.
 *
 * @param address of the instrument, where the build is told; ends in `/`
 * @returns files by their path in the site
 * @throws where a page links to a file that is not there
 */
export function siteFiles(root: string, address?: string): ReadonlyMap<string, string | Uint8Array> {
  const files = new Map<string, string | Uint8Array>(styles(root));
  const listed = GROUPS.map(({ name, folder, first }) => ({ name, sources: sourcesOf(root, folder, first) }));
  const isPage = new Set(listed.flatMap(({ sources }) => sources));
  const once = new Set<string>();
  const read = (source: string): Source[] => {
    if (once.has(source)) return [];
    once.add(source);
    const path = pathOf(source);
    const linkTo = (link: string) => {
      const wanted = posix.join(posix.dirname(source), link);
      if (isPage.has(wanted)) return wayTo(pathOf(wanted), path);
      if (!existsSync(join(root, wanted))) throw new Error(`${source} links to ${link}, and there is no ${wanted}`);
      const copy = wanted.startsWith("docs/images/") ? pathOf(wanted) : `files/${basename(wanted)}.txt`;
      files.set(copy, readFileSync(join(root, wanted)));
      return wayTo(copy, path);
    };
    return [{ source, path, ...rendered(readFileSync(join(root, source), "utf8"), linkTo) }];
  };
  const groups = listed.map(({ name, sources }) => ({ name, pages: sources.flatMap(read) }));
  const all: Group[] = [
    ...groups.map(({ name, pages }, at) => ({ name, pages: pages.toSorted(byTitleAfter(GROUPS[at]!.first)) })),
    { name: "Words", pages: [GLOSSARY_PAGE] },
  ];
  for (const { path, title, description, html, sections } of groups.flatMap(({ pages }) => pages))
    files.set(path, pageOf({ path, title, description, html: withSections(html, sections) }, all));
  files.set(GLOSSARY_PAGE.path, pageOf(GLOSSARY_PAGE, all));
  const cards = JSON.parse(readFileSync(join(root, "public/findings/gallery.json"), "utf8")) as readonly GalleryCard[];
  const findings = cards.map((card) => findingPage(card, address));
  for (const finding of findings) {
    files.set(finding.path, pageOf(finding, all, address));
    files.set(finding.picture.path, finding.picture.png);
  }
  files.set(
    "index.html",
    pageOf(
      indexOf(
        all,
        groups.flatMap(({ pages }) => pages),
        findings,
      ),
      all,
    ),
  );
  return files;
}

/** Those named first, in their order; the others by title. */
const byTitleAfter = (first: readonly string[]) => (a: Source, b: Source) => {
  const [placeA, placeB] = [a, b].map(({ source }) => (first.includes(source) ? first.indexOf(source) : first.length));
  return placeA! - placeB! || a.title.localeCompare(b.title, "en");
};

function sourcesOf(root: string, folder: string, first: readonly string[]): readonly string[] {
  const found = folder === "" ? [] : readdirSync(join(root, folder)).filter((name) => name.endsWith(".md"));
  return [...new Set([...first, ...found.map((name) => `${folder}/${name}`)])];
}

const GLOSSARY_PAGE = {
  path: "glossary.html",
  title: "Glossary",
  description: "The words of the instrument, each for a student first and for a researcher behind it.",
  html: `<h1>Glossary</h1>
<p>Each word is said for whoever meets it here first, and then exactly.</p>
<dl>
${GLOSSARY.map(({ word, plain, meaning }) => `<dt>${escaped(word)}</dt>\n<dd>${escaped(plain)}</dd>\n<dd class="exact">${escaped(meaning)}</dd>`).join("\n")}
</dl>
`,
};

/** Every page with what it is about and its sections, so that the browser's own search over this one finds the page. */
function indexOf(groups: readonly Group[], pages: readonly Source[], findings: readonly Heading[]) {
  const byPath = new Map(pages.map((page) => [page.path, page]));
  const entry = (path: string, title: string) => {
    const page = byPath.get(path);
    const sections = (page?.sections ?? []).map(
      ({ id, text }) => `<a href="${path}#${escaped(id)}">${escaped(text)}</a>`,
    );
    const under = sections.length > 0 ? `<p class="sections">${sections.join(" · ")}</p>` : "";
    return `<li><a href="${path}">${escaped(title)}</a><p>${escaped(page?.description ?? GLOSSARY_PAGE.description)}</p>${under}</li>`;
  };
  const lists = groups.map(
    ({ name, pages: of }) =>
      `<h2>${escaped(name)}</h2>\n<ul class="index">\n${of.map(({ path, title }) => entry(path, title)).join("\n")}\n</ul>\n`,
  );
  return {
    path: "index.html",
    title: "How it is computed, and how it is used",
    description: "The method behind every number of the instrument, what was found with it, and how to use it.",
    html: `<h1>How it is computed, and how it is used</h1>
<p>The method is that of Yu &amp; Ananiadou (2024), <a href="${PAPER}">Interpreting Arithmetic Mechanism in Large Language Models
through Comparative Neuron Analysis</a>. Each page below has its formula, its source, and what it cannot show.</p>
${lists.join("")}<h2>Findings to open and check</h2>
<ul class="index">
${findings.map(({ path, title }) => `<li><a href="${path}">${escaped(title)}</a></li>`).join("\n")}
</ul>
`,
  };
}

/** The site's rules in one file: faces, the instrument's own colours and sizes, and how a page is laid out. */
function* styles(root: string): Iterable<readonly [string, string | Uint8Array]> {
  const packages = join(root, "node_modules");
  const faces = FACES.map((file) => {
    const folder = posix.dirname(file);
    // formats that every browser which runs the instrument does without
    const rules = readFileSync(join(packages, file), "utf8").replaceAll(/,\s*url\([^)]*\.woff\) format\('woff'\)/g, "");
    return { folder, rules };
  });
  for (const { folder, rules } of faces) {
    for (const [, name] of rules.matchAll(/url\(\.\/files\/([^)]+)\)/g))
      yield [`faces/${name}`, readFileSync(join(packages, folder, "files", name!))];
  }
  const own = [join(root, "src/views/page/tokens.css"), join(root, "scripts/vite/docs/site.css")];
  const rules = [
    ...faces.map((face) => face.rules.replaceAll("./files/", "./faces/")),
    ...own.map((file) => readFileSync(file, "utf8")),
  ];
  yield [STYLES, rules.join("\n")];
}
