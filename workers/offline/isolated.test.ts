import { expect, test } from "vitest";
import { isolated } from "./isolated.ts";

test("a response is as a host that isolates its pages sends it, and else the same", async () => {
  const response = isolated(new Response("page", { status: 203, headers: { "Content-Type": "text/html" } }));
  expect([response.status, await response.text()]).toEqual([203, "page"]);
  expect(Object.fromEntries(response.headers)).toEqual({
    "content-type": "text/html",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
  });
});

test("no answer stays none", () => {
  const none = Response.error();
  expect(isolated(none)).toBe(none);
});
