import { Fault } from "#core/fault.ts";
import { readLine } from "../command-line.ts";
import type { Options, ReadCommand } from "../command-line.ts";
import type { Environment } from "../session.ts";
import type { PartStore } from "../shards/part-store.ts";
import { readPlan } from "../shards/plan.ts";
import type { Plan } from "../shards/plan.ts";
import { openStore } from "./open-store.ts";

/** A command about a plan that lies somewhere: where, and what else was said. @throws Fault "bad-request" */
export function readPlanLine(
  command: string,
  args: readonly string[],
  options: Options,
): { readonly place: string; readonly values: ReadCommand["values"] } {
  const { values, positionals } = readLine(command, args, options);
  const [place] = positionals;
  if (place !== undefined && positionals.length === 1) return { place, values };
  throw new Fault("bad-request", `${command}: one folder with a plan is needed; it got ${positionals.length}`);
}

/** A plan in its store. @throws Fault */
export async function openPlan(
  place: string,
  env: Environment,
): Promise<{ readonly store: PartStore; readonly plan: Plan }> {
  const store = await openStore(place, env);
  return { store, plan: await readPlan(store) };
}

/** What a process says at its end. @param elsewhere how many steps are to be run once more on another machine or provider */
export const doneText = (command: string, place: string, elsewhere: number) =>
  elsewhere === 0
    ? "done"
    : `done; ${elsewhere} steps are to be run once more on another machine or provider: arithmoscope ${command} ${place} there`;
