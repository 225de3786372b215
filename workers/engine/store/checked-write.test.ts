import { expect, test } from "vitest";
import { resize, writeAll } from "./checked-write.ts";

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

test("what the browser refuses for its quota is a full storage; another refusal stays what it is", () => {
  const refuses = (name: string) => ({
    ...handle(8),
    write() {
      throw new DOMException("no", name);
    },
  });
  expect(() => writeAll(refuses("QuotaExceededError"), bytes, 0)).toThrow(
    expect.objectContaining({ code: "storage-full" }),
  );
  expect(() => writeAll(refuses("InvalidStateError"), bytes, 0)).toThrow(DOMException);
});
