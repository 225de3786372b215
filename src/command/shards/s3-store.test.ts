import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { s3Server } from "#test/s3-server.ts";
import type { S3Server } from "#test/s3-server.ts";
import { openStore } from "../suite/open-store.ts";
import { s3Parts } from "./s3-store.ts";

let server: S3Server;
beforeAll(async () => {
  server = await s3Server();
});
afterAll(() => server.close());
beforeEach(() => {
  server.objects.clear();
  server.instead.length = 0;
});

const ENV = { AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "secret" };
const opened = () => openStore("s3://lab/heads/run-1", { ...ENV, AWS_ENDPOINT_URL: server.endpoint });

test("gives a name once, whoever comes at the same time", async () => {
  const store = await opened();
  const texts = Array.from({ length: 20 }, (_, at) => `${at}`);
  const first = await Promise.all(texts.map((text) => store.putIfAbsent("parts/a.json", text)));
  expect(first.filter(Boolean)).toHaveLength(1);
  expect([...server.objects]).toEqual([["lab/heads/run-1/parts/a.json", texts[first.indexOf(true)]]]);
  expect(await store.get("parts/a.json")).toBe(texts[first.indexOf(true)]);
});

test("a name is taken once something has it, and not where another was writing it and failed", async () => {
  const store = await opened();
  server.instead.push({ status: 409, code: "ConditionalRequestConflict" });
  expect(await store.putIfAbsent("parts/a.json", "a")).toBe(true);
  server.instead.push({ status: 409, code: "ConditionalRequestConflict" });
  expect(await store.putIfAbsent("parts/a.json", "b")).toBe(false);
  expect(await store.get("parts/a.json")).toBe("a");
});

test("lists all of a folder, page by page, and nothing of another", async () => {
  const store = await opened();
  const names = ["a.json", "b.json", "c.json", "d.json", "e.json"];
  for (const name of names) await store.putIfAbsent(`parts/${name}`, name);
  await store.putIfAbsent("again/f.json", "f");
  await store.putIfAbsent("parts/g.json.1.broken", "g");
  expect(await store.list("parts")).toEqual(names);
  expect(await store.list("nothing")).toEqual([]);
});

test("sets aside what is broken, and makes room for another", async () => {
  const store = await opened();
  await store.putIfAbsent("parts/a.json", "broken");
  await store.setAside("parts/a.json");
  await store.setAside("parts/b.json");
  expect(await store.get("parts/a.json")).toBeUndefined();
  expect(await store.putIfAbsent("parts/a.json", "whole")).toBe(true);
  expect([...server.objects.values()].sort()).toEqual(["broken", "whole"]);
});

test("asks again while the store is busy", async () => {
  server.instead.push({ status: 503, code: "SlowDown" }, { status: 503, code: "SlowDown" });
  expect(await (await opened()).putIfAbsent("parts/a.json", "a")).toBe(true);
});

test.each<[number, string, string]>([
  [403, "AccessDenied", "storage-failed"],
  [507, "InsufficientStorage", "unreachable"],
])(
  "a refusal is a sentence: %i %s",
  async (status, code, fault) => {
    server.instead.push(...Array.from({ length: 9 }, () => ({ status, code })));
    await expect((await opened()).putIfAbsent("parts/a.json", "a")).rejects.toMatchObject({
      code: fault,
      message: `s3://lab/heads/run-1: the store answers ${status} ${code}`,
    });
  },
  20_000,
);

test.each<[string, Record<string, string>, string]>([
  ["s3://lab/x", {}, "s3://lab/x needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"],
  ["s3://lab/../x", ENV, "“s3://lab/../x” is no bucket"],
  ["s3://L", ENV, "“s3://L” is no bucket"],
  ["ftp://a/b", ENV, "“ftp://a/b” is no store"],
])("%s is refused", async (place, env, sentence) => {
  await expect(openStore(place, env)).rejects.toThrow(sentence);
});

test("a store that is not there is told as that", async () => {
  const access = { accessKeyId: "key", secretAccessKey: "secret", region: "us-east-1", endpoint: "http://127.0.0.1:1" };
  await expect(s3Parts("s3://lab/x", access).get("plan.json")).rejects.toMatchObject({ code: "unreachable" });
});
