import { expect, test } from "vitest";
import { differingState, stateOf, versionOf } from "./file-state.ts";

const state = (etag: string | null, lastModified: string | null, seen = Date.UTC(2026, 6)) => ({
  etag,
  lastModified,
  seen,
});
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

test.each([
  ["a minute later", MON, "2026-06-01T10:01:00Z", true],
  ["within the minute in which it was made", MON, "2026-06-01T10:00:59Z", false],
  ["before it was made, by a clock that is slow", MON, "2026-06-01T09:00:00Z", false],
  ["of the epoch, as in a reproducible image", "Thu, 01 Jan 1970 00:00:01 GMT", "2026-06-01T10:00:00Z", false],
  ["of the first ZIP", "Tue, 01 Jan 1980 00:00:00 GMT", "2026-06-01T10:00:00Z", false],
  ["that is none", "yesterday", "2026-06-01T10:00:00Z", false],
])("a time alone %s tells a state: %s, seen at %s, %s", (_name, time, seen, isTold) => {
  expect(versionOf(state(null, time, Date.parse(seen)), 5) !== undefined).toBe(isTold);
  expect(versionOf(state('"a"', time, Date.parse(seen)), 5), "with an ETag").toBeDefined();
});

test("the server's own clock counts where it may be read", () => {
  const headers = { "Last-Modified": MON, Date: "Mon, 01 Jun 2026 10:00:30 GMT" };
  expect(versionOf(stateOf(new Headers(headers)), 5)).toBeUndefined();
  expect(versionOf(stateOf(new Headers({ ...headers, Date: TUE })), 5)).toBeDefined();
});
