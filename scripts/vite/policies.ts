import type { Plugin } from "vite";
import { PAGE_POLICY, WORKER_POLICY } from "../../workers/offline/policies.ts";

/**
 * Puts the page's policy into what is built, and has the preview send its workers' as docs/hosting.md tells hosts to. While the page is edited there
 * is neither: what is exchanged in a running page comes as scripts in its text.
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
    configurePreviewServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        if (new URL(request.url ?? "", "http://preview").pathname.startsWith("/assets/")) {
          response.setHeader("Content-Security-Policy", WORKER_POLICY);
        }
        next();
      });
    },
  };
}
