import type { HtmlTagDescriptor, Plugin } from "vite";

/** As a chat or a mail program shows it beside the words; their makers ask for a square of at least 144 pixels. */
const PICTURE = { path: "icons/arithmoscope-512.png", side: 512 };

/**
 * What a pasted link shows besides the words that stand in index.html: its picture, and where the page lies.
 *
 * @param address of the folder that the page will lie in, as `pageAddress` gives it
 */
export function linkCard(address: string): Plugin {
  const tags = cardTags(address);
  return { name: "link-card", transformIndexHtml: () => tags };
}

export function cardTags(folder: string): HtmlTagDescriptor[] {
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
