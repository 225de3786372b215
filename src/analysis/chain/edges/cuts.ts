import type { HeadId, NeuronId } from "#model/ids.ts";

/** The part that writes, and at which position. */
export type CutSender =
  | { readonly kind: "embedding"; readonly position: number }
  | { readonly kind: "neuron"; readonly at: NeuronId; readonly position: number }
  | { readonly kind: "head"; readonly at: HeadId; readonly position: number }
  /** What all heads of a layer bring from an earlier position. */
  | { readonly kind: "move"; readonly layer: number; readonly source: number; readonly position: number };

/** The part that hears the sender, and with which of its inputs. */
export type CutReceiver =
  /** Heads of one layer, by the values that they read at the sender's position and bring to `query`. */
  | { readonly kind: "values"; readonly layer: number; readonly heads: readonly number[]; readonly query: number }
  /** A neuron's activation at the sender's position. */
  | { readonly kind: "neuron"; readonly at: NeuronId }
  /** The answer, at the last position. */
  | { readonly kind: "unembedding" };

export interface Cut {
  readonly sender: CutSender;
  readonly receiver: CutReceiver;
}

/** A part of the work, with what it costs in rows that go through a block. */
export interface Job {
  readonly rows: number;
  run(): Promise<void>;
}
