import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { PATIENCE } from "./fetch-range.ts";
import { namedFile } from "./named-file.ts";

const TEXT = "{ “π”: 3 }\n";
const sha256 = createHash("sha256").update(TEXT).digest("hex");
const OTHER = createHash("sha256").update("other").digest("hex");

let origin: string;
const server = createServer(({ url }, response) => {
  if (url === "/result.json") response.end(TEXT);
  else if (url === "/moved.json") response.writeHead(302, { Location: "/result.json" }).end();
  else response.writeHead(404, "Not Found").end();
});
beforeAll(async () => {
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());
afterEach(() => vi.unstubAllGlobals());

const patience = { ...PATIENCE, attemptsToOpen: 1 };
const read = (path: string, named: { sha256?: string; most?: number } = {}) =>
  namedFile({ address: origin + path, sha256, most: 1_000, ...named }, { onBytes: () => undefined, patience });

test("a file is read where its bytes are those that were named", async () => {
  expect(await read("/result.json")).toBe(TEXT);
  expect(await read("/moved.json")).toBe(TEXT);
  expect(await read("/result.json", { most: Buffer.byteLength(TEXT) })).toBe(TEXT);
});

test.each<[string, string, { sha256?: string; most?: number }, string, string]>([
  [
    "another one",
    "/result.json",
    { sha256: OTHER },
    "bad-file",
    `what lies there has the SHA-256 ${sha256.slice(0, 12)}…, and ${OTHER.slice(0, 12)}… was named: it is another file`,
  ],
  ["a longer one", "/result.json", { most: 3 }, "bad-file", "it has more than the 3 bytes that are read at most"],
  ["none", "/nothing.json", {}, "bad-file", "could not be read: the server answered 404 Not Found"],
])("%s is refused", async (_, path, named, code, sentence) => {
  await expect(read(path, named)).rejects.toMatchObject({ code, message: expect.stringContaining(sentence) as string });
});

test("of the page's own host, which is read unasked, no other address is followed", async () => {
  vi.stubGlobal("location", new URL(`${origin}/page/`));
  expect(await read("/result.json")).toBe(TEXT);
  await expect(read("/moved.json")).rejects.toMatchObject({ code: "unreachable" });
});
