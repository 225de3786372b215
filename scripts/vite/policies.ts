import type { Plugin } from "vite";
import { PAGE_POLICY } from "../../workers/offline/policies.ts";

/**
 * Puts the page's policy into what is built. While the page is edited there is none: what is exchanged in a running page comes as scripts in its
 * text.
 */
export function policies(): Plugin {
  return {
    name: "policies",
    transformIndexHtml: {
      order: "post",
      handler: (html, { server }) =>
        server
          ? html
          : {
              html,
              tags: [
                {
                  tag: "meta",
                  attrs: { "http-equiv": "Content-Security-Policy", content: PAGE_POLICY },
                  // it counts for what stands behind it
                  injectTo: "head-prepend",
                },
              ],
            },
    },
  };
}
