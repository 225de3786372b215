import { WORKER_POLICY } from "./policies.ts";

/**
 * Headers that give a document and its workers shared memory, and with it WASM its threads; WebGPU does without. Safari knows no
 * `credentialless`; what the page reads from elsewhere it reads by CORS, which `require-corp` lets through.
 */
export const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
} as const;

const POLICY = "Content-Security-Policy";

/** A response as a host that isolates its pages would send it, and a worker's script with its policy where the host has none for it. */
export function isolated(response: Response, destination: RequestDestination): Response {
  const { body, status, statusText } = response;
  // no answer at all, or a redirection that the browser follows itself
  if (status === 0) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(ISOLATION)) headers.set(name, value);
  if (destination === "worker" && !headers.has(POLICY)) headers.set(POLICY, WORKER_POLICY);
  return new Response(body, { status, statusText, headers });
}
