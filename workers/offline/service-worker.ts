import { clientsClaim } from "workbox-core";
import { addPlugins, precacheAndRoute } from "workbox-precaching";
import { registerRoute } from "workbox-routing";
import { CacheFirst } from "workbox-strategies";
import type { ServingMessage } from "#protocol/serving.ts";
import { isServingOff, keptCacheName } from "#protocol/serving.ts";
import { isolated } from "./isolated.ts";
import { filesToKeep, largeFiles, pageFiles } from "./kept-files.ts";
import type { BuiltFile } from "./kept-files.ts";
import { partOf } from "./part-of.ts";

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
addPlugins([{ handlerWillRespond: ({ response }) => Promise.resolve(isolated(response)) }]);
precacheAndRoute([...pageFiles(FILES)], { ignoreURLParametersMatching: [/./], cleanURLs: false });
clientsClaim();

/** Addresses of what is large, each with the name that it is kept under. */
const large = new Map(
  largeFiles(FILES).map(({ url, revision }) => {
    const address = new URL(url, scope);
    const key = new URL(address);
    if (revision !== null) key.searchParams.set("revision", revision);
    return [address.href, { key: key.href, isRevised: revision !== null }] as const;
  }),
);

/** A whole file is kept when it has come; a part of one that is not kept is read from the network and leaves nothing behind. */
const keeping = new CacheFirst({
  cacheName: keptCacheName(scope),
  matchOptions: { ignoreVary: true },
  plugins: [
    {
      cacheKeyWillBeUsed: ({ request }) => Promise.resolve(large.get(request.url)?.key ?? request.url),
      // the browser's own cache may hold the file of an earlier build under this name
      requestWillFetch: ({ request }) =>
        Promise.resolve(large.get(request.url)?.isRevised ? new Request(request, { cache: "no-cache" }) : request),
      cachedResponseWillBeUsed: ({ request, cachedResponse }) =>
        cachedResponse ? partOf(cachedResponse, request.headers.get("Range")) : Promise.resolve(null),
    },
  ],
});
registerRoute(({ url }) => large.has(url.href), keeping);

self.addEventListener("message", (event) => {
  const message = event.data as ServingMessage;
  if (message.type === "SKIP_WAITING") void self.skipWaiting();
  else if (message.type === "KEEP") event.waitUntil(keep(event, message.model));
});

/** One file after the other, so that whoever asks for something meanwhile is not kept waiting; without room the rest stays on the network. */
async function keep(event: ExtendableEvent, model: string): Promise<void> {
  const hasJspi = "Suspending" in WebAssembly;
  for (const { url } of filesToKeep(FILES, { model, hasJspi })) {
    const request = new Request(new URL(url, scope), { credentials: "same-origin" });
    const [response, isDone] = keeping.handleAll({ event, request });
    try {
      await response;
      await isDone;
    } catch {
      return;
    }
  }
}

// what an earlier build kept under other names
self.addEventListener("activate", (event) => event.waitUntil(forgetOlder()));

async function forgetOlder(): Promise<void> {
  const cache = await caches.open(keptCacheName(scope));
  const current = new Set([...large.values()].map(({ key }) => key));
  for (const request of await cache.keys()) if (!current.has(request.url)) await cache.delete(request);
}
