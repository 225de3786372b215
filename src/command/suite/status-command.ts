import { ALWAYS } from "../command-line.ts";
import type { Options } from "../command-line.ts";
import { EXIT } from "../exit-codes.ts";
import type { ExitCode } from "../exit-codes.ts";
import { json } from "../printing.ts";
import type { Session } from "../session.ts";
import { stepsText } from "../shards/cut.ts";
import { openPlan, readPlanLine } from "./opened-plan.ts";
import { doneOf, survey } from "../shards/survey.ts";

export const STATUS_OPTIONS = {
  indent: { type: "boolean", about: "indents the JSON" },
  ...ALWAYS,
} as const satisfies Options;

/** `status STORE`: what there is, by whom, on what. @throws Fault */
export async function runStatus(args: readonly string[], session: Session): Promise<ExitCode> {
  const { values, place } = readPlanLine("status", args, STATUS_OPTIONS);
  const { store, plan } = await openPlan(place, session.env);
  const found = await survey(store, plan);
  const { missing, corrupt, by, again } = found;
  const left = missing.length + corrupt.length;
  const { progress, streams } = session;
  const steps = plan.steps.length;
  progress.say(
    left === 0
      ? `all ${steps} steps are there; arithmoscope merge ${place} puts them together`
      : `${steps - left} of ${steps} steps are there; missing: ${stepsText([...missing, ...corrupt].sort((a, b) => a - b))}`,
    "lasting",
  );
  if (corrupt.length > 0) progress.say(`damaged: ${stepsText(corrupt)}; the next run sets them aside`, "lasting");
  const shards = plan.shards.map((shard) => ({ ...shard, done: doneOf(found, shard) }));
  streams.out.write(
    json(
      {
        plan: plan.id,
        kind: plan.request.kind,
        model: plan.model.name,
        dtype: plan.model.dtype,
        steps,
        missing,
        corrupt,
        by,
        again,
        shards,
      },
      values["indent"] ? 2 : undefined,
    ),
  );
  return left === 0 ? EXIT.done : EXIT.gaps;
}
