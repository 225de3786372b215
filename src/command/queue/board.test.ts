import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { runIf } from "#test/not-run.ts";
import { findOrInstallRedis, NO_REDIS, redisServer } from "#test/redis-server.ts";
import type { RedisServer } from "#test/redis-server.ts";
import { boardPlace } from "./board-place.ts";
import { openBoard } from "./board.ts";
import { ShardQueue } from "./shard-queue.ts";

let program: string | undefined;
let server: RedisServer;
let queue: ShardQueue;
let address: string;
beforeAll(async () => {
  program = findOrInstallRedis();
  if (!program) return;
  server = await redisServer(program);
  queue = await ShardQueue.open(server.url, { id: "ab".repeat(32) }, { lease: 30, say: () => undefined });
  await queue.offer([0, 1, 2]);
  address = await queue.showBy((shown) => openBoard(shown, boardPlace("0")));
}, 180_000);
afterAll(async () => {
  await queue?.close();
  await server?.stop();
});

const at = (path: string, method = "GET") => fetch(new URL(path, address), { method });
const listed = async () => ((await (await at("api/queues")).json()) as { readonly queues: readonly object[] }).queues;

describe("a page that shows a queue", () => {
  beforeEach((context) => runIf(program !== undefined, context, NO_REDIS));

  test("is this machine's alone, and is served with what it needs", async () => {
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    const page = await (await at("")).text();
    expect(page).toContain("<title>Arithmoscope</title>");
    const needed = [...page.matchAll(/(?:src|href)="\/?(static\/[^"]+\.(?:js|css))"/g)].map(([, path]) => path!);
    expect(needed.length).toBeGreaterThan(0);
    expect(await Promise.all(needed.map(async (path) => (await at(path)).status))).toEqual(needed.map(() => 200));
  });

  test("asks no other host for anything, though its text names one", async () => {
    const policy = (await at("")).headers.get("Content-Security-Policy")!;
    const [first, ...others] = policy.split("; ");
    expect(first).toBe("default-src 'self'");
    for (const directive of others) expect(directive).not.toMatch(/https?:|\*/);
  });

  test("says which shards wait, and that nothing can be changed there", async () => {
    expect(await listed()).toMatchObject([
      { name: "arithmoscope-abababababababab", readOnlyMode: true, counts: { waiting: 3, active: 0, failed: 0 } },
    ]);
    const one = await (await at("api/queues/arithmoscope-abababababababab/shard-2")).json();
    expect(one).toMatchObject({ job: { name: "shard 2" } });
  });

  test.each([
    ["PUT", "api/queues/arithmoscope-abababababababab/empty"],
    ["PUT", "api/queues/arithmoscope-abababababababab/obliterate"],
    ["PUT", "api/queues/arithmoscope-abababababababab/shard-0/clean"],
    ["PUT", "api/queues/arithmoscope-abababababababab/pause"],
    ["PUT", "api/queues/pause"],
    ["POST", "api/queues/arithmoscope-abababababababab/add"],
    ["DELETE", "api/queues"],
  ])("refuses %s %s", async (method, path) => {
    expect((await at(path, method)).status).toBe(405);
    expect(await listed()).toMatchObject([{ isPaused: false, counts: { waiting: 3 } }]);
  });

  test("says where another program listens", async () => {
    const { port } = new URL(address);
    await expect(queue.showBy((shown) => openBoard(shown, boardPlace(port)))).rejects.toMatchObject({
      code: "bad-request",
      message: `work: --board cannot be shown at 127.0.0.1, port ${port}: another program listens there`,
    });
  });
});

describe("where it is shown", () => {
  test.each([
    ["3000", { host: "127.0.0.1", port: 3000 }],
    ["0.0.0.0:3000", { host: "0.0.0.0", port: 3000 }],
    ["node-7.lab:80", { host: "node-7.lab", port: 80 }],
    ["[::1]:3000", { host: "::1", port: 3000 }],
  ])("%s", (text, place) => {
    expect(boardPlace(text)).toEqual(place);
  });

  test.each(["", "http://localhost:3000", "localhost", "65536", "-1", "::1:3000", "3000/"])("%j is refused", (text) => {
    expect(() => boardPlace(text)).toThrow(`work: --board is “${text}”; a port is needed, as 3000`);
  });
});
