import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { Plugin } from "vite";
import type { BuiltFile } from "../../workers/offline/kept-files.ts";

/** Beside the page: a service worker answers for the folder that it lies in. */
export const SERVICE_WORKER_FILE = "sw.js";

/** Where the list of files goes, by workbox's own name for it. */
const PLACE = "self.__WB_MANIFEST";
/** What every browser that runs the page does without, and what it need not open without a network: the docs are read where there is one. */
const LEFT_OUT = /\.woff$|^docs\/|^notices\.txt$|^models\/[^/]+\/README\.md$|^sw\.js$/;
/** The bundler's names change with what is in them. */
const HASHED = /^assets\/.*-[\w-]{8}\.\w+$/;

/**
 * Gives the service worker its name and the list of all files of the page, each with the hash of its content. Vite builds it as it builds
 * the page's other workers. `vite-plugin-pwa` builds its own after the bundle has been written, where neither the notices nor a build that
 * writes nothing, as tests have them, see it; of what it brings the page needs this list alone.
 */
export function serviceWorker(): Plugin {
  let publicFolder = "";
  return {
    name: "service-worker",
    apply: "build",
    config: () => ({
      worker: {
        rolldownOptions: {
          output: {
            entryFileNames: ({ name }: { readonly name: string }) =>
              name === "service-worker" ? SERVICE_WORKER_FILE : "assets/[name]-[hash].js",
          },
        },
      },
    }),
    configResolved({ publicDir }) {
      publicFolder = publicDir;
    },
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const worker = bundle[SERVICE_WORKER_FILE];
        if (worker?.type !== "asset" || !String(worker.source).includes(PLACE)) {
          throw new Error(`the build has no ${SERVICE_WORKER_FILE} with a place for its files, ${PLACE}`);
        }
        const built = Object.values(bundle).map(
          (file) => [file.fileName, file.type === "chunk" ? file.code : file.source] as const,
        );
        const files = [...built, ...filesIn(publicFolder)]
          .filter(([name]) => !LEFT_OUT.test(name))
          .map(([url, content]) => listed(url, sha256(content)))
          .toSorted((a, b) => (a.url < b.url ? -1 : 1));
        worker.source = String(worker.source).replace(PLACE, () => JSON.stringify(files));
      },
    },
  };
}

const listed = (url: string, hash: string): BuiltFile => ({
  url,
  revision: HASHED.test(url) ? null : hash.slice(0, 16),
  sha256: hash,
});

const sha256 = (content: string | Uint8Array) => createHash("sha256").update(content).digest("hex");

function filesIn(folder: string): readonly (readonly [string, Uint8Array])[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [relative(folder, path).split(sep).join("/"), readFileSync(path)]);
}
