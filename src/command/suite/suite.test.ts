import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { readResultFile } from "#state/experiments/result-file.ts";
import { builtCommand } from "#test/built-command.ts";
import type { BuiltCommand } from "#test/built-command.ts";
import { runIf } from "#test/not-run.ts";
import { findOrInstallRedis, NO_REDIS, redisServer } from "#test/redis-server.ts";
import { PACKAGE } from "../package-files.ts";
import { shardsOf, shareOf } from "./run-command.ts";

/** Five steps, of which four read the first. */
const ASKED = ["bias", "--suite", "pronouns-abacus", "--count", "1", "--draws", "1", "--counts", "1,2"];

const work = mkdtempSync(join(tmpdir(), "arithmoscope-suite-"));
const [cache, store] = [join(work, "cache"), join(work, "store")];
/** Each process on one thread, because several run at once. */
const HERE = ["--cache", cache, "--threads", "1"];
let command: BuiltCommand;
let whole: string;
beforeAll(async () => {
  command = await builtCommand("suite");
  whole = (await command.run(["experiment", ...ASKED, ...HERE])).out;
}, 180_000);

const experimentIn = (result: string) => JSON.stringify((JSON.parse(result) as { experiment: unknown }).experiment);

describe("a suite in shards", { timeout: 180_000 }, () => {
  test("without all parts is merged by nobody, and says which are missing", async () => {
    const planned = await command.run(["plan", store, ...ASKED, "--shards", "5", ...HERE]);
    expect(JSON.parse(planned.out)).toMatchObject({ isNew: true, shards: 5, steps: 5 });
    const again = await command.run(["plan", store, ...ASKED, "--shards", "5", ...HERE]);
    expect(JSON.parse(again.out)).toEqual({ ...(JSON.parse(planned.out) as object), isNew: false });
    const first = await command.run(["run", store, "--shard", "0/3", ...HERE]);
    expect(first.code).toBe(0);
    const status = await command.run(["status", store]);
    expect(status.code).toBe(5);
    expect(JSON.parse(status.out)).toMatchObject({ missing: [1, 2, 4], by: [{ provider: "wasm", steps: 2 }] });
    const merged = await command.run(["merge", store, ...HERE]);
    expect(merged).toMatchObject({ code: 5, out: "" });
    expect(merged.err).toContain("3 of 5 steps are missing (1 to 2, 4)");
  });

  test("by two processes, one of them killed in the middle, is what one process finds, bit for bit", async () => {
    const killed = command.start(["run", store, ...HERE]);
    const other = command.start(["run", store, ...HERE]);
    await killed.says("shard 2 of 5");
    killed.kill("SIGKILL");
    expect((await killed.ended).code).not.toBe(0);
    expect((await other.ended).code).toBe(0);
    // and as an array's task that has nothing left to do
    const task = await command.run(["run", store, ...HERE], {
      env: { SLURM_ARRAY_TASK_ID: "2", SLURM_ARRAY_TASK_COUNT: "3" },
    });
    expect(task).toMatchObject({ code: 0, out: "" });
    expect(readdirSync(join(store, "parts")).filter((name) => name.endsWith(".json"))).toHaveLength(5);
    const merged = await command.run(["merge", store, ...HERE]);
    expect(merged.code).toBe(0);
    expect(experimentIn(merged.out)).toBe(experimentIn(whole));
    const { saved, result } = readResultFile(merged.out);
    expect(saved.model).toMatchObject({ name: "abacus", dtype: "q8", backend: "wasm" });
    expect(saved.computed).toMatchObject({ by: [{ provider: "wasm", steps: 5 }], again: { steps: 0, of: 1 } });
    expect(result).toMatchObject({ kind: "bias", steps: 5, stepsInAll: 5 });
    const file = join(work, "result.json");
    writeFileSync(file, merged.out);
    const link = await command.run(["link", file, "--at", "https://example.org/result.json"]);
    const sha256 = createHash("sha256").update(merged.out).digest("hex");
    expect(link.out).toContain(`&view=experiments&ef=${sha256}@https://example.org/result.json\n`);
  });

  test("run by the tasks of a Slurm array, as its script is, is what one process finds, bit for bit", async () => {
    const array = join(work, "array");
    await command.run(["plan", array, ...ASKED, "--shards", "5", ...HERE]);
    const script = join(PACKAGE, "deploy/slurm-array.sh");
    const task = (index: string) =>
      promisify(execFile)(script, [array, "--cache", cache], {
        env: {
          ...process.env,
          ARITHMOSCOPE: command.words,
          SLURM_ARRAY_TASK_ID: index,
          SLURM_ARRAY_TASK_COUNT: "2",
          SLURM_CPUS_PER_TASK: "1",
        },
      });
    const tasks = await Promise.all([task("0"), task("1")]);
    const steps = tasks.map(({ stdout }) =>
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as { step: number }),
    );
    expect(steps.map((each) => each.map(({ step }) => step))).toEqual([
      [0, 2, 4],
      [1, 3],
    ]);
    const merged = await command.run(["merge", array, ...HERE]);
    expect(experimentIn(merged.out)).toBe(experimentIn(whole));
  });

  test("handed out by a queue, to a worker that falls silent and to another, is what one process finds, bit for bit", async (context) => {
    const program = findOrInstallRedis();
    runIf(program !== undefined, context, NO_REDIS);
    const [server, queued] = [await redisServer(program!), join(work, "queued")];
    await command.run(["plan", queued, ...ASKED, "--shards", "5", ...HERE]);
    const asked = ["work", queued, "--queue", server.url, "--lease", "1", "--jobs", "1", ...HERE];
    const paused = command.start(asked);
    await paused.says("shard 0: steps 0 to 0");
    paused.kill("SIGSTOP");
    const other = await command.run(asked);
    expect(other).toMatchObject({
      code: 0,
      err: expect.stringContaining("shard 0: its worker has fallen silent") as string,
    });
    const merged = await command.run(["merge", queued, ...HERE]);
    expect(experimentIn(merged.out)).toBe(experimentIn(whole));
    paused.kill("SIGCONT");
    expect((await paused.ended).code).toBe(0);
    // what the first had begun is what the other had done, and stays as it was
    expect((await command.run(["merge", queued, ...HERE])).out).toBe(merged.out);
    expect(readdirSync(join(queued, "parts")).filter((name) => name.endsWith(".json"))).toHaveLength(5);
    await server.stop();
  });

  test("refuses another model than the plan's, in a sentence", async () => {
    const { code, err } = await command.run(["run", store, "--model", "abacus-2", ...HERE]);
    expect(code).toBe(2);
    expect(err).toContain("the plan is about the model abacus with the content 513b4ada6c85");
  });
});

describe("a folder that cannot be a store is told in a sentence", () => {
  test.each<[string, () => string[], number, string]>([
    ["no plan in it", () => ["run", join(work, "nowhere")], 2, "has no plan.json"],
    ["a file", () => ["plan", join(cache, "a-file"), ...ASKED], 4, "a-file"],
    ["no queue", () => ["work", store], 2, "work: --queue is left out, and REDIS_URL not set; redis://host:6379"],
    ["no address", () => ["work", store, "--queue", "http://:secret@a"], 2, "work: --queue is no address of a queue"],
    [
      "no place for a board",
      () => ["work", store, "--queue", "redis://127.0.0.1:1", "--board", "here"],
      2,
      "work: --board is “here”; a port is needed, as 3000",
    ],
    [
      "a queue that is away",
      () => ["work", store, "--queue", "redis://127.0.0.1:1"],
      75,
      "no queue answers at 127.0.0.1:1",
    ],
    ["none named", () => ["merge"], 2, "merge: one folder with a plan is needed; it got 0"],
    [
      "an experiment that there is not",
      () => ["plan", store, "cats"],
      2,
      "the experiment is “cats”; it needs to be one of heads",
    ],
    [
      "a suite that there is not",
      () => ["plan", store, "heads", "--suite", "cats"],
      2,
      "--suite is “cats”; one of abacus-1d",
    ],
  ])("%s", async (_, args, code, words) => {
    writeFileSync(join(cache, "a-file"), "");
    const ended = await command.run([...args(), "--quiet"]);
    expect(ended).toMatchObject({ code, out: "" });
    expect(ended.err).toContain(words);
  });
});

describe("packages may be missing, which is told with how they come", () => {
  test.each([
    ["bullmq", ["bullmq", "ioredis"], []],
    ["@bull-board/hono", ["@bull-board/api", "@bull-board/hono", "@hono/node-server", "hono"], ["--board", "0"]],
  ])("%s", async (missing, packages, more) => {
    const hook = `import { registerHooks } from "node:module";
      registerHooks({ resolve(name, context, next) { if (name === "${missing}") throw new Error("none"); return next(name, context); } });`;
    const ended = await command.run(["work", store, "--queue", "redis://127.0.0.1:1", ...more], {
      env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}` },
    });
    expect(ended).toMatchObject({ code: 2, out: "" });
    const versions: Readonly<Record<string, string>> = (await import("../../../package.json")).optionalDependencies;
    expect(ended.err).toContain(
      `npm install --no-save ${packages.map((name) => `${name}@${versions[name]}`).join(" ")}`,
    );
  });
});

describe("which shards a process has", () => {
  test.each<[string | undefined, Record<string, string>, object]>([
    [undefined, {}, { index: 0, of: 1 }],
    ["2/8", { SLURM_ARRAY_TASK_ID: "5", SLURM_ARRAY_TASK_COUNT: "6" }, { index: 2, of: 8 }],
    [undefined, { SLURM_ARRAY_TASK_ID: "5", SLURM_ARRAY_TASK_COUNT: "6" }, { index: 5, of: 6 }],
    [
      undefined,
      { SLURM_ARRAY_TASK_ID: "1", SLURM_ARRAY_TASK_MIN: "1", SLURM_ARRAY_TASK_COUNT: "6" },
      { index: 0, of: 6 },
    ],
    [undefined, { JOB_COMPLETION_INDEX: "3", JOB_COMPLETIONS: "4" }, { index: 3, of: 4 }],
  ])("--shard %s, %j", (shard, env, expected) => {
    expect(shareOf(shard, env)).toEqual(expected);
  });

  test.each<[string | undefined, Record<string, string>, string]>([
    ["8/8", {}, "--shard is “8/8”; i/n is needed"],
    ["one", {}, "--shard is “one”"],
    [undefined, { JOB_COMPLETION_INDEX: "3" }, "JOB_COMPLETION_INDEX is 3, and of how many"],
    [undefined, { SLURM_ARRAY_TASK_ID: "6", SLURM_ARRAY_TASK_COUNT: "6" }, "SLURM_ARRAY_TASK_ID is 6"],
  ])("--shard %s, %j is refused", (shard, env, sentence) => {
    expect(() => shareOf(shard, env)).toThrow(sentence);
  });

  test("together they have each once", () => {
    const plan = { shards: Array.from({ length: 10 }, (_, from) => ({ from, to: from + 1 })) };
    const all = [0, 1, 2].flatMap((index) => shardsOf(plan, { index, of: 3 }));
    expect(all.toSorted((a, b) => a.from - b.from)).toEqual(plan.shards);
  });
});
