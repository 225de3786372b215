import GithubSlugger from "github-slugger";
import MarkdownIt from "markdown-it";
import type { Token } from "markdown-it";

/** A Markdown file as a page's parts. */
export interface Rendered {
  readonly title: string;
  /** Its first paragraph, as plain text. */
  readonly description: string;
  /** Headings of the second level, by the id that GitHub gives them too. */
  readonly sections: readonly { readonly id: string; readonly text: string }[];
  readonly html: string;
}

/** Markup in the source is shown as text: what is written in the docs can put neither scripts nor styles into a page. */
const markdown = new MarkdownIt({ html: false });

// the policy of the pages lets no style stand in their text
markdown.renderer.rules["th_open"] = (tokens, at) => cellOf(headOf(tokens[at + 1]!), tokens[at]!);
markdown.renderer.rules["th_close"] = (tokens, at) => `</${headOf(tokens[at - 1]!)}>`;
markdown.renderer.rules["td_open"] = (tokens, at) => cellOf("td", tokens[at]!);
// what is wider than a phone is moved by itself, by keys as well
markdown.renderer.rules["table_open"] = (tokens, at) =>
  `<div class="wide" role="region" aria-label="Table ${placeOf(tokens, at)}" tabindex="0"><table>\n`;
markdown.renderer.rules["table_close"] = () => `</table></div>\n`;
for (const kind of ["fence", "code_block"])
  markdown.renderer.rules[kind] = (tokens, at) =>
    `<pre role="region" aria-label="Code ${placeOf(tokens, at)}" tabindex="0"><code>${escaped(tokens[at]!.content)}</code></pre>\n`;

/** A head without a word is the corner of a table, and heads nothing. */
const headOf = (content: Token) => (content.content === "" ? "td" : "th");

/** A token's place among those of its kind, from 1: regions of one page need names that differ. */
const placeOf = (tokens: readonly Token[], at: number) =>
  tokens.slice(0, at + 1).filter(({ type }) => type === tokens[at]!.type).length;

export const escaped = (text: string): string => markdown.utils.escapeHtml(text);

/**
 * @param linkTo where a link or a picture leads, by what the source says, without its part behind `#`
 */
export function rendered(source: string, linkTo: (path: string) => string): Rendered {
  const tokens = markdown.parse(source, {});
  const slugger = new GithubSlugger();
  const headings = tokens.flatMap((token, at) => {
    if (token.type !== "heading_open") return [];
    const text = plain(tokens[at + 1]!);
    const id = slugger.slug(text);
    token.attrSet("id", id);
    return [{ id, text, level: token.tag }];
  });
  for (const token of tokens.flatMap(({ children }) => children ?? [])) {
    for (const name of ["href", "src"]) {
      const value = token.attrGet(name);
      if (value !== null) token.attrSet(name, addressOf(String(value), linkTo));
    }
  }
  const first = tokens.findIndex(({ type, level }) => type === "paragraph_open" && level === 0);
  return {
    title: headings.find(({ level }) => level === "h1")?.text ?? "",
    description: first < 0 ? "" : plain(tokens[first + 1]!),
    sections: headings.filter(({ level }) => level === "h2"),
    html: markdown.renderer.render(tokens, markdown.options, {}),
  };
}

function addressOf(value: string, linkTo: (path: string) => string): string {
  if (/^(?:[a-z][a-z+.-]*:|#)/i.test(value)) return value;
  const [path, anchor] = value.split("#", 2);
  return `${linkTo(decodeURI(path!))}${anchor === undefined ? "" : `#${anchor}`}`;
}

const cellOf = (tag: "th" | "td", token: Token) =>
  String(token.attrGet("style")).includes("right") ? `<${tag} class="number">` : `<${tag}>`;

const plain = ({ children }: Token): string =>
  (children ?? [])
    .map(({ type, content }) => (type === "softbreak" || type === "hardbreak" ? " " : type === "image" ? "" : content))
    .join("");
