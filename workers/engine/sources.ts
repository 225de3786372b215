import { Fault } from "#core/fault.ts";
import { memorySource } from "#formats/byte-source.ts";
import type { ByteSource, FileSet } from "#formats/byte-source.ts";
import type { CheckpointSource } from "#model/checkpoint.ts";

/** The files of a checkpoint, wherever they are. Bytes are counted as they are read. */
export function openSource(source: CheckpointSource, onBytes: (bytes: number) => void): FileSet {
  switch (source.kind) {
    case "url":
      return urlFiles(source.base.endsWith("/") ? source.base : `${source.base}/`, onBytes);
    case "files":
      return diskFiles(source.files, onBytes);
    default:
      throw new Error(`source: unknown kind ${String(source satisfies never)}`);
  }
}

function diskFiles(files: readonly File[], onBytes: (bytes: number) => void): FileSet {
  const byName = new Map(files.map((file) => [file.name, file]));
  return {
    name: "the chosen folder",
    open: (path) => Promise.resolve(byName.has(path) ? blobSource(byName.get(path)!, onBytes) : undefined),
  };
}

function blobSource(blob: Blob, onBytes: (bytes: number) => void): ByteSource {
  return {
    byteLength: blob.size,
    slice: (start, end) => {
      onBytes(end - start);
      return blob.slice(start, end).arrayBuffer();
    },
  };
}

/** The first request of a file asks for this much: small files come whole, and of a large one the header. */
const PROBE_BYTES = 65_536;

function urlFiles(base: string, onBytes: (bytes: number) => void): FileSet {
  return {
    name: base,
    async open(path) {
      const url = base + path;
      const response = await request(url, { headers: { Range: `bytes=0-${PROBE_BYTES - 1}` } });
      if (response.status === 404 || isFallbackPage(response, path)) {
        await response.body?.cancel();
        return undefined;
      }
      // an empty file has no first byte to give
      if (response.status === 416) return memorySource(new Uint8Array(0));
      const start = await readAll(response, url);
      onBytes(start.byteLength);
      const total = response.status === 206 ? totalBytes(response.headers.get("content-range")) : start.byteLength;
      // a server without ranges has sent the whole file
      if (total === start.byteLength) return memorySource(new Uint8Array(start));
      return rangedSource(url, { start, byteLength: total }, onBytes);
    },
  };
}

/** A development server answers with its page where there is no file; no file of a checkpoint is HTML. */
const isFallbackPage = (response: Response, path: string) =>
  !path.endsWith(".html") && (response.headers.get("content-type") ?? "").startsWith("text/html");

/** Of `bytes 0-65535/12750008`: the number after the slash. */
function totalBytes(contentRange: string | null): number {
  const total = Number(contentRange?.split("/")[1]);
  if (!Number.isSafeInteger(total) || total <= 0) {
    throw new Fault(
      "bad-file",
      `the server sent a part of a file without saying how long it is (Content-Range “${contentRange ?? ""}”)`,
    );
  }
  return total;
}

interface FileStart {
  /** The file's first bytes, read already. */
  readonly start: ArrayBuffer;
  readonly byteLength: number;
}

function rangedSource(url: string, known: FileStart, onBytes: (bytes: number) => void): ByteSource {
  return {
    byteLength: known.byteLength,
    async slice(start, end) {
      if (end <= known.start.byteLength) return known.start.slice(start, end);
      const response = await request(url, { headers: { Range: `bytes=${start}-${end - 1}` } });
      const bytes = await readAll(response, url);
      onBytes(bytes.byteLength);
      if (response.status !== 206 || bytes.byteLength !== end - start) {
        throw new Fault(
          "bad-file",
          `${url}: bytes ${start} to ${end} were asked for, ${bytes.byteLength} came; the file is truncated`,
        );
      }
      return bytes;
    },
  };
}

/** Answers below 400, 404 and 416 are the caller's to read. */
async function request(url: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { ...init, referrerPolicy: "no-referrer" });
  } catch (cause) {
    throw unreachable(url, cause instanceof Error ? cause.message : String(cause), cause);
  }
  if (!response.ok && response.status !== 404 && response.status !== 416) {
    throw unreachable(url, `the server answered ${response.status} ${response.statusText}`);
  }
  return response;
}

async function readAll(response: Response, url: string): Promise<ArrayBuffer> {
  try {
    return await response.arrayBuffer();
  } catch (cause) {
    throw unreachable(url, `the connection broke (${cause instanceof Error ? cause.message : String(cause)})`, cause);
  }
}

const unreachable = (url: string, why: string, cause?: unknown) =>
  new Fault("missing-file", `${url} could not be read: ${why}`, { cause });
