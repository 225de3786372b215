import type { NeuronId } from "#model/ids.ts";
import type { Capture } from "../capture.ts";
import { coefficientOf } from "../lens/increase.ts";
import { asDirections, scoreOf } from "./keys.ts";
import type { KeyDirections, KeyScore } from "./keys.ts";
import type { Runner } from "../runner.ts";

export interface EnhancingEdge {
  readonly from: NeuronId;
  readonly to: NeuronId;
  /** ⟨v_from, key_to⟩, of the model alone: the paper's inner product. */
  readonly raw: KeyScore;
  /** Times the sender's coefficient at the last position: what it adds to what the receiver reads. */
  readonly carried: KeyScore;
}

/**
 * The prediction-enhancing graph: ⟨value vector of i, keys of j⟩ for every pair of neurons with layer(i) < layer(j), the key being
 * γ ⊙ row of up or gate. Only the direct path: what i does to j through layers between them is not in it, and the residual's scale
 * before j's norm is left out.
 *
 * @returns in the order of `neurons`, senders first
 * @see Yu & Ananiadou (2024), section 4.3; which of the keys the paper uses is not stated, so both are given
 */
export async function enhancingGraph(
  { weights }: Runner,
  run: Capture,
  neurons: readonly NeuronId[],
): Promise<EnhancingEdge[]> {
  const values = await weights.valueVectors(neurons);
  const keys: KeyDirections[] = [];
  for (const at of neurons) keys.push(asDirections(await weights.neuronKeys(at)));
  return neurons.flatMap((from, sender) => {
    const coefficient = coefficientOf(run, from);
    return neurons.flatMap((to, receiver): EnhancingEdge[] => {
      if (from.layer >= to.layer) return [];
      const raw = scoreOf(values[sender]!, keys[receiver]!);
      return [{ from, to, raw, carried: times(raw, coefficient) }];
    });
  });
}

const times = ({ up, gate }: KeyScore, factor: number): KeyScore =>
  gate === undefined ? { up: factor * up } : { up: factor * up, gate: factor * gate };

/** The neuron of the lowest layer; of several there, the first of the list. */
export function lowestNeuron<At extends NeuronId>(neurons: readonly At[]): At | undefined {
  return neurons.reduce<At | undefined>(
    (lowest, each) => (lowest === undefined || each.layer < lowest.layer ? each : lowest),
    undefined,
  );
}

/**
 * How much activations fall, on average: mean of 1 − after / before, 0 to 1, below 0 where they rise. A neuron that was silent
 * cannot fall and is left out; undefined if all were.
 */
export function meanDrop(before: readonly number[], after: readonly number[]): number | undefined {
  const drops = before.flatMap((value, index) => (value === 0 ? [] : [1 - after[index]! / value]));
  return drops.length === 0 ? undefined : drops.reduce((sum, drop) => sum + drop, 0) / drops.length;
}
