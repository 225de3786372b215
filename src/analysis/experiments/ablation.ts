import { randomStream } from "#core/numeric/random.ts";
import { eachActivation, meanActivations } from "../ablation/activations.ts";
import type { FilledTap } from "../ablation/activations.ts";
import type { Runner } from "../runner.ts";
import { forcedIds, rowsOfShape, shapeOf } from "./suite/scored-cases.ts";
import type { ScoredCase } from "./suite/scored-cases.ts";

/**
 * What takes the place of a part that is ablated, a head's z or a neuron's activation: 0, its mean over the suite's prompts, or
 * what it is in another prompt of the suite.
 */
export type Ablation = "zero" | "mean" | "resample";

export const ABLATIONS = ["zero", "mean", "resample"] as const satisfies readonly Ablation[];

/** What takes the place of parts that are ablated, for each case of a batch by its place there. */
export interface AblationSource {
  /** [heads, positions, headDim] */
  readonly z: (layer: number, index: number) => Float32Array;
  /** [positions, neurons] */
  readonly post: (layer: number, index: number) => Float32Array;
}

export interface DonorOptions {
  readonly ablation: Ablation;
  /** Draws the other prompts. */
  readonly seed: number;
  /** What is needed; the other must not be asked for. */
  readonly taps: readonly FilledTap[];
}

/** Gives each batch of a suite its ablation-source. */
export interface Donors {
  /** Cases without another prompt of their shape in the suite: they stay as they are, whatever is ablated. */
  readonly alone: number;
  /** Rows that are run beside a batch of so many cases. */
  readonly rowsOf: (cases: number) => number;
  /** @param indices places in the list of all cases, all of one shape; @returns undefined for zero */
  readonly of: (indices: readonly number[], signal?: AbortSignal) => Promise<AblationSource | undefined>;
}

/**
 * Donors that keep what all prompts of the suite have in common and take away what is this prompt's own. Prompts are compared
 * position by position, those with as many tokens of prompt and of answer (of which all but the last are run) with each other: so
 * positions agree counted from the end as from the start. The same prompt counts once.
 *
 *     mean       z̄[p] = Σ_j z_j[p] / n over the n different prompts of the shape, the case's own among them
 *     resample   z_j[p] of one other prompt j, drawn by the seed for each prompt, the same for all its heads and neurons
 */
export function donorsFor(
  runner: Runner,
  cases: readonly ScoredCase[],
  { ablation, seed, taps }: DonorOptions,
): Donors {
  const peers = peersOf(cases);
  const alone = ablation === "zero" ? 0 : peers.groupOf.filter((group) => group.length < 2).length;
  switch (ablation) {
    case "zero":
      return { alone, rowsOf: () => 0, of: () => Promise.resolve(undefined) };
    case "mean": {
      const means = new Map<readonly ScoredCase[], AblationSource>();
      return {
        alone,
        // every prompt runs once, in whichever batch of its shape comes first
        rowsOf: (count) => count,
        async of(indices, signal) {
          const group = peers.groupOf[indices[0]!]!;
          const mean = means.get(group) ?? (await meanOfSource(runner, group, taps, signal));
          means.set(group, mean);
          return mean;
        },
      };
    }
    case "resample": {
      const donors = donorsOf(peers, seed);
      return {
        alone,
        rowsOf: (count) => count,
        of: (indices, signal) =>
          ablationSourceOf(
            runner,
            indices.map((index) => donors[index]!),
            taps,
            signal,
          ),
      };
    }
    default:
      throw new Error(`ablation: unknown kind ${String(ablation satisfies never)}`);
  }
}

interface Peers {
  /** The different prompts of a case's shape, in their order, [case]. */
  readonly groupOf: readonly (readonly ScoredCase[])[];
  /** Where the case's own prompt is in it, [case]. */
  readonly placeOf: readonly number[];
}

function peersOf(cases: readonly ScoredCase[]): Peers {
  const groups = new Map<string, ScoredCase[]>();
  const places = new Map<string, number>();
  const groupOf: (readonly ScoredCase[])[] = [];
  const placeOf = cases.map((each) => {
    const shape = shapeOf(each);
    const group = groups.get(shape) ?? [];
    groups.set(shape, group);
    groupOf.push(group);
    const prompt = `${shape}:${forcedIds(each).join(" ")}`;
    const place = places.get(prompt) ?? group.push(each) - 1;
    places.set(prompt, place);
    return place;
  });
  return { groupOf, placeOf };
}

/** For each case another prompt of its shape, every other one as likely; its own where there is no other. */
function donorsOf({ groupOf, placeOf }: Peers, seed: number): ScoredCase[] {
  const random = randomStream(seed);
  return groupOf.map((group, index) => {
    const steps = 1 + Math.floor(random() * (group.length - 1));
    return group[(placeOf[index]! + steps) % group.length]!;
  });
}

/** What the cases' activations are as the model is. */
export async function ablationSourceOf(
  runner: Runner,
  cases: readonly ScoredCase[],
  taps: readonly FilledTap[],
  signal?: AbortSignal,
): Promise<AblationSource> {
  const found: Record<FilledTap, Float32Array[]> = { z: [], post: [] };
  await eachActivation(runner, cases.map(forcedIds), { taps, signal }, (tap, layer, values) => {
    found[tap][layer] = values;
  });
  const rowOf = (tap: FilledTap) => (layer: number, index: number) => {
    const all = found[tap][layer]!;
    const size = all.length / cases.length;
    return all.subarray(index * size, (index + 1) * size);
  };
  return { z: rowOf("z"), post: rowOf("post") };
}

/** The mean of the cases' activations, the same for every case of their shape. */
export async function meanOfSource(
  runner: Runner,
  cases: readonly ScoredCase[],
  taps: readonly FilledTap[],
  signal?: AbortSignal,
): Promise<AblationSource> {
  const atOnce = rowsOfShape(runner.spec, cases[0]!.ids.length, cases[0]!.answerIds.length);
  const { z, post } = await meanActivations(runner, cases.map(forcedIds), { taps, atOnce, signal });
  return { z: (layer) => z[layer]!, post: (layer) => post[layer]! };
}
