import { posix } from "node:path";
import { escaped } from "./markdown.ts";

/** Pages read only what lies beside them, and run nothing. */
const POLICY =
  "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'";

export const STYLES = "site.css";
export const PAPER = "https://arxiv.org/abs/2409.14144";

export interface Heading {
  readonly path: string;
  readonly title: string;
}

export interface Group {
  readonly name: string;
  readonly pages: readonly Heading[];
}

export interface Page extends Heading {
  readonly description: string;
  readonly html: string;
  /** What a pasted link to it shows. */
  readonly picture?: { readonly path: string; readonly alt: string };
}

/** What those who show a link's picture ask for, in pixels. */
export const PICTURE = { width: 1200, height: 630 } as const;

const MOST_DESCRIBED = 200;

/**
 * A page whole: the same head and ways for all, relative, so that the site runs from any folder.
 *
 * @param address where the instrument lies, which a build may not know: whoever shows a picture of a link asks for its whole address
 */
export function pageOf(page: Page, groups: readonly Group[], address?: string): string {
  const { path, title, description, html } = page;
  const to = (other: string) => escaped(wayTo(other, path));
  // the site lies in a folder of the instrument's
  const up = `${"../".repeat(path.split("/").length)}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)} · Arithmoscope</title>
<meta name="description" content="${escaped(shortened(description))}">
${shownWith(page, address)}<link rel="icon" href="${up}icons/arithmoscope.svg" type="image/svg+xml">
<link rel="stylesheet" href="${to(STYLES)}">
</head>
<body>
<a class="skip" href="#text">To the text</a>
<header>
<a class="wordmark" href="${up}">Arithmoscope</a>
<nav aria-label="Site">
<a href="${to("index.html")}">All pages</a>
<a href="${to("glossary.html")}">Glossary</a>
<a href="${up}#gallery">Findings</a>
<a href="${PAPER}">Paper</a>
</nav>
</header>
<div class="columns">
<nav class="pages" aria-label="Pages">
${groups.map((group) => listOf(group, path)).join("\n")}
</nav>
<main id="text">
${html}</main>
</div>
</body>
</html>
`;
}

function shownWith({ path, title, description, picture }: Page, address: string | undefined): string {
  if (!picture) return "";
  const image = address === undefined ? wayTo(picture.path, path) : new URL(`docs/${picture.path}`, address).href;
  const tags = [
    ["og:type", "article"],
    ["og:site_name", "Arithmoscope"],
    ["og:title", title],
    ["og:description", shortened(description)],
    ...(address === undefined ? [] : [["og:url", new URL(`docs/${path}`, address).href]]),
    ["og:image", image],
    ["og:image:width", String(PICTURE.width)],
    ["og:image:height", String(PICTURE.height)],
    ["og:image:alt", picture.alt],
  ].map(([name, content]) => `<meta property="${name!}" content="${escaped(content!)}">\n`);
  return `${tags.join("")}<meta name="twitter:card" content="summary_large_image">\n`;
}

const listOf = ({ name, pages }: Group, from: string) => `<h2>${escaped(name)}</h2>
<ul>
${pages.map(({ path, title }) => `<li><a href="${escaped(wayTo(path, from))}"${path === from ? ' aria-current="page"' : ""}>${escaped(title)}</a></li>`).join("\n")}
</ul>`;

/** @returns what a page has on it, below its title; nothing where that is seen at a look */
export function withSections(
  html: string,
  sections: readonly { readonly id: string; readonly text: string }[],
): string {
  if (sections.length < 4) return html;
  const list = sections.map(({ id, text }) => `<li><a href="#${escaped(id)}">${escaped(text)}</a></li>`).join("\n");
  const title = "</h1>\n";
  const at = html.indexOf(title) + title.length;
  return `${html.slice(0, at)}<nav class="on-page" aria-label="On this page"><ul>\n${list}\n</ul></nav>\n${html.slice(at)}`;
}

function shortened(text: string): string {
  if (text.length <= MOST_DESCRIBED) return text;
  return `${text.slice(0, text.lastIndexOf(" ", MOST_DESCRIBED))} …`;
}

/** Where a file of the repository lies in the site: `docs/methods/a.md` is `methods/a.html`. */
export const pathOf = (source: string): string =>
  posix.join(source.startsWith("docs/") ? posix.relative("docs", source) : source).replace(/\.md$/, ".html");

/** @returns a relative way from one file of the site to another */
export const wayTo = (to: string, from: string): string => posix.relative(posix.dirname(from), to);
