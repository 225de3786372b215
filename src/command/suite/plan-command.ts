import { Fault } from "#core/fault.ts";
import { readArgument } from "#protocol/call.ts";
import type { ExperimentKind } from "#protocol/experiments.ts";
import { number, whole } from "#protocol/fields.ts";
import { ALWAYS, MODEL_OPTIONS } from "../command-line.ts";
import type { Options, ReadCommand } from "../command-line.ts";
import { askedMachine, askedModel, startEngine } from "../engine/engine-thread.ts";
import { json } from "../printing.ts";
import type { Session } from "../session.ts";
import { cutShards } from "../shards/cut.ts";
import { openStore } from "./open-store.ts";
import { drawnAgain, namedPlan, writePlan } from "../shards/plan.ts";
import { plannedModel, withoutTokens } from "./planned-model.ts";
import { experimentOptions, experimentRequest, readExperimentLine } from "./written.ts";

const CUT_OPTIONS = {
  minutes: { type: "string", default: "10", about: "how long a shard may take about, at --gflops" },
  gflops: {
    type: "string",
    default: "20",
    about: "how many thousand million operations a second a machine is taken to do",
  },
  shards: { type: "string", about: "how many shards to cut into about, in the place of --minutes" },
  again: {
    type: "string",
    default: "0.01",
    about: "the share of the steps to run once more on another machine or provider",
  },
} as const satisfies Options;

export const planOptions = (kind: ExperimentKind): Options => ({
  ...experimentOptions(kind),
  ...CUT_OPTIONS,
  ...MODEL_OPTIONS,
  ...ALWAYS,
});

/** `plan STORE EXPERIMENT`: what there is to run, cut into shards, written once. @throws Fault */
export async function runPlan(args: readonly string[], session: Session): Promise<void> {
  const [place, ...rest] = args;
  if (place === undefined || place.startsWith("-")) {
    throw new Fault("bad-request", "plan: a folder for the plan and its parts is needed, then the experiment");
  }
  const { kind, values } = readExperimentLine("plan", rest, planOptions);
  const store = await openStore(place, session.env);
  const share = readArgument("plan", "--again", number(0, 1), Number(values["again"]));
  const shardSize = readShardSize(values);
  const request = await experimentRequest("plan", kind, values, session.env);
  const asked = askedModel(values, session.env);
  const { engine, info, end } = await startEngine(askedMachine(values, session.env), asked, session);
  try {
    const { about, suite, steps } = await engine.outlineExperiment(request, { signal: session.signal });
    const all = steps.reduce((sum, { operations }) => sum + operations, 0);
    const shards = cutShards(steps, shardSize(all));
    const plan = namedPlan({
      model: plannedModel(asked, info),
      request: withoutTokens(request),
      about,
      cases: suite.cases,
      steps: steps.map(({ operations, reads }) => ({ operations, reads: [...reads] })),
      shards,
      again: drawnAgain(about, steps.length, share),
    });
    const isNew = await writePlan(store, plan);
    session.progress.say(
      `${isNew ? "planned" : "planned before"}: ${plan.shards.length} shards of ${steps.length} steps, ${suite.cases} cases; arithmoscope run ${place} runs them`,
      "lasting",
    );
    session.streams.out.write(
      json({
        plan: plan.id,
        isNew,
        shards: plan.shards.length,
        steps: steps.length,
        cases: suite.cases,
        operations: all,
        complaints: suite.complaints,
      }),
    );
  } finally {
    end();
  }
}

function readShardSize({ minutes, gflops, shards }: ReadCommand["values"]): (all: number) => number {
  if (shards !== undefined) {
    const count = readArgument("plan", "--shards", whole(1), Number(shards));
    return (all) => Math.ceil(all / count);
  }
  const most = readArgument("plan", "--minutes", number(0), Number(minutes)) * 60;
  const speed = readArgument("plan", "--gflops", number(0), Number(gflops)) * 1e9;
  return () => most * speed;
}
