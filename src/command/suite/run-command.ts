import { Fault } from "#core/fault.ts";
import type { StepRange } from "#protocol/experiments.ts";
import { ALWAYS } from "../command-line.ts";
import type { Options } from "../command-line.ts";
import { EXIT } from "../exit-codes.ts";
import type { ExitCode } from "../exit-codes.ts";
import { json } from "../printing.ts";
import type { Environment, Session } from "../session.ts";
import { doneText, openPlan, readPlanLine } from "./opened-plan.ts";
import { PLANNED_MODEL_OPTIONS, startPlanned } from "./planned-engine.ts";
import type { Plan } from "../shards/plan.ts";
import { runnerOf } from "../shards/provenance.ts";
import { ShardRunner } from "../shards/shard-runner.ts";

export const RUN_OPTIONS = {
  shard: {
    type: "string",
    about:
      "i/n, as 0/8: this process has the shards i, i + n, … Left out: by SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX, else all",
  },
  ...PLANNED_MODEL_OPTIONS,
  ...ALWAYS,
} as const satisfies Options;

/** `run STORE`: the shards that this process has, as far as nobody has run them. @throws Fault */
export async function runRun(args: readonly string[], session: Session): Promise<ExitCode> {
  const { values, place } = readPlanLine("run", args, RUN_OPTIONS);
  const { store, plan } = await openPlan(place, session.env);
  const share = shareOf(values["shard"], session.env);
  const own = shardsOf(plan, share);
  const { engine, info, end } = await startPlanned(plan, values, session);
  const { progress, streams, signal } = session;
  try {
    const runner = new ShardRunner({
      store,
      plan,
      engine,
      runner: runnerOf(info),
      signal,
      onStep: (done) => streams.out.write(json(done)),
      say: progress.say,
    });
    for (const [at, shard] of own.entries()) {
      progress.say(`shard ${at + 1} of ${own.length}: steps ${shard.from} to ${shard.to - 1}`, "lasting");
      await runner.run(shard);
    }
    const elsewhere = await runner.runAgain();
    progress.say(doneText("run", place, elsewhere), "lasting");
    return EXIT.done;
  } finally {
    progress.end();
    end();
  }
}

/** Which of how many processes this one is. */
export interface Share {
  readonly index: number;
  readonly of: number;
}

/**
 * This process's share of the work, as it is told or as Slurm or Kubernetes number it.
 *
 * @throws Fault "bad-request"
 */
export function shareOf(text: string | boolean | undefined, env: Environment): Share {
  if (typeof text === "string") {
    const [, index = "", of = ""] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
    return checkedShare({ index: Number(index || NaN), of: Number(of || NaN) }, `--shard is “${text}”`);
  }
  const numbered = (index: string | undefined, first: string | undefined, of: string | undefined, name: string) =>
    index === undefined || index === ""
      ? undefined
      : checkedShare(
          { index: Number(index) - Number(first || 0), of: Number(of || NaN) },
          `${name} is ${index}, and of how many is said nowhere or differently (${of ?? "nothing"})`,
        );
  return (
    numbered(
      env["SLURM_ARRAY_TASK_ID"],
      env["SLURM_ARRAY_TASK_MIN"],
      env["SLURM_ARRAY_TASK_COUNT"],
      "SLURM_ARRAY_TASK_ID",
    ) ??
    numbered(env["JOB_COMPLETION_INDEX"], "0", env["JOB_COMPLETIONS"], "JOB_COMPLETION_INDEX") ?? { index: 0, of: 1 }
  );
}

function checkedShare({ index, of }: Share, found: string): Share {
  if (Number.isInteger(index) && Number.isInteger(of) && index >= 0 && index < of) return { index, of };
  throw new Fault("bad-request", `run: ${found}; i/n is needed, i from 0 to n − 1, as --shard 0/8`);
}

/** Every n-th, so that neighbours, which take as long, are spread. */
export const shardsOf = ({ shards }: Pick<Plan, "shards">, { index, of }: Share): readonly StepRange[] =>
  shards.filter((_, at) => at % of === index);
