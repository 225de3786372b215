import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, normalize } from "node:path";

/** Serves a folder's files with ranges to pages of any origin. */
export async function serveFolder(folder: string): Promise<{ readonly base: string; close(): void }> {
  const server = createServer((request, response) => {
    const path = join(folder, normalize(decodeURIComponent(new URL(request.url!, "http://localhost").pathname)));
    response.setHeader("Access-Control-Allow-Origin", "*");
    response.setHeader("Access-Control-Allow-Headers", "Range");
    response.setHeader("Access-Control-Expose-Headers", "Content-Range, ETag");
    const stats = statSync(path, { throwIfNoEntry: false });
    if (request.method === "OPTIONS") return response.writeHead(204).end();
    if (!stats?.isFile()) return response.writeHead(404).end();
    // without a version a second load would read everything again, to see that it is the same
    response.setHeader("ETag", `"${stats.size}-${stats.mtimeMs}"`);
    const [, first = "0", last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
    const start = Number(first);
    const end = Math.min(last === undefined ? Infinity : Number(last), stats.size - 1);
    response.writeHead(last === undefined ? 200 : 206, {
      "Content-Length": end - start + 1,
      "Content-Range": `bytes ${start}-${end}/${stats.size}`,
    });
    return createReadStream(path, { start, end }).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  return {
    base: `http://localhost:${(server.address() as AddressInfo).port}/`,
    close: () => server.close(),
  };
}
