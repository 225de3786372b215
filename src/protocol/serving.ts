/** What the page's own service worker is told: the contract between `src/app/offline` and `workers/offline`. */
export type ServingMessage =
  /** A newer worker that waits takes over; `workbox-window` sends it. */
  | { readonly type: "SKIP_WAITING" }
  /** The engine and a model that comes with the page have been used, and are kept from now on. */
  | { readonly type: "KEEP"; readonly model: string };

/** Whether a page's address asks that no service worker serves it: `?sw=off`. */
export const isServingOff = (address: URL): boolean => address.searchParams.get("sw") === "off";

/** The cache of what a page of this folder has used; each page on one host has its own. */
export const keptCacheName = (scope: string) => `arithmoscope-kept-${scope}`;
