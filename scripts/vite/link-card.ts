import type { HtmlTagDescriptor, Plugin } from "vite";

/** As a chat or a mail program shows it beside the words; their makers ask for a square of at least 144 pixels. */
const PICTURE = { path: "icons/arithmoscope-512.png", side: 512 };

/**
 * What a pasted link shows besides the words that stand in index.html: its picture, and where the page lies. Both have to be whole addresses,
 * which a page that runs from any folder does not know by itself.
 *
 * @param address of the folder that the page will lie in
 */
export function linkCard(address: string): Plugin {
  const tags = cardTags(address);
  return { name: "link-card", transformIndexHtml: () => tags };
}

/** @throws Error for what is no http(s) address */
export function cardTags(address: string): HtmlTagDescriptor[] {
  if (!/^https?:$/.test(URL.parse(address)?.protocol ?? "")) {
    throw new Error(
      `PAGE_ADDRESS is “${address}”; it needs to be where the page will lie, as https://example.org/arithmoscope/`,
    );
  }
  const folder = new URL(address.endsWith("/") ? address : `${address}/`).href;
  return [
    tag("og:url", folder),
    tag("og:image", new URL(PICTURE.path, folder).href),
    tag("og:image:type", "image/png"),
    tag("og:image:width", String(PICTURE.side)),
    tag("og:image:height", String(PICTURE.side)),
    tag("og:image:alt", "The sign of Arithmoscope"),
  ];
}

const tag = (property: string, content: string): HtmlTagDescriptor => ({
  tag: "meta",
  attrs: { property, content },
  injectTo: "head",
});
