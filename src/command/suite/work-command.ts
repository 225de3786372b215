import { Fault } from "#core/fault.ts";
import { readArgument } from "#protocol/call.ts";
import { number, whole } from "#protocol/fields.ts";
import { ALWAYS } from "../command-line.ts";
import type { Options, ReadCommand } from "../command-line.ts";
import type { StartedEngine } from "../engine/engine-thread.ts";
import { EXIT } from "../exit-codes.ts";
import type { ExitCode } from "../exit-codes.ts";
import { OPTIONAL_VERSIONS } from "../package-files.ts";
import { json } from "../printing.ts";
import { enginesAtOnce, roomHere } from "../queue/at-once.ts";
import { boardPlace } from "../queue/board-place.ts";
import type { Environment, Session } from "../session.ts";
import type { Plan } from "../shards/plan.ts";
import { runnerOf } from "../shards/provenance.ts";
import { doneText, openPlan, readPlanLine } from "./opened-plan.ts";
import { PLANNED_MODEL_OPTIONS, startPlanned } from "./planned-engine.ts";

export const WORK_OPTIONS = {
  queue: {
    type: "string",
    about: "redis://[user:password@]host:port of Redis or Valkey, or rediss://; left out: REDIS_URL",
  },
  jobs: {
    type: "string",
    about:
      "how many shards at once, each with an engine of its own; left out: as many as the memory holds and, at --threads, the cores",
  },
  lease: {
    type: "string",
    default: "30",
    about: "after how many seconds without a sign of life a worker's shard is another's",
  },
  board: {
    type: "string",
    about: "a port, as 3000, or address:port: a page there shows the queue (Bull Board), to this machine unless said",
  },
  ...PLANNED_MODEL_OPTIONS,
  ...ALWAYS,
} as const satisfies Options;

/** `work STORE --queue …`: shards as a queue hands them out, until the plan has all of its parts. @throws Fault */
export async function runWork(args: readonly string[], session: Session): Promise<ExitCode> {
  const { values, place } = readPlanLine("work", args, WORK_OPTIONS);
  const url = queueAddress(values["queue"], session.env);
  const lease = readArgument("work", "--lease", number(1), Number(values["lease"]));
  const jobs =
    values["jobs"] === undefined ? undefined : readArgument("work", "--jobs", whole(1, 256), Number(values["jobs"]));
  const at = typeof values["board"] === "string" ? boardPlace(values["board"]) : undefined;
  const { store, plan } = await openPlan(place, session.env);
  const { ShardQueue, workOff } = await installed("work", ["bullmq", "ioredis"], queueModules);
  const board =
    at &&
    (await installed("--board", ["@bull-board/api", "@bull-board/hono", "@hono/node-server", "hono"], boardModule));
  const { progress, streams, signal } = session;
  const queue = await ShardQueue.open(url, plan, { lease, say: progress.say });
  const started: StartedEngine[] = [];
  try {
    if (board) {
      const address = await queue.showBy((shown) => board.openBoard(shown, at));
      progress.say(`the queue is shown at ${address}`, "lasting");
    }
    await startEngines(started, jobs, plan, values, session);
    progress.say(`${plan.shards.length} shards, ${started.length} at once here`, "lasting");
    const elsewhere = await workOff({
      store,
      plan,
      queue,
      engines: started.map(({ engine }) => engine),
      runner: runnerOf(started[0]!.info),
      signal,
      onStep: (done) => streams.out.write(json(done)),
      say: progress.say,
    });
    progress.say(doneText("work", place, elsewhere), "lasting");
    return EXIT.done;
  } finally {
    await queue.close();
    progress.end();
    for (const { end } of started) end();
  }
}

/** The first one tells how many there is room for. */
async function startEngines(
  started: StartedEngine[],
  jobs: number | undefined,
  plan: Plan,
  values: ReadCommand["values"],
  session: Session,
): Promise<void> {
  const before = process.memoryUsage.rss();
  const first = await startPlanned(plan, values, session);
  started.push(first);
  const { threads, bytes } = first.info;
  const took = Math.max(process.memoryUsage.rss() - before, bytes.weights);
  const count = jobs ?? enginesAtOnce(roomHere(threads, took));
  while (started.length < count) started.push(await startPlanned(plan, values, session));
}

/** @throws Fault "bad-request" */
export function queueAddress(asked: string | boolean | undefined, env: Environment): string {
  const text = asked ?? env["REDIS_URL"];
  const needed = "redis://host:6379 or rediss://user:password@host:6379 is needed";
  if (typeof text !== "string")
    throw new Fault("bad-request", `work: --queue is left out, and REDIS_URL not set; ${needed}`);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.hostname && /^rediss?:$/.test(url.protocol)) return text;
  // an address may hold a password
  throw new Fault("bad-request", `work: --queue is no address of a queue; ${needed}`);
}

const queueModules = async () => ({
  ...(await import("../queue/shard-queue.ts")),
  ...(await import("../queue/work-off.ts")),
});
const boardModule = () => import("../queue/board.ts");

/** What needs packages that may be left out. @throws Fault "bad-request" with how they come */
async function installed<Module>(
  what: string,
  packages: readonly string[],
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await load();
  } catch (cause) {
    const pinned = packages.map((name) => `${name}@${OPTIONAL_VERSIONS[name]}`).join(" ");
    throw new Fault(
      "bad-request",
      `${what} needs the packages ${packages.join(", ")}, which are not installed: npm install --no-save ${pinned}`,
      { cause },
    );
  }
}
