import { expect, test } from "vitest";
import { partOf } from "./part-of.ts";

const TEXT = "0123456789";
const whole = (init: ResponseInit = {}) => new Response(TEXT, { headers: { ETag: '"a"' }, ...init });

// by RFC 9110, 14.1.2 and 15.3.7, of ten bytes
test.each([
  ["bytes=0-3", "0123", "bytes 0-3/10"],
  ["bytes=4-", "456789", "bytes 4-9/10"],
  ["bytes=-3", "789", "bytes 7-9/10"],
  ["bytes=-20", TEXT, "bytes 0-9/10"],
  ["bytes=0-65535", TEXT, "bytes 0-9/10"],
  ["bytes=9-9", "9", "bytes 9-9/10"],
])("%s is a part of its own", async (range, text, contentRange) => {
  const part = await partOf(whole(), range);
  expect([part.status, await part.text()]).toEqual([206, text]);
  expect(part.headers.get("Content-Range")).toBe(contentRange);
  expect(part.headers.get("Content-Length")).toBe(String(text.length));
  expect(part.headers.get("ETag")).toBe('"a"');
});

test.each([null, "bytes=-", "bytes=0-1,4-5", "lines=0-3", "bytes=a-b"])("%s gets the whole", async (range) => {
  const response = whole();
  expect(await partOf(response, range)).toBe(response);
});

test.each(["bytes=10-", "bytes=12-20", "bytes=5-3"])("%s cannot be satisfied", async (range) => {
  const part = await partOf(whole(), range);
  expect([part.status, part.headers.get("Content-Range"), await part.text()]).toEqual([416, "bytes */10", ""]);
});

test("what was sent compressed is kept as it is decoded, and its parts are not said to be compressed", async () => {
  const part = await partOf(whole({ headers: { "Content-Encoding": "gzip", "Content-Length": "7" } }), "bytes=2-");
  expect([...part.headers.keys()]).not.toContain("content-encoding");
  expect(part.headers.get("Content-Length")).toBe("8");
});

test("what is no whole file is passed on", async () => {
  const missing = new Response("no", { status: 404 });
  expect(await partOf(missing, "bytes=0-1")).toBe(missing);
});
