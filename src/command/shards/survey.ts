import type { StepRange } from "#protocol/experiments.ts";
import { stepsIn } from "./cut.ts";
import { differenceOf, largerOf } from "./difference.ts";
import type { Difference } from "./difference.ts";
import { readPart } from "./part.ts";
import type { By, KeptPart } from "./part.ts";
import type { Plan } from "./plan.ts";
import type { PartStore } from "./part-store.ts";
import { placeOf } from "./provenance.ts";

/** Steps that were run twice, on different machines or providers. */
export interface Checked extends Difference {
  readonly steps: number;
  /** Of how many that the plan wants to be. */
  readonly of: number;
  readonly between: readonly string[];
}

/** What there is of a plan, by whom. */
export interface Survey {
  readonly parts: readonly (KeptPart | undefined)[];
  readonly missing: readonly number[];
  readonly corrupt: readonly number[];
  readonly by: readonly Worker[];
  readonly again: Checked;
  /** When the last part was done: a result is of that time. */
  readonly last: string | undefined;
}

interface Worker extends Pick<By, "host" | "provider" | "gpu"> {
  readonly steps: number;
  readonly milliseconds: number;
  readonly last: string;
}

/** Reads everything that lies there; what it holds of parts is given up with it. */
export async function survey(store: PartStore, plan: Plan): Promise<Survey> {
  const parts: (KeptPart | undefined)[] = [];
  const [missing, corrupt]: [number[], number[]] = [[], []];
  for (const step of plan.steps.keys()) {
    const found = await readPart(store, plan, step);
    parts.push(typeof found === "object" ? found : undefined);
    if (found === "absent") missing.push(step);
    if (found === "corrupt") corrupt.push(step);
  }
  const there = parts.flatMap((part) => (part ? [part.by] : []));
  return {
    parts,
    missing,
    corrupt,
    by: workersOf(there),
    again: await checkedAgain(store, plan, parts),
    last: lastOf(there),
  };
}

function workersOf(all: readonly By[]): Worker[] {
  return [...Map.groupBy(all, placeOf).values()].map((own) => {
    const { host, provider, gpu } = own[0]!;
    return {
      host,
      provider,
      ...(gpu !== undefined && { gpu }),
      steps: own.length,
      milliseconds: own.reduce((total, { milliseconds }) => total + milliseconds, 0),
      last: lastOf(own)!,
    };
  });
}

/** When the last of some was done; in ISO 8601 the text tells. */
const lastOf = (all: readonly By[]): string | undefined =>
  all
    .map(({ at }) => at)
    .sort()
    .at(-1);

async function checkedAgain(store: PartStore, plan: Plan, parts: Survey["parts"]): Promise<Checked> {
  let difference: Difference = { largest: 0, at: "", others: 0 };
  let steps = 0;
  const between = new Set<string>();
  for (const step of plan.again) {
    const [first, again] = [parts[step], await readPart(store, plan, step, "again")];
    if (!first || typeof again === "string") continue;
    steps += 1;
    difference = largerOf(difference, differenceOf(first.part, again.part, `step ${step}`));
    between.add(placeOf(first.by)).add(placeOf(again.by));
  }
  return { steps, of: plan.again.length, ...difference, between: [...between] };
}

/** How much of a shard is there. */
export const doneOf = ({ parts }: Survey, shard: StepRange): number =>
  stepsIn(shard).filter((step) => parts[step]).length;
