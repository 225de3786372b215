import { describe, expect, test } from "vitest";
import { lengthOf, readAll, resize, writeAll } from "./checked-access.ts";

const bytes = new Uint8Array(8);
const handle = (count: number, size = count) => ({
  write: () => count,
  truncate: () => undefined,
  getSize: () => size,
});

test("all that was given was written", () => {
  expect(() => writeAll(handle(8), bytes, 0)).not.toThrow();
  expect(() => resize(handle(0, 8), 8)).not.toThrow();
});

test.each([0, 7, 9, -1, 4_294_967_295, Number.NaN])("a count of %d for 8 bytes is a full storage", (count) => {
  expect(() => writeAll(handle(count), bytes, 0)).toThrow(expect.objectContaining({ code: "storage-full" }));
});

test("a file that did not get its length is a full storage", () => {
  expect(() => resize(handle(0, 7), 8)).toThrow(expect.objectContaining({ code: "storage-full" }));
});

test("what the browser refuses for its quota is a full storage; another refusal is storage that fails", () => {
  const refuses = (name: string) => ({
    ...handle(8),
    write() {
      throw new DOMException("no", name);
    },
  });
  expect(() => writeAll(refuses("QuotaExceededError"), bytes, 0)).toThrow(
    expect.objectContaining({ code: "storage-full" }),
  );
  expect(() => writeAll(refuses("InvalidStateError"), bytes, 0)).toThrow(
    expect.objectContaining({ code: "storage-failed", message: expect.stringContaining("InvalidStateError, no") }),
  );
});

describe("a file that was cleared away while it was open", () => {
  // what Chromium 156 returns of such a file, measured: FILE_ERROR_NOT_FOUND, −4, as an unsigned number
  const gone = {
    read: () => 4_294_967_292,
    write: () => 4_294_967_292,
    truncate: () => undefined,
    getSize: () => 18_446_744_073_709_552_000,
  };

  test.each([
    ["read", () => readAll(gone, 0, 8)],
    ["written", () => writeAll(gone, bytes, 0)],
    ["asked for its length", () => lengthOf(gone)],
    ["given a length", () => resize(gone, 8)],
  ])("is storage that fails when it is %s, never zeros", (_name, task) => {
    expect(task).toThrow(expect.objectContaining({ code: "storage-failed" }));
  });
});

test.each([0, 7, 9, Number.NaN])("%d of 8 bytes that were asked for are not the file's", (count) => {
  expect(() => readAll({ read: () => count }, 0, 8)).toThrow(expect.objectContaining({ code: "storage-failed" }));
  expect(readAll({ read: () => 8 }, 0, 8).byteLength).toBe(8);
});
