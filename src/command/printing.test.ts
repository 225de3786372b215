import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { warningsOf } from "./engine/engine-thread.ts";
import { handedOn, ProgressLine } from "./printing.ts";

function told(isQuiet: boolean, isTTY: boolean) {
  const written: string[] = [];
  const stream = { write: (text: string) => written.push(text), isTTY };
  return { written, line: new ProgressLine({ out: stream, err: stream }, isQuiet) };
}

test.each([
  [true, false],
  [false, false],
  [false, true],
])("a warning is told once, also whoever wants quiet (quiet: %s, at a terminal: %s)", (isQuiet, isTTY) => {
  const { written, line } = told(isQuiet, isTTY);
  line.warn("the model is not kept");
  line.warn("the model is not kept");
  line.warn("another");
  expect(written).toEqual(["arithmoscope: the model is not kept\n", "arithmoscope: another\n"]);
});

test("what is passing makes room for it", () => {
  const { written, line } = told(false, true);
  line.say("fetching 3 %", "passing");
  line.warn("w");
  expect(written.slice(1)).toEqual(["\r\u001B[2K", "arithmoscope: w\n"]);
});

test("of a model it is told what its files hold beside it, and that it is not kept", () => {
  expect(warningsOf({ sourceNotes: [] })).toEqual([]);
  const notStored = { code: "storage-failed", message: "the disk is full" } as const;
  expect(warningsOf({ sourceNotes: ["more tensors"], notStored })).toEqual(["more tensors", "the disk is full"]);
});

test("what a slow reader has not taken yet is waited for, also where it is less than a stream's buffer holds", async () => {
  const taken: string[] = [];
  const slow = new Writable({
    decodeStrings: false,
    write(chunk: string, _, done) {
      setImmediate(() => {
        taken.push(chunk);
        done();
      });
    },
  });
  for (const line of ["a\n", "b\n", "c\n"]) slow.write(line);
  expect(slow.writableNeedDrain).toBe(false);
  await handedOn(slow);
  expect(taken.join("")).toBe("a\nb\nc\n");
});
