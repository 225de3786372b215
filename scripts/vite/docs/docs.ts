import { extname } from "node:path";
import type { Plugin } from "vite";
import { siteFiles } from "./site.ts";

/** The folder of the site, beside the page. */
const DOCS_FOLDER = "docs";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".png": "image/png",
  ".woff2": "font/woff2",
};

/**
 * Puts the docs beside the page as pages of their own, which need no script; while the page is edited they are made of the files as they are.
 *
 * @param address where the build will lie, where somebody says so, as `pageAddress` gives it
 */
export function docs(address?: string): Plugin {
  let root = "";
  let site: ReturnType<typeof siteFiles> | undefined;
  return {
    name: "docs",
    configResolved(config) {
      ({ root } = config);
    },
    configureServer({ middlewares }) {
      middlewares.use(`/${DOCS_FOLDER}`, ({ url, originalUrl }, response, next) => {
        const path = new URL(url ?? "/", "http://docs").pathname.slice(1);
        // relative links start from a folder
        if (path === "" && !originalUrl?.startsWith(`/${DOCS_FOLDER}/`)) {
          response.writeHead(302, { Location: `/${DOCS_FOLDER}/` }).end();
          return;
        }
        const name = path === "" ? "index.html" : decodeURI(path);
        // what a page shows was made with it
        if (!site || name.endsWith(".html")) site = siteFiles(root);
        const file = site.get(name);
        if (file === undefined) {
          next();
          return;
        }
        response.setHeader("Content-Type", TYPES[extname(name)] ?? "application/octet-stream");
        response.end(file);
      });
    },
    generateBundle() {
      for (const [path, source] of siteFiles(root, address))
        this.emitFile({ type: "asset", fileName: `${DOCS_FOLDER}/${path}`, source });
    },
  };
}
