import type { ExperimentOutline, StepRange } from "#protocol/experiments.ts";

type Steps = ExperimentOutline["steps"];

export const stepsIn = ({ from, to }: StepRange): readonly number[] =>
  Array.from({ length: to - from }, (_, at) => from + at);

/** The parts that a step reads of steps before `from`. */
const outside = ({ reads }: Steps[number], from: number): readonly StepRange[] =>
  reads.map((range) => ({ from: range.from, to: Math.min(range.to, from) })).filter((range) => range.from < range.to);

/**
 * Steps in shards of at most so many operations, or of one step that takes more. What needs nothing of others is not put behind what
 * does, so that it can begin at once.
 */
export function cutShards(steps: Steps, operationsAtMost: number): StepRange[] {
  const shards: StepRange[] = [];
  let from = 0;
  let operations = 0;
  for (const [at, step] of steps.entries()) {
    const waits = outside(steps[from]!, from).length === 0 && outside(step, from).length > 0;
    if (at > from && (operations + step.operations > operationsAtMost || waits)) {
      shards.push({ from, to: at });
      [from, operations] = [at, 0];
    }
    operations += step.operations;
  }
  if (steps.length > 0) shards.push({ from, to: steps.length });
  return shards;
}

/** The steps of others that a shard reads. */
export function readsOfOthers(steps: Steps, shard: StepRange): readonly number[] {
  const read = stepsIn(shard).flatMap((at) => outside(steps[at]!, shard.from).flatMap(stepsIn));
  return [...new Set(read)].sort((a, b) => a - b);
}

/** `3, 7 to 9`, cut where nobody reads on. */
export function stepsText(steps: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const step of steps) {
    const last = ranges.at(-1);
    if (last && last[1] === step - 1) last[1] = step;
    else ranges.push([step, step]);
  }
  const told = ranges.slice(0, 8).map(([from, to]) => (from === to ? `${from}` : `${from} to ${to}`));
  return [...told, ...(ranges.length > told.length ? ["…"] : [])].join(", ");
}
