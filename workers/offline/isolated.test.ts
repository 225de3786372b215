import { expect, test } from "vitest";
import { isolated } from "./isolated.ts";
import { WORKER_POLICY } from "./policies.ts";

test("a response is as a host that isolates its pages sends it, and else the same", async () => {
  const response = isolated(
    new Response("page", { status: 203, headers: { "Content-Type": "text/html" } }),
    "document",
  );
  expect([response.status, await response.text()]).toEqual([203, "page"]);
  expect(Object.fromEntries(response.headers)).toEqual({
    "content-type": "text/html",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
  });
});

test("no answer stays none", () => {
  const none = Response.error();
  expect(isolated(none, "document")).toBe(none);
});

test.each([
  ["a worker's script has its policy", "worker", {}, WORKER_POLICY],
  [
    "a policy that the host has for it stays",
    "worker",
    { "Content-Security-Policy": "default-src 'self'" },
    "default-src 'self'",
  ],
  ["another script has none", "script", {}, null],
] as const)("%s", (_what, destination, headers, policy) => {
  const response = isolated(new Response("code", { headers }), destination);
  expect(response.headers.get("Content-Security-Policy")).toBe(policy);
});
