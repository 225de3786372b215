import { HUB } from "#model/checkpoint.ts";

const written = (directives: Readonly<Record<string, readonly string[]>>) =>
  Object.entries(directives)
    .map(([name, sources]) => [name, ...sources].join(" "))
    .join("; ");

/**
 * What the page may do, in its `<meta>`: run its own scripts and none that stand in its text, and ask its own host and the Hub's search. Whatever
 * a person opens from elsewhere is read by the engine's worker. A policy in a `<meta>` cannot say who may frame the page; a header can.
 */
export const PAGE_POLICY = written({
  "default-src": ["'none'"],
  "script-src": ["'self'"],
  "worker-src": ["'self'"],
  // the drawing of a chain and figures on their way to a picture hold rules of their own; a rule runs no code
  "style-src": ["'self'", "'unsafe-inline'"],
  "font-src": ["'self'"],
  // figures become PNG by way of an address with their data in it
  "img-src": ["'self'", "data:"],
  "connect-src": ["'self'", HUB],
  "manifest-src": ["'self'"],
  "base-uri": ["'none'"],
  "form-action": ["'none'"],
});

/**
 * What its workers may do, in the header of their scripts: run scripts of their own folder and WebAssembly, no text and no foreign script. They
 * may ask any host, as any address can be typed and the Hub sends on to hosts whose names change.
 */
export const WORKER_POLICY = written({
  "default-src": ["'none'"],
  "script-src": ["'self'", "'wasm-unsafe-eval'"],
  "worker-src": ["'self'"],
  "connect-src": ["https:", "http:"],
});
