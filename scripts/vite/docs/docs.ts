import { extname } from "node:path";
import type { Plugin } from "vite";
import { siteFiles } from "./site.ts";

/** The folder of the site, beside the page. */
export const DOCS_FOLDER = "docs";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".png": "image/png",
  ".woff2": "font/woff2",
};

/**
 * Where the build will lie, where somebody says so: whoever shows a link's picture asks for its whole address. Nothing else needs it.
 */
const ADDRESS = "PAGE_ADDRESS";

/** Puts the docs beside the page as pages of their own, which need no script; while the page is edited they are made of the files as they are. */
export function docs(): Plugin {
  let root = "";
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
        const file = siteFiles(root).get(path === "" ? "index.html" : decodeURI(path));
        if (file === undefined) {
          next();
          return;
        }
        response.setHeader("Content-Type", TYPES[extname(path) || ".html"] ?? "application/octet-stream");
        response.end(file);
      });
    },
    generateBundle() {
      for (const [path, source] of siteFiles(root, addressFrom(process.env[ADDRESS])))
        this.emitFile({ type: "asset", fileName: `${DOCS_FOLDER}/${path}`, source });
    },
  };
}

/** @throws for what is no address */
function addressFrom(written: string | undefined): string | undefined {
  if (!written) return undefined;
  const isWeb = URL.canParse(written) && /^https?:$/.test(new URL(written).protocol);
  if (!isWeb)
    throw new Error(
      `${ADDRESS} is “${written}”; it has to be the page's address, as https://example.org/arithmoscope/`,
    );
  return written.endsWith("/") ? written : `${written}/`;
}
