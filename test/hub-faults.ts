import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

/** How a file's bytes are served by the Hub of the tests, and all the ways in which that can be made to go wrong. */

export type HubFault =
  /** A failure with this status; 429 and 503 may say when to come back. */
  | { readonly kind: "status"; readonly status: number; readonly retryAfter?: string }
  /** So many bytes, then silence on an open connection. */
  | { readonly kind: "stall"; readonly afterBytes: number }
  /** So many bytes of those that were announced, then the connection breaks. */
  | { readonly kind: "truncate"; readonly afterBytes: number }
  /** An answer that is whole in itself but holds so many bytes fewer than were asked for. */
  | { readonly kind: "short"; readonly missingBytes: number }
  /** The file is said to be this long. */
  | { readonly kind: "wrong-length"; readonly byteLength: number }
  | { readonly kind: "other-etag"; readonly etag: string }
  /** The whole file, whatever range was asked for. */
  | { readonly kind: "no-ranges" }
  /** The connection breaks before an answer. */
  | { readonly kind: "reset" }
  /** As it should, but slowly. */
  | { readonly kind: "slow"; readonly bytesPerSecond: number };

/** What the Hub lets a page of another origin see. */
export const EXPOSED =
  "X-Repo-Commit,X-Request-Id,X-Error-Code,X-Error-Message,X-Total-Count,ETag,Link,Accept-Ranges,Content-Range,X-Linked-Size,X-Linked-ETag,X-Xet-Hash";
const PIECE_BYTES = 16_384;

const etags = new WeakMap<Uint8Array, string>();

/** As the Hub has it: the hash of the bytes. */
export function etagOf(bytes: Uint8Array): string {
  const known = etags.get(bytes) ?? `"${createHash("sha256").update(bytes).digest("hex")}"`;
  etags.set(bytes, known);
  return known;
}

export function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  if (code) response.setHeader("X-Error-Code", code);
  response.setHeader("X-Error-Message", message);
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8" }).end(message);
}

/** A static server with ranges, and with what is scheduled to go wrong. */
export function serveBytes(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Uint8Array,
  fault: HubFault | undefined,
): void {
  if (fault) return misbehave(response, fault, bytes, request);
  const body = startPart(request, response, bytes);
  response.end(body);
}

/** Sends the head of the answer. @returns its body */
function startPart(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Uint8Array,
  { missingBytes = 0, byteLength = bytes.byteLength } = {},
): Uint8Array {
  if (!response.hasHeader("ETag")) response.setHeader("ETag", etagOf(bytes));
  response.setHeader("Accept-Ranges", "bytes");
  response.setHeader("Content-Type", "application/octet-stream");
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
  if (from === undefined || to === undefined) {
    response.writeHead(200, { "Content-Length": bytes.byteLength });
    return bytes;
  }
  const start = Number(from);
  if (start >= byteLength) {
    response.writeHead(416, { "Content-Range": `bytes */${byteLength}` });
    return new Uint8Array(0);
  }
  const end = Math.max(start + 1, Math.min(Number(to) + 1, bytes.byteLength) - missingBytes);
  const body = bytes.subarray(start, end);
  response.writeHead(206, {
    "Content-Range": `bytes ${start}-${end - 1}/${byteLength}`,
    "Content-Length": body.byteLength,
  });
  return body;
}

export function misbehave(
  response: ServerResponse,
  fault: HubFault,
  bytes: Uint8Array,
  request: IncomingMessage,
): void {
  switch (fault.kind) {
    case "status":
      if (fault.retryAfter !== undefined) {
        response.setHeader("Retry-After", fault.retryAfter);
        response.setHeader("Access-Control-Expose-Headers", `${EXPOSED},Retry-After`);
      }
      return refuse(response, fault.status, "", "scheduled");
    case "reset":
      request.socket.destroy();
      return;
    case "stall":
      response.write(startPart(request, response, bytes).subarray(0, fault.afterBytes));
      return;
    case "truncate":
      response.write(startPart(request, response, bytes).subarray(0, fault.afterBytes), () =>
        // what was written has to leave before the connection goes
        setTimeout(() => request.socket.destroy(), 20),
      );
      return;
    case "short":
      response.end(startPart(request, response, bytes, { missingBytes: fault.missingBytes }));
      return;
    case "wrong-length":
      response.end(startPart(request, response, bytes, { byteLength: fault.byteLength }));
      return;
    case "other-etag":
      response.setHeader("ETag", fault.etag);
      response.end(startPart(request, response, bytes));
      return;
    case "no-ranges":
      response.setHeader("ETag", etagOf(bytes));
      response.writeHead(200, { "Content-Type": "application/octet-stream", "Content-Length": bytes.byteLength });
      response.end(bytes);
      return;
    case "slow":
      sendSlowly(response, startPart(request, response, bytes), fault.bytesPerSecond);
      return;
    default:
      throw new Error(`hub: unknown fault ${String(fault satisfies never)}`);
  }
}

function sendSlowly(response: ServerResponse, body: Uint8Array, bytesPerSecond: number): void {
  let at = 0;
  const timer = setInterval(
    () => {
      response.write(body.subarray(at, at + PIECE_BYTES));
      at += PIECE_BYTES;
      if (at < body.byteLength) return;
      clearInterval(timer);
      response.end();
    },
    (1_000 * PIECE_BYTES) / bytesPerSecond,
  );
  response.on("close", () => clearInterval(timer));
}
