import { expect, test } from "vitest";
import { differingState, versionOf } from "./file-state.ts";

const state = (etag: string | null, lastModified: string | null) => ({ etag, lastModified });
const [MON, TUE] = ["Mon, 01 Jun 2026 10:00:00 GMT", "Tue, 02 Jun 2026 10:00:00 GMT"];

test.each([
  ["nothing is said", state(null, null), state(null, null)],
  ["the same is said", state('"a"', MON), state('"a"', MON)],
  ["one ETag has two times, as on two servers of a network", state('"a"', MON), state('"a"', TUE)],
  ["one of them says nothing", state('"a"', MON), state(null, null)],
  ["one of them has no ETag, and the times are the same", state('"a"', MON), state(null, MON)],
])("two answers are about one state of a file where %s", (_name, before, now) => {
  expect(differingState(before, now)).toBeUndefined();
});

test.each([
  [state('"a"', MON), state('"b"', MON), 'its ETag was "a" and is "b"'],
  [state(null, MON), state(null, TUE), `its Last-Modified was ${MON} and is ${TUE}`],
  [state('"a"', MON), state(null, TUE), `its Last-Modified was ${MON} and is ${TUE}`],
])("and about two otherwise: %j, %j", (before, now, sentence) => {
  expect(differingState(before, now)).toBe(sentence);
});

test("a file has a version where its server gives it an ETag or a time; another length is another version", () => {
  expect(versionOf(state(null, null), 5)).toBeUndefined();
  const versions = [
    versionOf(state('"a"', null), 5),
    versionOf(state('"a"', null), 6),
    versionOf(state('"b"', null), 5),
    versionOf(state(null, MON), 5),
    versionOf(state(null, TUE), 5),
  ];
  expect(new Set(versions).size).toBe(5);
});
