import { createStore } from "zustand/vanilla";

/** Whether WASM has the threads that only a page gets which is isolated from other origins, and what a person can do about it. */
export type Isolation =
  /** It is isolated: by its host or by its service worker. */
  | { readonly kind: "isolated" }
  /** The service worker isolates it the next time that it is opened; `open` opens it at once, with what is asked and switched. */
  | { readonly kind: "offered"; readonly open: () => Promise<void> }
  /** The service worker served it, and the browser does not isolate it all the same. */
  | { readonly kind: "refused" }
  /** There can be no service worker: over http, in some private windows, or where the address switches it off. */
  | { readonly kind: "impossible" };

/** How the page is served. */
export const serving = createStore<{ readonly isolation: Isolation }>(() => ({
  isolation: { kind: globalThis.crossOriginIsolated ? "isolated" : "impossible" },
}));

export const setIsolation = (isolation: Isolation) => serving.setState({ isolation });
