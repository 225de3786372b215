import { Fault } from "#core/fault.ts";
import { memorySource } from "#formats/byte-source.ts";
import type { ByteSource, FileSet } from "#formats/byte-source.ts";
import type { CheckpointSource, SourceIdentity } from "#model/checkpoint.ts";

/** The files of a checkpoint, and which one it is. */
export interface CheckpointFiles extends FileSet {
  readonly identity: SourceIdentity;
}

/** A source that has files to read; what is stored is opened by the store. */
export type FileSource = Exclude<CheckpointSource, { readonly kind: "stored" }>;

/** The files of a checkpoint, wherever they are. Bytes are counted as they are read. */
export function openSource(source: FileSource, onBytes: (bytes: number) => void): CheckpointFiles {
  switch (source.kind) {
    case "url":
      return urlFiles(source.base.endsWith("/") ? source.base : `${source.base}/`, onBytes);
    case "files":
      return diskFiles(source.files, onBytes);
    default:
      throw new Error(`source: unknown kind ${String(source satisfies never)}`);
  }
}

function diskFiles(files: readonly File[], onBytes: (bytes: number) => void): CheckpointFiles {
  const byPath = new Map(files.map((file) => [pathInFolder(file), file]));
  return {
    name: "the chosen folder",
    identity: { kind: "files", name: files[0]?.webkitRelativePath.split("/")[0] || "folder" },
    open: (path) => {
      const file = byPath.get(path);
      return Promise.resolve(file && fileSource(file, onBytes));
    },
  };
}

/** Without the chosen folder's own name: a checkpoint often has others in folders below it, with the same file names. */
const pathInFolder = ({ name, webkitRelativePath }: File) => webkitRelativePath.split("/").slice(1).join("/") || name;

function fileSource(file: File, onBytes: (bytes: number) => void): ByteSource {
  return {
    byteLength: file.size,
    async slice(start, end) {
      try {
        const bytes = await file.slice(start, end).arrayBuffer();
        onBytes(bytes.byteLength);
        return bytes;
      } catch (cause) {
        throw unreachable(file.name, `it has changed or is gone since it was chosen (${messageOf(cause)})`, cause);
      }
    },
  };
}

/** The first request of a file asks for this much: small files come whole, and of a large one the header. */
const PROBE_BYTES = 65_536;

function urlFiles(base: string, onBytes: (bytes: number) => void): CheckpointFiles {
  return {
    name: base,
    identity: { kind: "url", name: base },
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
      const total = response.status === 206 ? totalBytes(response, url) : start.byteLength;
      // a server without ranges has sent the whole file
      if (total === start.byteLength) return memorySource(new Uint8Array(start));
      return rangedSource(url, { start, byteLength: total }, onBytes);
    },
  };
}

/** A development server answers with its page where there is no file; no file of a checkpoint is HTML. */
const isFallbackPage = (response: Response, path: string) =>
  !path.endsWith(".html") && (response.headers.get("content-type") ?? "").startsWith("text/html");

/** Of `bytes 0-65535/12750008`: the number after the slash. Another origin has to let a page see this header. */
function totalBytes(response: Response, url: string): number {
  const contentRange = response.headers.get("content-range") ?? "";
  const total = Number(contentRange.split("/")[1]);
  if (!Number.isSafeInteger(total) || total <= 0) {
    throw new Fault(
      "bad-file",
      `${url}: the server sent a part of the file without saying how long it is; a Content-Range like “bytes 0-65535/12750008” is needed, it is “${contentRange}”`,
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
      // no range can ask for nothing
      if (start === end) return new ArrayBuffer(0);
      const response = await request(url, { headers: { Range: `bytes=${start}-${end - 1}` } });
      if (response.status === 404) throw unreachable(url, answered(response));
      // its body is an explanation, not the file's
      const bytes = response.status === 416 ? new ArrayBuffer(0) : await readAll(response, url);
      onBytes(bytes.byteLength);
      if (response.status === 200) {
        throw new Fault(
          "bad-file",
          `${url}: the server sent the whole file where bytes ${start} to ${end} were asked for`,
        );
      }
      if (bytes.byteLength !== end - start) {
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
    throw unreachable(url, messageOf(cause), cause);
  }
  if (!response.ok && response.status !== 404 && response.status !== 416) {
    throw unreachable(url, answered(response));
  }
  return response;
}

async function readAll(response: Response, url: string): Promise<ArrayBuffer> {
  try {
    return await response.arrayBuffer();
  } catch (cause) {
    throw unreachable(url, `the connection broke (${messageOf(cause)})`, cause);
  }
}

const unreachable = (url: string, why: string, cause?: unknown) =>
  new Fault("missing-file", `${url} could not be read: ${why}`, { cause });

const answered = ({ status, statusText }: Response) => `the server answered ${status} ${statusText}`.trimEnd();

const messageOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));
