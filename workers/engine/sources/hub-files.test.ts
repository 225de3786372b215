import { randomCheckpoint } from "#test/checkpoints.ts";
import { startHub } from "#test/hub-server.ts";
import type { HubRequest, HubServer } from "#test/hub-server.ts";
import type { HubFault } from "#test/hub-faults.ts";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { HubSource } from "#model/checkpoint.ts";
import type { CheckpointFiles } from "./checkpoint-files.ts";
import type { Patience } from "./fetch-range.ts";
import { openSource } from "./open-source.ts";

const OPEN = "somebody/small";
const GATED = "somebody/gated";
const TOKEN = "hf_of_the_tests";
const TAGGED = "0123456789abcdef0123456789abcdef01234567";
const WEIGHTS = "model.safetensors";
/** As patient as the page, but sooner. */
const SOON: Patience = { attempts: 4, attemptsToOpen: 2, firstWaitMs: 1, longestWaitMs: 5, stallMs: 150 };

const files = randomCheckpoint({ layers: 2, vocabulary: 401 });
const weights = files.get(WEIGHTS)!;
let hub: HubServer;

beforeAll(async () => {
  hub = await startHub({
    [OPEN]: { files, refs: { "v1.0": TAGGED, "refs/pr/1": TAGGED } },
    [GATED]: { files, tokens: [TOKEN] },
  });
});
afterAll(() => hub.close());
beforeEach(() => hub.reset());

interface Opened {
  readonly set: CheckpointFiles;
  readonly counted: () => number;
}

async function open(source: Partial<HubSource> = {}, patience = SOON, signal?: AbortSignal): Promise<Opened> {
  let bytes = 0;
  const whole = { kind: "hub", repo: OPEN, hub: hub.url, ...source } as const;
  const set = await openSource(whole, (count) => (bytes += count), signal, "default", patience);
  return { set, counted: () => bytes };
}

/** The weights, opened: their beginning is there, what follows is read. */
async function openWeights(source: Partial<HubSource> = {}, patience = SOON) {
  const { set, counted } = await open(source, patience);
  const opened = await set.open(WEIGHTS);
  hub.log.length = 0;
  return { set, counted, file: opened! };
}

const [START, END] = [70_000, 130_000];
const expected = weights.slice(START, END);
const gets = (server: HubRequest["server"]) =>
  hub.log.filter((each) => each.server === server && each.method === "GET");
const ranges = () => gets("cdn").map(({ headers }) => headers.range);

describe("a repository", () => {
  test("is read at the commit that its revision stands for", async () => {
    const { set } = await open();
    const commit = hub.commit(OPEN);
    const name = `${hub.url}/${OPEN}`;
    expect([set.name, set.identity]).toEqual([name, { kind: "hub", name, revision: commit, requested: "main" }]);
    const config = await set.open("config.json");
    expect(new Uint8Array(await config!.slice(0, config!.byteLength))).toEqual(files.get("config.json"));
    expect(gets("hub").map(({ path }) => path)).toEqual([
      `/api/models/${OPEN}/revision/main?expand=sha`,
      `/${OPEN}/resolve/${commit}/config.json`,
      `/api/resolve-cache/models/${OPEN}/${commit}/config.json`,
    ]);
  });

  test.each(["v1.0", "refs/pr/1"])("may be named by its revision %s", async (revision) => {
    const { set } = await open({ revision });
    expect(set.identity).toMatchObject({ revision: TAGGED, requested: revision });
  });

  test("by its commit, the Hub is not asked what it stands for", async () => {
    const { set } = await open({ revision: TAGGED });
    expect([set.identity.revision, hub.log]).toEqual([TAGGED, []]);
    expect((await set.open("config.json"))!.byteLength).toBe(files.get("config.json")!.length);
  });

  test("gives its weights from another origin, every range by an address of its own", async () => {
    const { file, counted } = await openWeights();
    expect(file.byteLength).toBe(weights.length);
    expect(new Uint8Array(await file.slice(START, END))).toEqual(expected);
    expect(new Uint8Array(await file.slice(0, 8))).toEqual(weights.slice(0, 8));
    expect(ranges()).toEqual([`bytes=${START}-${END - 1}`]);
    expect(gets("hub")).toHaveLength(1);
    expect(counted()).toBe(65_536 + END - START);
  });

  test("lists its files at that commit", async () => {
    const { set } = await open();
    hub.log.length = 0;
    expect(await set.names!()).toEqual([...files.keys()]);
    expect(hub.log.map(({ path }) => path)).toEqual([
      `/api/models/${OPEN}/revision/${hub.commit(OPEN)}?expand=siblings`,
    ]);
  });

  test("has no file that it has not", async () => {
    const { set } = await open();
    expect(await set.open("model.safetensors.index.json")).toBeUndefined();
  });

  test.each<[string, Partial<HubSource>, string, string]>([
    [
      "a branch",
      { revision: "nowhere" },
      "missing-file",
      `${OPEN} on the Hub has no revision nowhere; a branch, tag or commit is needed`,
    ],
    [
      "a repository",
      { repo: "nobody/none" },
      "needs-token",
      "the Hub shows no repository nobody/none to everybody; check its name",
    ],
    [
      "a repository, asked with a token",
      { repo: "nobody/none", token: TOKEN },
      "missing-file",
      "the Hub has no repository nobody/none; check its name",
    ],
    ["a Hub", { hub: "http://127.0.0.1:9" }, "unreachable", "could not be read: "],
  ])("that is not there is told: %s", async (_name, source, code, message) => {
    await expect(open(source)).rejects.toMatchObject({
      name: "Fault",
      code,
      message: expect.stringContaining(message),
    });
  });

  test("a Hub out of reach is told apart from one that says no, and by its commit a model is asked for without it", async () => {
    hub.setOnline(false);
    try {
      await expect(open()).rejects.toMatchObject({ code: "unreachable" });
      const { set } = await open({ revision: TAGGED });
      await expect(set.open("config.json")).rejects.toMatchObject({ code: "unreachable" });
    } finally {
      hub.setOnline(true);
    }
  });

  test("no path leads out of it, and every name can be asked for", async () => {
    const { set } = await open();
    hub.log.length = 0;
    expect(await set.open("../../../../api/whoami-v2")).toBeUndefined();
    expect(hub.log).toEqual([]);
    expect(await set.open("a b#c?d%.json")).toBeUndefined();
    expect(gets("hub").map(({ target }) => target)).toEqual([`${OPEN}/a b#c?d%.json`]);
  });

  test("a commit that is not there is told when its first file is read", async () => {
    const { set } = await open({ revision: "f".repeat(40) });
    await expect(set.open("config.json")).rejects.toMatchObject({
      code: "missing-file",
      message: expect.stringContaining("has no revision ffff"),
    });
  });
});

describe("a gated repository", () => {
  test("without a token asks for one, and says where it comes from", async () => {
    const { set } = await open({ repo: GATED });
    await expect(set.open("config.json")).rejects.toMatchObject({
      code: "needs-token",
      message: `${GATED} is gated: ask for access on ${hub.url}/${GATED}, then give an access token of your account (${hub.url}/settings/tokens)`,
    });
  });

  test("refuses the token of somebody else", async () => {
    const { set } = await open({ repo: GATED, token: "hf_of_another" });
    await expect(set.open("config.json")).rejects.toMatchObject({
      code: "needs-token",
      message: expect.stringContaining(`the token that was given does not open ${GATED}`),
    });
    // a refusal is final
    expect(hub.log.filter(({ path }) => path.includes("config.json"))).toHaveLength(1);
  });

  test("opens with its token, which goes to the Hub and to nobody else", async () => {
    const { set } = await open({ repo: GATED, token: TOKEN });
    await set.open("config.json");
    const file = await set.open(WEIGHTS);
    expect(new Uint8Array(await file!.slice(START, END))).toEqual(expected);
    expect([gets("hub").length, gets("cdn").length]).toEqual([5, 2]);
    expect(gets("hub").map(({ headers }) => headers.authorization)).toEqual(Array(5).fill(`Bearer ${TOKEN}`));
    expect(gets("cdn").map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
    expect(hub.log.filter(({ path }) => path.includes(TOKEN))).toEqual([]);
    expect(JSON.stringify([set.identity, set.name, set.notes])).not.toContain(TOKEN);
  });

  test("nobody is told which page asks", async () => {
    const { file } = await openWeights();
    await file.slice(START, END);
    expect(hub.log.map(({ headers }) => headers.referer)).toEqual([undefined, undefined]);
  });
});

describe("trouble on the way", () => {
  const target = `${OPEN}/${WEIGHTS}`;

  test.each<[string, HubFault, string[]]>([
    [
      "a server's own failure",
      { kind: "status", status: 500 },
      [`bytes=${START}-${END - 1}`, `bytes=${START}-${END - 1}`],
    ],
    ["too many requests", { kind: "status", status: 429 }, [`bytes=${START}-${END - 1}`, `bytes=${START}-${END - 1}`]],
    ["a connection that breaks at once", { kind: "reset" }, [`bytes=${START}-${END - 1}`, `bytes=${START}-${END - 1}`]],
    [
      "an answer that is cut off",
      { kind: "truncate", afterBytes: 20_000 },
      [`bytes=${START}-${END - 1}`, `bytes=${START + 20_000}-${END - 1}`],
    ],
    [
      "silence",
      { kind: "stall", afterBytes: 30_000 },
      [`bytes=${START}-${END - 1}`, `bytes=${START + 30_000}-${END - 1}`],
    ],
    [
      "a part that is short",
      { kind: "short", missingBytes: 5 },
      [`bytes=${START}-${END - 1}`, `bytes=${END - 5}-${END - 1}`],
    ],
  ])("heals: %s", async (_name, fault, asked) => {
    const { file, counted } = await openWeights();
    hub.schedule(target, fault);
    expect(new Uint8Array(await file.slice(START, END))).toEqual(expected);
    // what has come is neither asked for nor counted again
    expect(ranges()).toEqual(asked);
    expect(counted()).toBe(65_536 + END - START);
  });

  test.each<[string, HubFault, string, string]>([
    ["a server's own failure", { kind: "status", status: 500 }, "unreachable", "the server answered 500"],
    ["a connection that breaks at once", { kind: "reset" }, "unreachable", "could not be read: "],
    [
      "an answer that is cut off",
      { kind: "truncate", afterBytes: 10 },
      "unreachable",
      "could not be read: the connection broke: ",
    ],
    ["silence", { kind: "stall", afterBytes: 0 }, "unreachable", "could not be read: nothing came for 0.15 seconds"],
  ])("is told after four attempts: %s", async (_name, fault, code, message) => {
    const { file } = await openWeights();
    hub.schedule(target, fault, 4);
    await expect(file.slice(START, END)).rejects.toMatchObject({
      name: "Fault",
      code,
      message: expect.stringContaining(message),
    });
    expect(gets("cdn")).toHaveLength(4);
    // and the file can still be read
    expect(new Uint8Array(await file.slice(START, END))).toEqual(expected);
  });

  test.each<[string, HubFault, string, string]>([
    ["a file that is gone", { kind: "status", status: 404 }, "missing-file", "the server answered 404"],
    ["a refusal of the other host", { kind: "status", status: 403 }, "missing-file", "the server answered 403"],
    [
      "a file that has grown",
      { kind: "wrong-length", byteLength: 9_999_999 },
      "bad-file",
      `the file changed while it was read: it had ${weights.length} bytes and has 9999999`,
    ],
    [
      "a file that has shrunk",
      { kind: "wrong-length", byteLength: 70_010 },
      "damaged-file",
      `bytes 70000 to 130000 were asked for, 10 came; the file is truncated: it had ${weights.length} bytes and has 70010`,
    ],
    ["another file", { kind: "other-etag", etag: '"another"' }, "bad-file", 'and is "another"; load it again'],
    [
      "a server that forgets about ranges",
      { kind: "no-ranges" },
      "bad-file",
      "the server sent the whole file where bytes 70000 to 130000 were asked for",
    ],
  ])("is told at once: %s", async (_name, fault, code, message) => {
    const { file } = await openWeights();
    hub.schedule(target, fault);
    await expect(file.slice(START, END)).rejects.toMatchObject({
      name: "Fault",
      code,
      message: expect.stringContaining(message),
    });
    expect(gets("cdn")).toHaveLength(1);
  });

  test("waits as long as the server asks", async () => {
    const { file } = await openWeights();
    hub.schedule(target, { kind: "status", status: 429, retryAfter: "1" });
    const start = performance.now();
    await file.slice(START, END);
    expect(performance.now() - start).toBeGreaterThanOrEqual(990);
  });

  test("but not for an hour, in seconds or as a date", async () => {
    const { file } = await openWeights();
    for (const retryAfter of ["3600", new Date(Date.now() + 3_600_000).toUTCString()]) {
      hub.schedule(target, { kind: "status", status: 429, retryAfter });
      await expect(file.slice(START, END)).rejects.toMatchObject({
        code: "unreachable",
        message: expect.stringMatching(/answered 429 .*asks to be left alone for (3600|35\d\d) seconds/),
      });
    }
    expect(gets("cdn")).toHaveLength(2);
  });

  test("heals where a revision is asked for", async () => {
    hub.schedule(`${OPEN}@main`, { kind: "status", status: 503 });
    expect((await open()).set.identity.revision).toBe(hub.commit(OPEN));
    hub.schedule(`${OPEN}@main`, { kind: "status", status: 503 }, 2);
    await expect(open()).rejects.toMatchObject({ code: "unreachable" });
  });

  test("bytes are counted while a range arrives", async () => {
    const { file, counted } = await openWeights();
    const before = counted();
    hub.schedule(target, { kind: "slow", bytesPerSecond: 400_000 });
    let between = 0;
    const timer = setInterval(() => {
      if (counted() > before && counted() < before + END - START) between++;
    }, 10);
    await file.slice(START, END);
    clearInterval(timer);
    expect(between).toBeGreaterThan(2);
  });
});

describe("a reader who gives up", () => {
  const reason = new DOMException("enough", "AbortError");
  const target = `${OPEN}/${WEIGHTS}`;
  /** Once the bytes are asked for, and the scheduled fault has happened. */
  const isServed = () => vi.waitFor(() => expect(gets("cdn")).not.toHaveLength(0), { timeout: 30_000, interval: 5 });

  test.each<[string, HubFault]>([
    ["while nothing comes", { kind: "stall", afterBytes: 100 }],
    ["while it waits to try again", { kind: "status", status: 429, retryAfter: "60" }],
  ])("is heard %s, and the file can be read again", async (_name, fault) => {
    const { file } = await openWeights({}, { ...SOON, stallMs: 60_000 });
    hub.schedule(target, fault);
    const controller = new AbortController();
    const reading = file.slice(START, END, controller.signal);
    void isServed().then(() => controller.abort(reason));
    await expect(reading).rejects.toBe(reason);
    await expect(file.slice(0, 8, controller.signal)).rejects.toBe(reason);
    expect(new Uint8Array(await file.slice(START, END))).toEqual(expected);
  });

  test("of the whole source ends every read of it", async () => {
    const controller = new AbortController();
    const { set } = await open({}, { ...SOON, stallMs: 60_000 }, controller.signal);
    const file = await set.open(WEIGHTS);
    hub.schedule(target, { kind: "stall", afterBytes: 0 });
    hub.log.length = 0;
    const reading = file!.slice(START, END);
    void isServed().then(() => controller.abort(reason));
    await expect(reading).rejects.toBe(reason);
    await expect(set.open("config.json")).rejects.toBe(reason);
  });
});

describe("a server without ranges", () => {
  const target = `${OPEN}/${WEIGHTS}`;

  test("sends the file once, whole, and the page can say so", async () => {
    hub.schedule(target, { kind: "no-ranges" }, 9);
    const { set, counted } = await open();
    const file = (await set.open(WEIGHTS))!;
    for (const [start, end] of [
      [START, END],
      [0, 8],
      [weights.length - 3, weights.length],
    ] as const) {
      expect(new Uint8Array(await file.slice(start, end))).toEqual(weights.slice(start, end));
    }
    expect([gets("cdn").length, counted(), file.byteLength]).toEqual([1, weights.length, weights.length]);
    expect(set.notes).toEqual([
      `The server sends files only whole, without ranges: ${WEIGHTS} has ${weights.length.toLocaleString("en")} bytes and cannot be resumed in its middle.`,
    ]);
  });

  test("a connection that breaks is opened again from the start", async () => {
    const whole = new Uint8Array(60_000_000).map((_, index) => index % 253);
    const large = await startHub({ [OPEN]: { files: new Map([[WEIGHTS, whole]]) } });
    try {
      large.schedule(target, { kind: "no-ranges" }, 9);
      let counted = 0;
      const set = await openSource(
        { kind: "hub", repo: OPEN, hub: large.url },
        (bytes) => (counted += bytes),
        undefined,
        "default",
        { ...SOON, stallMs: 5_000 },
      );
      const file = (await set.open(WEIGHTS))!;
      // larger than what is read unasked: nothing has come but what the sockets hold
      expect([file.byteLength, counted]).toEqual([whole.length, 0]);
      expect(new Uint8Array(await file.slice(8, 100_000))).toEqual(whole.slice(8, 100_000));
      expect(counted).toBeLessThan(10_000_000);
      large.dropConnections();
      expect(new Uint8Array(await file.slice(99_000, 400_000))).toEqual(whole.slice(99_000, 400_000));
      const [first, last] = await Promise.all([file.slice(20, 30), file.slice(whole.length - 5, whole.length)]);
      expect([...new Uint8Array(first), ...new Uint8Array(last)]).toEqual([...whole.slice(20, 30), ...whole.slice(-5)]);
      expect(large.log.filter(({ server }) => server === "cdn")).toHaveLength(2);
    } finally {
      await large.close();
    }
  });
});
