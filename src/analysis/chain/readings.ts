import type { HeadId, NeuronId } from "#model/ids.ts";
import type { Capture } from "../capture.ts";
import { asDirections, scoreOf } from "../trace/keys.ts";
import type { KeyDirections, KeyScore } from "../trace/keys.ts";
import type { Runner } from "../runner.ts";
import { valuesOf } from "../lens/subvalues.ts";
import { sourcesAt, throughHop, traceNeurons, traceSources } from "../trace/source-tracing.ts";
import { sumScores, transferAlong } from "../trace/transfer.ts";
import { MAX_READINGS } from "./thresholds.ts";

/** A score with its keys' signs: up and gate each count towards where the reference neuron stands. */
export interface SignedScore extends KeyScore {
  readonly claimed: number;
}

/** A neuron whose keys paths are measured by, and on which side of 0 each of its keys stands. */
export interface Reference {
  readonly at: NeuronId;
  readonly directions: KeyDirections;
  readonly sign: KeyScore;
}

export async function referenceOf({ weights }: Runner, at: NeuronId, residual: Float32Array): Promise<Reference> {
  const directions = asDirections(await weights.neuronKeys(at));
  const { up, gate } = scoreOf(residual, directions);
  return { at, directions, sign: { up: signOf(up), ...(gate !== undefined && { gate: signOf(gate) }) } };
}

const signOf = (value: number) => (value < 0 ? -1 : 1);

export const signed = (score: KeyScore, { sign }: Reference): SignedScore => ({
  ...score,
  claimed: score.up * sign.up + (score.gate ?? 0) * (sign.gate ?? 0),
});

/**
 * One part of what the predicting head reads at the position `at`: what stands there by itself (`via` undefined, `position` = `at`),
 * or what a shallow attention layer `via` has moved there from an earlier `position`.
 */
export interface Reading {
  readonly via: number | undefined;
  readonly position: number;
  readonly at: number;
}

export const isSameReading = (a: Reading, b: Reading) => a.via === b.via && a.position === b.position && a.at === b.at;

export interface ScoredReading extends Reading {
  readonly score: SignedScore;
}

/** What a head reads in all, and the directions that it reads by at each position that is split. */
export interface HeadInput {
  readonly readings: readonly ScoredReading[];
  /** Σ |claimed| of all readings: what shares are of. */
  readonly total: number;
  readonly directionsAt: ReadonlyMap<number, KeyDirections>;
}

/**
 * The head's output, as the reference neuron's keys read it, split by where it comes from: for each position p that the head reads
 * from the last one, what stands at p by itself (embedding, FFN outputs, and what attention took from p, which moves nothing), and
 * what each lower attention layer moved to p from each earlier position. Attention weights are in it, so the parts add up to the
 * head's whole product but for biases.
 *
 * Split are the last position, the paper's case, and the earlier ones that give the head at least `splitShare` of what it reads from all
 * positions in the clean run, the `MAX_READINGS` largest of them; of the others the whole is their own.
 */
export async function headInput(
  runner: Runner,
  { run, clean }: { readonly run: Capture; readonly clean: Capture },
  {
    head,
    reference,
    splitShare,
  }: { readonly head: HeadId; readonly reference: Reference; readonly splitShare: number },
): Promise<HeadInput> {
  const direct = await readByPosition(runner, run, head, reference);
  const split = splitPositions(
    run === clean ? direct : await readByPosition(runner, clean, head, reference),
    splitShare,
  );
  const directionsAt = new Map<number, KeyDirections>();
  for (const position of split) {
    const hop = { ...head, position, weights: "attention" } as const;
    directionsAt.set(position, await throughHop(runner, run, hop, reference.directions));
  }
  const moved = await movedTo(runner, run, head.layer, directionsAt);
  const readings = direct.flatMap((whole, at): ScoredReading[] => {
    const directions = directionsAt.get(at);
    if (!directions) return [{ via: undefined, position: at, at, score: whole }];
    const byLayer = moved.get(at)!;
    const own = sourcesAt(run, at, head.layer).filter(({ kind }) => kind !== "attention");
    const stays = [...own.map(({ vector }) => scoreOf(vector, directions)), ...byLayer.map((scores) => scores[at]!)];
    const brought = byLayer.flatMap((scores, via) =>
      scores.slice(0, at).map((score, position) => ({ via, position, at, score: signed(score, reference) })),
    );
    return [{ via: undefined, position: at, at, score: signed(sumScores(stays), reference) }, ...brought];
  });
  return { readings, total: sizeOf(readings.map(({ score }) => score)), directionsAt };
}

const sizeOf = (scores: readonly SignedScore[]) => scores.reduce((sum, { claimed }) => sum + Math.abs(claimed), 0);

/** Of each position, all that the head takes from it. */
async function readByPosition(runner: Runner, run: Capture, head: HeadId, reference: Reference) {
  const { table } = await transferAlong(runner, run, head.layer, reference.directions);
  return table[head.head]!.map((score) => signed(score, reference));
}

/** @param read of each position, what the head takes from it in all */
function splitPositions(read: readonly SignedScore[], share: number): number[] {
  const last = read.length - 1;
  const least = share * sizeOf(read);
  const earlier = read
    .slice(0, last)
    .map(({ claimed }, position) => ({ position, size: Math.abs(claimed) }))
    .filter(({ size }) => size >= least)
    .sort((a, b) => b.size - a.size)
    .slice(0, MAX_READINGS)
    .map(({ position }) => position);
  return [...earlier, last];
}

/** What each attention layer below takes to each asked-for position from every position: of each, [layer][source]. */
async function movedTo(
  runner: Runner,
  run: Capture,
  belowLayer: number,
  directionsAt: ReadonlyMap<number, KeyDirections>,
): Promise<ReadonlyMap<number, (readonly KeyScore[])[]>> {
  const found = new Map<number, (readonly KeyScore[])[]>([...directionsAt.keys()].map((at) => [at, []]));
  for (let layer = 0; layer < belowLayer; layer++) {
    const values = await valuesOf(runner, run, layer);
    for (const [query, directions] of directionsAt) {
      found.get(query)!.push((await transferAlong(runner, run, layer, directions, { query, values })).byPosition);
    }
  }
  return found;
}

/** Who wrote what a reading reads, and the scores of the embedding and of asked-for neurons among them. */
export interface ReadingSources {
  readonly embedding: SignedScore;
  /** [layer], of whole FFN outputs below the reader. */
  readonly ffn: readonly SignedScore[];
  /** Σ |claimed| of embedding, attention and FFN outputs: what shares are of. */
  readonly total: number;
  readonly neurons: (layer: number) => Promise<readonly ShallowScore[]>;
}

export interface ShallowScore extends NeuronId {
  readonly activation: number;
  readonly score: SignedScore;
}

/** Traces one reading back to what was written at its position below the layer that reads it there. */
export async function readingSources(
  runner: Runner,
  run: Capture,
  path: {
    readonly head: HeadId;
    readonly reading: Reading;
    readonly directionsAt: ReadonlyMap<number, KeyDirections>;
  },
  reference: Reference,
): Promise<ReadingSources> {
  const { head, reading, directionsAt } = path;
  const { position, via, at } = reading;
  const atHead =
    directionsAt.get(at) ??
    (await throughHop(runner, run, { ...head, position: at, weights: "attention" }, reference.directions));
  const directions =
    via === undefined
      ? atHead
      : await throughHop(runner, run, { layer: via, position, query: at, weights: "attention" }, atHead);
  const traced = traceSources(run, { position, belowLayer: via ?? head.layer }, directions).map((source) => ({
    ...source,
    score: signed(source.score, reference),
  }));
  return {
    embedding: traced[0]!.score,
    ffn: traced.filter(({ kind }) => kind === "ffn").map(({ score }) => score),
    total: traced.reduce((sum, { score }) => sum + Math.abs(score.claimed), 0),
    neurons: async (layer) =>
      (await traceNeurons(runner, run, { layer, position }, directions)).map((neuron) => ({
        ...neuron,
        score: signed(neuron.score, reference),
      })),
  };
}
