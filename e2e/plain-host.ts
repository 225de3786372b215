import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

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

/** The poorest host there is: the built page in a folder, without ranges, compression, validators, or any header but a type. */
export async function startPlainHost(site: string, folder: string): Promise<PlainHost> {
  const log: string[] = [];
  const edits = new Map<string, (text: string) => string>();
  const server: Server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, "http://host");
    const path = pathname.startsWith(folder) ? normalize(pathname.slice(folder.length) || "index.html") : "..";
    log.push(path);
    const type = TYPES[extname(path)];
    readFile(join(site, path.startsWith("..") ? "nothing" : path)).then(
      (bytes) => {
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
