import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { openSource } from "./open-source.ts";

/** Hosts that send the compressed file whatever they were asked for, as storage does that has it compressed. */

/** Compresses to a third, which is more than the first request asks for. */
const LARGE = Uint8Array.from({ length: 900_000 }, (_, at) => ((at * at * 2654435761) >>> 13) % 7);
const SMALL = new TextEncoder().encode(JSON.stringify(Array.from({ length: 500 }, (_, at) => at % 9)));

type Host = (file: Uint8Array, request: IncomingMessage, response: ServerResponse) => void;
const GZIP = { "Content-Encoding": "gzip" } as const;

const rangeOf = ({ headers: { range } }: IncomingMessage, length: number) => {
  const [, start, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? "") ?? [];
  return start === undefined ? undefined : { start: Number(start), end: Math.min(Number(last) + 1, length) };
};

function inParts(
  file: Uint8Array,
  headers: Record<string, string>,
  request: IncomingMessage,
  response: ServerResponse,
) {
  const range = rangeOf(request, file.length);
  if (!range) return void response.writeHead(200, { ...headers, "Content-Length": file.length }).end(file);
  const part = file.subarray(range.start, range.end);
  const contentRange = `bytes ${range.start}-${range.end - 1}/${file.length}`;
  response.writeHead(206, { ...headers, "Content-Range": contentRange, "Content-Length": part.length }).end(part);
}

const HOSTS: Readonly<Record<string, Host>> = {
  "whole, with the compressed length": (file, _request, response) => {
    const compressed = gzipSync(file);
    response.writeHead(200, { ...GZIP, "Content-Length": compressed.length }).end(compressed);
  },
  "whole, without a length": (file, _request, response) => {
    response.writeHead(200, GZIP).end(gzipSync(file));
  },
  "in parts of the compressed file": (file, request, response) => inParts(gzipSync(file), GZIP, request, response),
};

let host: Host;
let asked = 0;
const server = createServer((request, response) => {
  asked++;
  host(request.url!.endsWith("large") ? LARGE : SMALL, request, response);
});
let base = "";
beforeAll(async () => {
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => (asked = 0));
afterEach(() => void vi.unstubAllGlobals());

// no host here stalls: a busy machine that compresses for a second is none that does
const SOON = { attempts: 2, attemptsToOpen: 2, firstWaitMs: 1, longestWaitMs: 5, stallMs: 30_000 };
const open = async (name: string) => {
  const files = await openSource({ kind: "url", base }, () => undefined, undefined, "default", SOON);
  return (await files.open(name))!;
};

/** As another origin's answers look: `Content-Encoding` is none of the headers that it lets a page see by itself. */
async function fetchHidingEncoding(...request: Parameters<typeof fetch>): Promise<Response> {
  const response = await plainFetch(...request);
  const headers = new Headers(response.headers);
  headers.delete("content-encoding");
  return new Response(response.body, { status: response.status, headers });
}
const plainFetch = globalThis.fetch;

const FILES = { small: SMALL, large: LARGE } as const;
const SEEN = { "that says so": plainFetch, "of another origin, which does not say so": fetchHidingEncoding } as const;

describe.each(Object.entries(HOSTS))("what comes compressed %s", (_how, sends) => {
  describe.each(Object.entries(SEEN))("from a host %s", (_seen, seenFetch) => {
    test.each(Object.entries(FILES))("is the file: %s", async (name, file) => {
      host = sends;
      vi.stubGlobal("fetch", seenFetch);
      const source = await open(name);
      expect(source.byteLength).toBe(file.length);
      expect(new Uint8Array(await source.slice(0, file.length))).toEqual(file);
      expect(asked).toBeLessThanOrEqual(2);
    });
  });
});

test("a host that compresses later ranges alone is told apart from the file that it began", async () => {
  const compressed = gzipSync(LARGE);
  host = (file, request, response) =>
    asked === 1 ? inParts(file, {}, request, response) : inParts(compressed, GZIP, request, response);
  const source = await open("large");
  await expect(source.slice(100_000, 100_004)).rejects.toMatchObject({
    code: "bad-file",
    message: expect.stringContaining("of the file as it is compressed (Content-Encoding gzip)"),
  });
});
