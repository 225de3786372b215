import { faultCode } from "#core/fault.ts";
import type { FaultCode } from "#core/fault.ts";
import type { CheckpointSource } from "#model/checkpoint.ts";

/** A page has an address; a command has none. */
export const isOwnOrigin = (url: string) =>
  typeof location !== "undefined" && new URL(url, location.href).origin === location.origin;

/** What the page's own host serves: the browser's cache and the page's service worker may hold it. */
export const isOwn = (source: CheckpointSource) => source.kind === "url" && isOwnOrigin(source.base);

/** How a file of the page's own host is asked for: as the caches have it, or past all of them, which then have what came. */
export type OwnCache = "default" | "reload";

/** Codes of faults that say that a file's bytes are wrong. */
const OF_BYTES: ReadonlySet<FaultCode> = new Set([
  "damaged-file",
  "bad-file",
  "bad-config",
  "other-format",
  "unknown-architecture",
]);

/** Whether a fault may be the bytes', which come otherwise from elsewhere. */
export const isOfBytes = (reason: unknown) => OF_BYTES.has(faultCode(reason));

/**
 * A reading that is done once more, past the caches, where the page's own host is read and what came is no model. Either cache may hold what
 * the host never sent: behind a host that compresses whole files alone and gives both forms one weak ETag, without `Vary`, a browser's cache
 * puts parts of the one into the other.
 *
 * @throws the first failure where nothing comes past the caches, else the last
 */
export async function pastCaches<Result>(
  source: CheckpointSource,
  signal: AbortSignal | undefined,
  read: (cache: OwnCache) => Promise<Result>,
): Promise<Result> {
  try {
    return await read("default");
  } catch (first) {
    if (signal?.aborted || !isOwn(source) || !isOfBytes(first)) throw first;
    return read("reload").catch((last: unknown) => {
      throw faultCode(last) === "unreachable" ? first : last;
    });
  }
}
