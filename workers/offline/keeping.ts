import type { BuiltFile } from "./kept-files.ts";
import { partOf } from "./part-of.ts";

/** A file that is kept once it has been used, under its hash: what an earlier build kept under the same name is another. */
export interface LargeFile {
  readonly address: string;
  readonly key: string;
  readonly sha256: string;
  /** Its name changes with its content, so that whatever the browser's own cache has under it is likely to be right. */
  readonly isNamedByContent: boolean;
}

export function largeFileOf({ url, revision, sha256 }: BuiltFile, scope: string): LargeFile {
  const key = new URL(url, scope);
  key.searchParams.set("sha256", sha256);
  return { address: new URL(url, scope).href, key: key.href, sha256, isNamedByContent: revision === null };
}

/** What is kept, and the network: the browser's own, or a test's. */
export interface CacheAndNetwork {
  readonly cache: {
    match(key: string, options?: CacheQueryOptions): Promise<Response | undefined>;
    put(key: string, response: Response): Promise<void>;
    delete(key: string, options?: CacheQueryOptions): Promise<boolean>;
  };
  readonly fetch: (request: Request) => Promise<Response>;
}

/** The kept answer is whatever a request may vary by. */
const MATCH = { ignoreVary: true } as const;

/**
 * Fetches a whole file, and keeps it if it is the one that the build lists.
 *
 * A file whose name stays goes past the browser's own cache in both directions. The page reads models in ranges, which come as they lie on the
 * host; a whole file may come compressed, under the same weak ETag and without `Vary`, and Chromium's cache then takes parts of the one for parts
 * of the other.
 *
 * @returns whether it is kept
 * @throws what `fetch` and `put` do: without a network, without room
 */
export async function keepFile(file: LargeFile, { cache, fetch }: CacheAndNetwork): Promise<boolean> {
  if (await cache.match(file.key, MATCH)) return true;
  const modes: readonly RequestCache[] = file.isNamedByContent ? ["default", "no-store"] : ["no-store"];
  for (const mode of modes) {
    const response = await fetch(new Request(file.address, { cache: mode, credentials: "same-origin" }));
    if (response.status !== 200) return false;
    const bytes = await response.arrayBuffer().catch(() => undefined);
    if (!bytes || (await sha256(bytes)) !== file.sha256) continue;
    await cache.put(file.key, new Response(bytes, { headers: headersOf(response, bytes) }));
    return true;
  }
  return false;
}

/**
 * Answers with what is kept of a file or, where nothing is, with what the network has; whoever reads it past the caches gets the network's,
 * and the kept one goes as soon as that has come.
 */
export async function answerWith(
  file: LargeFile,
  request: Request,
  { cache, fetch }: CacheAndNetwork,
): Promise<Response> {
  if (request.cache === "reload" || request.cache === "no-store") {
    const response = await fetch(request);
    if (response.ok) await cache.delete(file.key, MATCH);
    return response;
  }
  const kept = await cache.match(file.key, MATCH);
  if (kept) return partOf(kept, request.headers.get("Range"));
  // the browser's own cache may hold the file of an earlier build under this name; a range is held against the model's content
  const isAskedAgain = !file.isNamedByContent && !request.headers.has("Range");
  return fetch(isAskedAgain ? new Request(request, { cache: "no-cache" }) : request);
}

/** Headers for a kept file, whose bytes are decoded already. */
function headersOf(response: Response, bytes: ArrayBuffer): Headers {
  const headers = new Headers(response.headers);
  headers.delete("Content-Encoding");
  headers.set("Content-Length", String(bytes.byteLength));
  return headers;
}

async function sha256(bytes: ArrayBuffer): Promise<string> {
  return [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}
