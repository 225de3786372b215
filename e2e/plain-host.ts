import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { gzipSync } from "node:zlib";

/** What a page cannot be opened without; nothing else has a type. */
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

export interface PlainHost {
  /** Of the page, with the folder that it lies in. */
  readonly address: string;
  /** Paths that were asked for, without the folder. */
  readonly log: string[];
  /** From now on a file is sent with this done to its text: the next version of the page. */
  change(file: string, edit: (text: string) => string): void;
  /** Off line, every connection breaks before it is answered. */
  setOnline(isOnline: boolean): void;
  close(): Promise<void>;
}

/**
 * The poorest host there is: the built page in a folder, without ranges, compression, validators, or any header but a type.
 *
 * @param options.isCompressing it has ranges, and compresses whole files alone, under the weak validators of the file as it lies, without `Vary`
 */
export async function startPlainHost(
  site: string,
  folder: string,
  { isCompressing = false }: { readonly isCompressing?: boolean } = {},
): Promise<PlainHost> {
  const log: string[] = [];
  const edits = new Map<string, (text: string) => string>();
  const server: Server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, "http://host");
    const path = pathname.startsWith(folder) ? normalize(pathname.slice(folder.length) || "index.html") : "..";
    log.push(path);
    const type = TYPES[extname(path)];
    readFile(join(site, path.startsWith("..") ? "nothing" : path)).then(
      (bytes) => {
        if (isCompressing) return sendCompressed(request, response, { bytes, type });
        const edit = edits.get(path);
        response.writeHead(200, type ? { "Content-Type": type } : {});
        response.end(edit ? edit(bytes.toString()) : bytes);
      },
      () => response.writeHead(404).end(),
    );
  });
  let isOnline = true;
  server.on("connection", (socket) => {
    if (!isOnline) socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  return {
    address: `http://localhost:${(server.address() as AddressInfo).port}${folder}`,
    log,
    change: (file, edit) => edits.set(file, edit),
    setOnline(now) {
      isOnline = now;
      if (!now) server.closeAllConnections();
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Long enough ago for a browser to take it for a validator. */
const LAST_MODIFIED = new Date(0).toUTCString();

function sendCompressed(
  { headers: asked }: IncomingMessage,
  response: ServerResponse,
  { bytes, type }: { readonly bytes: Buffer; readonly type: string | undefined },
): void {
  const headers = {
    ...(type && { "Content-Type": type }),
    ETag: `W/"${bytes.length}"`,
    "Last-Modified": LAST_MODIFIED,
    "Accept-Ranges": "bytes",
  };
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(asked.range ?? "") ?? [];
  if (asked["if-none-match"] === headers.ETag) response.writeHead(304, headers).end();
  else if (from !== undefined) {
    const part = bytes.subarray(Number(from), to ? Number(to) + 1 : undefined);
    const range = `bytes ${from}-${Number(from) + part.length - 1}/${bytes.length}`;
    response.writeHead(206, { ...headers, "Content-Range": range, "Content-Length": part.length }).end(part);
  } else if (asked["accept-encoding"]?.includes("gzip")) {
    response.writeHead(200, { ...headers, "Content-Encoding": "gzip" }).end(gzipSync(bytes, { level: 1 }));
  } else response.writeHead(200, { ...headers, "Content-Length": bytes.length }).end(bytes);
}
