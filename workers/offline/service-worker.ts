import { clientsClaim } from "workbox-core";
import { addPlugins, precacheAndRoute } from "workbox-precaching";
import { registerRoute } from "workbox-routing";
import type { ServingMessage } from "#protocol/serving.ts";
import { isServingOff, keptCacheName } from "#protocol/serving.ts";
import { isolated } from "./isolated.ts";
import { filesToKeep, largeFiles, pageFiles } from "./kept-files.ts";
import type { BuiltFile } from "./kept-files.ts";
import { answerWith, keepFile, largeFileOf } from "./keeping.ts";

/**
 * The page's service worker. It answers for files of this build and for nothing else: what other origins send never passes through its caches,
 * and what the page does not know of goes to the network as if the worker were not there.
 */
declare const self: ServiceWorkerGlobalScope & {
  /** Put in by `scripts/vite/service-worker.ts`. */
  readonly __WB_MANIFEST: readonly BuiltFile[];
};

const FILES = self.__WB_MANIFEST;
const { scope } = self.registration;

/** A page was opened without the worker, which takes it off: it stays out of everything until its last page has gone. */
let isOff = false;

// before any route
self.addEventListener("fetch", (event) => {
  const { mode, url } = event.request;
  isOff ||= mode === "navigate" && isServingOff(new URL(url));
  if (isOff) event.stopImmediatePropagation();
});

// the page itself, whole and of one build; nothing in its query changes a file
addPlugins([
  { handlerWillRespond: ({ request, response }) => Promise.resolve(isolated(response, request.destination)) },
]);
precacheAndRoute([...pageFiles(FILES)], { ignoreURLParametersMatching: [/./], cleanURLs: false });
clientsClaim();

const keptCache = () => caches.open(keptCacheName(scope));
const network = (request: Request) => fetch(request);

/** The large files by their address. */
const large = new Map(
  largeFiles(FILES)
    .map((file) => largeFileOf(file, scope))
    .map((file) => [file.address, file]),
);
registerRoute(
  ({ url }) => large.has(url.href),
  async ({ request, url }) => answerWith(large.get(url.href)!, request, { cache: await keptCache(), fetch: network }),
);

self.addEventListener("message", (event) => {
  const message = event.data as ServingMessage;
  if (message.type === "SKIP_WAITING") void self.skipWaiting();
  else if (message.type === "KEEP") event.waitUntil(keep(message.model));
});

/** Keeps one file after the other, so that whoever asks for something meanwhile is not kept waiting; without room the rest stays on the network. */
async function keep(model: string): Promise<void> {
  const hasJspi = "Suspending" in WebAssembly;
  const cache = await keptCache();
  for (const { url } of filesToKeep(FILES, { model, hasJspi })) {
    const file = large.get(new URL(url, scope).href)!;
    try {
      await keepFile(file, { cache, fetch: network });
    } catch {
      return;
    }
  }
}

// what an earlier build kept under other names
self.addEventListener("activate", (event) => event.waitUntil(forgetOlder()));

async function forgetOlder(): Promise<void> {
  const cache = await keptCache();
  const current = new Set([...large.values()].map(({ key }) => key));
  for (const request of await cache.keys()) if (!current.has(request.url)) await cache.delete(request);
}
