import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ByteSource } from "#formats/byte-source.ts";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { CheckpointFiles } from "./checkpoint-files.ts";
import type { Patience } from "./fetch-range.ts";
import { openSource } from "./open-source.ts";

/** As patient as the page, but sooner. */
const SOON: Patience = { attempts: 3, attemptsToOpen: 3, firstWaitMs: 1, longestWaitMs: 5, stallMs: 1_000 };

/** Larger than the 65,536 bytes that the first request asks for; byte i is i mod 251. */
const LARGE = Uint8Array.from({ length: 200_000 }, (_, index) => index % 251);
const SMALL = new TextEncoder().encode('{"small": true}');
const PROBE = 65_536;

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** What is asked of the server, as `path range`. */
const requests: string[] = [];
let answers: Record<string, Answer> = {};
const server = createServer((request, response) => {
  requests.push(`${request.url} ${request.headers.range}`);
  const answer = answers[request.url ?? ""] ?? ((_, missing) => missing.writeHead(404).end("not here"));
  answer(request, response);
});
let base = "";

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/model/`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  requests.length = 0;
  answers = {};
});

const openUrl = (at: string, onBytes: (bytes: number) => void = () => undefined) =>
  openSource({ kind: "url", base: at }, onBytes, undefined, "default", SOON);

/** The checkpoint folder, and how many bytes were counted so far. */
async function opened(
  answer: Answer,
  path = "/model/a.bin",
): Promise<{ files: CheckpointFiles; counted: () => number }> {
  answers = { [path]: answer };
  let bytes = 0;
  return { files: await openUrl(base, (count) => (bytes += count)), counted: () => bytes };
}

const openFile = async (answer: Answer) => (await opened(answer)).files.open("a.bin");

const bytesFrom = async (source: ByteSource | undefined, start: number, end: number) =>
  new Uint8Array(await source!.slice(start, end));

function rangeOf(request: IncomingMessage, length: number): [start: number, end: number] {
  const [, start, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "")!;
  return [Number(start), Math.min(Number(last) + 1, length)];
}

/** A server that does as it should. */
const inRanges =
  (body: Uint8Array): Answer =>
  (request, response) => {
    const [start, end] = rangeOf(request, body.length);
    if (start >= body.length) {
      response.writeHead(416, { "Content-Range": `bytes */${body.length}` }).end();
      return;
    }
    response.writeHead(206, { "Content-Range": `bytes ${start}-${end - 1}/${body.length}` });
    response.end(body.subarray(start, end));
  };

const whole =
  (body: Uint8Array | string, status = 200, headers: Record<string, string> = {}): Answer =>
  (_, response) => {
    response.writeHead(status, headers).end(body);
  };

describe("over the network", () => {
  test("a small file takes one request", async () => {
    const { files, counted } = await opened(inRanges(SMALL));
    const source = await files.open("a.bin");
    expect(await bytesFrom(source, 0, source!.byteLength)).toEqual(SMALL);
    expect(requests).toEqual([`/model/a.bin bytes=0-${PROBE - 1}`]);
    expect(counted()).toBe(SMALL.length);
  });

  test("of a large file only what is asked for is read, and its beginning once", async () => {
    const { files, counted } = await opened(inRanges(LARGE));
    const source = await files.open("a.bin");
    expect(source!.byteLength).toBe(LARGE.length);
    expect(await bytesFrom(source, 8, PROBE)).toEqual(LARGE.slice(8, PROBE));
    expect(requests).toHaveLength(1);
    expect(await bytesFrom(source, 150_000, 150_004)).toEqual(LARGE.slice(150_000, 150_004));
    expect(await bytesFrom(source, PROBE - 1, PROBE + 1)).toEqual(LARGE.slice(PROBE - 1, PROBE + 1));
    expect(requests.slice(1)).toEqual(["/model/a.bin bytes=150000-150003", `/model/a.bin bytes=${PROBE - 1}-${PROBE}`]);
    expect(counted()).toBe(PROBE + 4 + 2);
  });

  test("a server whose parts are longer than was asked for is read in parts", async () => {
    const blocks: Answer = (request, response) => {
      const [start, end] = rangeOf(request, LARGE.length);
      const most = Math.min(LARGE.length, end + 10_000);
      response.writeHead(206, { "Content-Range": `bytes ${start}-${most - 1}/${LARGE.length}` });
      response.end(LARGE.subarray(start, most));
    };
    const { files } = await opened(blocks);
    const source = await files.open("a.bin");
    expect(source!.byteLength).toBe(LARGE.length);
    expect(await bytesFrom(source, 8, PROBE)).toEqual(LARGE.slice(8, PROBE));
    expect(await bytesFrom(source, 150_000, 150_004)).toEqual(LARGE.slice(150_000, 150_004));
    expect(requests).toEqual([`/model/a.bin bytes=0-${PROBE - 1}`, "/model/a.bin bytes=150000-150003"]);
  });

  test("no bytes take no request", async () => {
    const { files } = await opened(inRanges(LARGE));
    const source = await files.open("a.bin");
    expect(await bytesFrom(source, 100_000, 100_000)).toHaveLength(0);
    expect(requests).toHaveLength(1);
  });

  test("a server without ranges sends the whole file, once", async () => {
    const { files, counted } = await opened(whole(LARGE));
    const source = await files.open("a.bin");
    expect(await bytesFrom(source, 150_000, 150_004)).toEqual(LARGE.slice(150_000, 150_004));
    expect([requests.length, counted(), source!.byteLength]).toEqual([1, LARGE.length, LARGE.length]);
  });

  test("a server that does not say how long the file is sends it whole, too", async () => {
    const { files, counted } = await opened((_, response) => {
      response.writeHead(200).write(LARGE.subarray(0, 90_000));
      response.end(LARGE.subarray(90_000));
    });
    const source = await files.open("a.bin");
    expect(await bytesFrom(source, 89_990, 90_010)).toEqual(LARGE.slice(89_990, 90_010));
    expect([requests.length, counted(), source!.byteLength]).toEqual([1, LARGE.length, LARGE.length]);
  });

  test("of a large file that comes whole, a reader can give up and another go on", async () => {
    const announced = { "Content-Length": "60000000" };
    const { files } = await opened((_, response) => void response.writeHead(200, announced).write(LARGE));
    const source = await files.open("a.bin");
    const controller = new AbortController();
    const reason = new DOMException("enough", "AbortError");
    const reading = source!.slice(0, 300_000, controller.signal);
    setTimeout(() => controller.abort(reason), 50);
    await expect(reading).rejects.toBe(reason);
    expect(await bytesFrom(source, 8, 1_000)).toEqual(LARGE.slice(8, 1_000));
  });

  test("a large file that comes whole and changes between two connections is no file", async () => {
    let connections = 0;
    const { files } = await opened((request, response) => {
      connections++;
      response.writeHead(200, { "Content-Length": "60000000", ETag: `"${connections}"` }).write(LARGE);
      if (connections === 1) setTimeout(() => request.socket.destroy(), 50);
    });
    const source = await files.open("a.bin");
    await expect(source!.slice(0, 300_000)).rejects.toMatchObject({
      code: "bad-file",
      message: `${base}a.bin: the file changed while it was read: its ETag was "1" and is "2"; load it again from its beginning`,
    });
  });

  test.each([
    ["ETag", '"one"', '"two"', 'its ETag was "one" and is "two"'],
    ["ETag", 'W/"one"', 'W/"two"', 'its ETag was W/"one" and is W/"two"'],
    [
      "Last-Modified",
      "Mon, 05 Jan 2026 10:00:00 GMT",
      "Mon, 05 Jan 2026 10:00:01 GMT",
      "its Last-Modified was Mon, 05 Jan 2026 10:00:00 GMT and is Mon, 05 Jan 2026 10:00:01 GMT",
    ],
  ])("a file whose %s changes between two ranges is no file", async (header, before, after, how) => {
    let current = before;
    const { files } = await opened((request, response) => {
      response.setHeader(header, current);
      inRanges(LARGE)(request, response);
    });
    const source = await files.open("a.bin");
    expect(await bytesFrom(source, 100_000, 100_004)).toEqual(LARGE.slice(100_000, 100_004));
    current = after;
    await expect(source!.slice(150_000, 150_004)).rejects.toMatchObject({
      code: "bad-file",
      message: `${base}a.bin: the file changed while it was read: ${how}; load it again from its beginning`,
    });
    // what is opened anew is the new file, and has another version
    const again = await files.open("a.bin");
    expect(await bytesFrom(again, 150_000, 150_004)).toEqual(LARGE.slice(150_000, 150_004));
    expect(again!.version).not.toBe(source!.version);
  });

  test("a header that one answer lacks is no change", async () => {
    let headers: Record<string, string> = { ETag: '"one"' };
    const { files } = await opened((request, response) => {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      inRanges(LARGE)(request, response);
    });
    const source = await files.open("a.bin");
    headers = {};
    expect(await bytesFrom(source, 150_000, 150_004)).toEqual(LARGE.slice(150_000, 150_004));
  });

  test("an empty file is empty, with ranges and without", async () => {
    expect((await openFile(inRanges(new Uint8Array(0))))!.byteLength).toBe(0);
    expect((await openFile(whole("")))!.byteLength).toBe(0);
  });

  test("a missing file is none, also where a page is answered instead", async () => {
    expect(await openFile(whole("no", 404))).toBeUndefined();
    const page = whole("<!doctype html>", 200, { "Content-Type": "text/html; charset=utf-8" });
    expect(await openFile(page)).toBeUndefined();
  });

  test("a base without its slash is completed", async () => {
    answers = { "/model/sub/a.bin": inRanges(SMALL) };
    const files = await openUrl(`${base}sub`);
    expect([files.name, (await files.open("a.bin"))!.byteLength]).toEqual([`${base}sub/`, SMALL.length]);
  });

  test.each<[string, Answer, string, string]>([
    ["a server in trouble", whole("", 500), "unreachable", "a.bin could not be read: the server answered 500"],
    ["a folder that is closed", whole("", 403), "missing-file", "a.bin could not be read: the server answered 403"],
    [
      "a connection that breaks at once",
      (request) => request.socket.destroy(),
      "unreachable",
      "a.bin could not be read: fetch failed",
    ],
    [
      "a connection that breaks in between",
      (request, response) => {
        response.writeHead(200, { "Content-Length": "100" }).write("some");
        setTimeout(() => request.socket.destroy(), 20);
      },
      "unreachable",
      "a.bin could not be read: the connection broke: terminated",
    ],
    [
      "a part without Content-Range",
      whole(SMALL, 206),
      "bad-file",
      "a.bin: the server sent a part of the file without saying how long it is; a Content-Range like “bytes 0-65535/12750008” is needed, it is “”",
    ],
    [
      "a part of a file of unknown length",
      whole(SMALL, 206, { "Content-Range": "bytes 0-14/*" }),
      "bad-file",
      "is needed, it is “bytes 0-14/*”",
    ],
  ])("says what is wrong with %s", async (_name, answer, code, message) => {
    await expect(openFile(answer)).rejects.toMatchObject({
      name: "Fault",
      code,
      message: expect.stringContaining(`${base}${message.startsWith("a.bin") ? message : ""}`),
    });
    await expect(openFile(answer)).rejects.toThrow(message);
  });

  test("says that nobody answers", async () => {
    const files = await openUrl("http://127.0.0.1:9/");
    await expect(files.open("a.bin")).rejects.toMatchObject({
      code: "unreachable",
      message: expect.stringContaining("http://127.0.0.1:9/a.bin could not be read: "),
    });
  });

  /** Right about the beginning, then as given. */
  const afterwards =
    (later: Answer): Answer =>
    (request, response) =>
      (requests.length === 1 ? inRanges(LARGE) : later)(request, response);

  test.each<[string, Answer, string, string]>([
    [
      "is shorter than it said",
      inRanges(LARGE.subarray(0, 150_001)),
      "damaged-file",
      "bytes 150000 to 150004 were asked for, 1 came; the file is truncated",
    ],
    [
      "ends before the range",
      inRanges(LARGE.subarray(0, 90_000)),
      "damaged-file",
      "bytes 150000 to 150004 were asked for, 0 came; the file is truncated",
    ],
    [
      "forgets about ranges",
      whole(LARGE),
      "bad-file",
      "a.bin: the server sent the whole file where bytes 150000 to 150004 were asked for",
    ],
    ["is gone", whole("no", 404), "missing-file", "a.bin could not be read: the server answered 404"],
    ["cannot be had any more", whole("", 503), "unreachable", "a.bin could not be read: the server answered 503"],
  ])("says so where a file %s", async (_name, later, code, message) => {
    const source = await openFile(afterwards(later));
    await expect(source!.slice(150_000, 150_004)).rejects.toMatchObject({
      name: "Fault",
      code,
      message: expect.stringContaining(message),
    });
  });
});

describe("from disk", () => {
  /** As a folder picker gives it: with the path from the chosen folder on. */
  const picked = (path: string, text: string) => {
    const file = new File([text], path.split("/").at(-1)!);
    return Object.defineProperty(file, "webkitRelativePath", { value: path });
  };
  const textOf = async (source: ByteSource | undefined) =>
    new TextDecoder().decode(await source!.slice(0, source!.byteLength));

  test("reads slices and counts them", async () => {
    let counted = 0;
    const files = await openSource(
      { kind: "files", files: [picked("m/a.bin", "0123456789")] },
      (bytes) => (counted += bytes),
    );
    const source = await files.open("a.bin");
    expect(source!.byteLength).toBe(10);
    expect(new TextDecoder().decode(await source!.slice(2, 5))).toBe("234");
    expect([counted, files.name]).toEqual([3, "the chosen folder"]);
    expect(await files.open("b.bin")).toBeUndefined();
  });

  test("a checkpoint in a folder below has files of the same name, and they are left alone", async () => {
    const list = [picked("m/config.json", "mine"), picked("m/checkpoint-500/config.json", "an older one")];
    for (const files of [list, list.toReversed()]) {
      const set = await openSource({ kind: "files", files }, () => undefined);
      expect(await textOf(await set.open("config.json"))).toBe("mine");
      expect(await textOf(await set.open("checkpoint-500/config.json"))).toBe("an older one");
    }
  });

  test("a folder says what it holds, without its own name", async () => {
    const files = [new File(["x"], "tiny.gguf"), new File(["x"], "model.onnx")];
    const opened = await openSource(
      { kind: "files", files, paths: ["mine/tiny.gguf", "mine/onnx/model.onnx"] },
      () => undefined,
    );
    expect(await opened.names!()).toEqual(["tiny.gguf", "onnx/model.onnx"]);
  });

  test("takes files that were chosen one by one by their names", async () => {
    const set = await openSource(
      { kind: "files", files: [Object.defineProperty(new File(["x"], "a.bin"), "webkitRelativePath", { value: "" })] },
      () => undefined,
    );
    expect(await textOf(await set.open("a.bin"))).toBe("x");
    expect(set.identity).toEqual({ kind: "files", name: "from disk" });
  });

  test.each([
    ["a text", [new File(["x"], "notes.txt")], undefined, "notes.txt alone, which is no GGUF file,"],
    [
      "a part of a checkpoint",
      [new File(["{}"], "config.json")],
      undefined,
      "config.json alone, which is no GGUF file,",
    ],
    [
      "a dropped file, whose path is its name",
      [new File(["x"], "a.md")],
      ["a.md"],
      "a.md alone, which is no GGUF file,",
    ],
    ["a file in a folder", [picked("m/notes.txt", "x")], undefined, "the chosen folder"],
    ["a dropped folder with one file", [new File(["x"], "notes.txt")], ["m/notes.txt"], "the chosen folder"],
    ["several files", [new File(["x"], "a.txt"), new File(["x"], "b.txt")], undefined, "the chosen folder"],
    ["a GGUF file", [new File(["GGUF"], "tiny")], undefined, "what was chosen"],
  ])("sentences call %s what it is", async (_what, files, paths, name) => {
    const set = await openSource({ kind: "files", files, ...(paths && { paths }) }, () => undefined);
    expect(set.name).toBe(name);
  });

  test("goes by the paths of a dropped folder, whose files do not know theirs", async () => {
    const files = [new File(["mine"], "config.json"), new File(["an older one"], "config.json")];
    const paths = ["m/config.json", "m/checkpoint-500/config.json"];
    const set = await openSource({ kind: "files", files, paths }, () => undefined);
    expect(await textOf(await set.open("config.json"))).toBe("mine");
    expect(await textOf(await set.open("checkpoint-500/config.json"))).toBe("an older one");
    expect(set.identity).toEqual({ kind: "files", name: "m" });
  });

  test("says so where a file has changed since it was chosen", async () => {
    const file = picked("m/a.bin", "0123");
    const gone = new DOMException("The requested file could not be read", "NotReadableError");
    Object.defineProperty(file, "slice", { value: () => ({ arrayBuffer: () => Promise.reject(gone) }) });
    const set = await openSource({ kind: "files", files: [file] }, () => undefined);
    const source = await set.open("a.bin");
    await expect(source!.slice(0, 4)).rejects.toMatchObject({
      name: "Fault",
      code: "bad-file",
      message:
        "a.bin could not be read: it has changed or is gone since it was chosen (The requested file could not be read); choose the folder again",
    });
  });
});
