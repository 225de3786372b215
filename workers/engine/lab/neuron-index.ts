import { chunks, rawLogits, takeTurn } from "#analysis/lens/projection.ts";
import type { ChunkedWork } from "#analysis/lens/projection.ts";
import { neuronRanges } from "#analysis/search/ranges.ts";
import type { NeuronRanges } from "#analysis/search/ranges.ts";
import type { Spread } from "#analysis/search/spread.ts";
import { forCall } from "#analysis/runner.ts";
import type { Runner } from "#analysis/runner.ts";
import { INDEX_DEPTH, indexLayer, neuronsOf, rangesOf } from "#analysis/search/token-index.ts";
import type { LayerIndex } from "#analysis/search/token-index.ts";
import { decodeLayer, encodeLayer, hashText } from "./index-record.ts";
import { indexFiles } from "./index-store.ts";
import type { IndexStore } from "./index-store.ts";
import { memoryStore } from "../store/file-store.ts";

/** Neurons of a stored layer that are computed again before the layer is believed. */
const PROBED = 4;
/** Between two backends float32 sums differ by far less than this share of a neuron's range; between two models by far more. */
const PROBE_TOLERANCE = 1e-4;

/** The index of other weights whose value vectors are the same but in some layers. */
interface SharedIndex {
  readonly index: NeuronIndex;
  readonly changedLayers: ReadonlySet<number>;
}

/**
 * The index of one model, layer by layer: computed where it is missing, kept in a store under the model's fingerprint, believed
 * from there after a check. Only a layer at a time is in memory unless there is no store to keep it.
 */
export class NeuronIndex {
  readonly #runner: Runner;
  readonly #fingerprint: string;
  #store: IndexStore;
  /** R_k of the layers that are known to be in the store, [layer]. */
  readonly #ranges: (Float32Array | undefined)[] = [];
  /** R_k of every neuron, once it is found. */
  #allRanges: NeuronRanges | undefined;
  /** Of the unembedding, which an index tells nothing of. */
  #spread: Spread | undefined;
  readonly #fromStorage = new Set<number>();
  #underWay: Promise<unknown> = Promise.resolve();
  readonly #shared: SharedIndex | undefined;

  /**
   * @param fingerprint names the model and its precision
   * @param shared asked for all layers but those that it names
   */
  constructor(runner: Runner, fingerprint = "", store: IndexStore = keptHere(), shared?: SharedIndex) {
    this.#runner = runner;
    this.#fingerprint = fingerprint;
    this.#store = store;
    this.#shared = shared;
  }

  /**
   * The index of this model in a variant that changes the value vectors of some layers; what is found of the others is found
   * for both.
   *
   * @param change names what is changed, as the fingerprint names the model
   */
  ofVariant(runner: Runner, changedLayers: readonly number[], change: string): NeuronIndex {
    const fingerprint = JSON.stringify([this.#fingerprint, change]);
    return new NeuronIndex(runner, fingerprint, this.#store, { index: this, changedLayers: new Set(changedLayers) });
  }

  get depth(): number {
    return Math.min(INDEX_DEPTH, this.#runner.spec.vocabulary);
  }

  get layersFromStorage(): number {
    const { layers } = this.#runner.spec;
    return Array.from({ length: layers }, (_, layer) => layer).filter((layer) =>
      this.#ownerOf(layer).#fromStorage.has(layer),
    ).length;
  }

  /**
   * Finds every layer that is missing. A second caller waits for the first and then does what that one left: a stop keeps the
   * layers that were finished.
   *
   * @throws what `work.signal` was aborted with
   */
  async build(work: ChunkedWork): Promise<void> {
    const earlier = this.#underWay;
    const own = earlier.then(() => this.#buildMissing(work));
    this.#underWay = own.catch(() => undefined);
    await own;
  }

  /** A layer that `build` has found. */
  async layer(layer: number): Promise<LayerIndex> {
    const owner = this.#ownerOf(layer);
    return (await owner.#read(layer)) ?? owner.#compute(layer, {});
  }

  /** R_k or more for every neuron, [layer, neuron]: exactly and from the index as far as there is one. */
  async ranges(work: ChunkedWork): Promise<NeuronRanges> {
    this.#allRanges ??= await neuronRanges(
      forCall(this.#runner, work.signal),
      {
        rangesAt: (layer) => this.#ownerOf(layer).#rangesAt(layer),
        // no variant has an unembedding of its own
        spread: this.#spread ?? (this.#shared && this.#shared.index.#spread),
      },
      work,
    );
    this.#spread = this.#allRanges.variance?.spread;
    return this.#allRanges;
  }

  /** Lets go of what is stored. */
  close(): void {
    this.#store.close();
  }

  #ownerOf(layer: number): NeuronIndex {
    return this.#shared && !this.#shared.changedLayers.has(layer) ? this.#shared.index : this;
  }

  /** R_k of a layer from the index, else R_k or more as `ranges` found it. */
  async #rangesAt(layer: number): Promise<Float32Array | undefined> {
    const { neurons } = this.#runner.spec;
    return (await this.#knownRanges(layer)) ?? this.#allRanges?.ranges.subarray(layer * neurons, (layer + 1) * neurons);
  }

  async #buildMissing({ onProgress, turn, signal }: ChunkedWork): Promise<void> {
    const { layers, neurons } = this.#runner.spec;
    const total = layers * neurons;
    for (let layer = 0; layer < layers; layer++) {
      await takeTurn({ ...(turn && { turn }), ...(signal && { signal }) });
      const owner = this.#ownerOf(layer);
      if (!(await owner.#knownRanges(layer))) {
        await owner.#compute(layer, {
          ...(turn && { turn }),
          ...(signal && { signal }),
          onProgress: (done) => onProgress?.(layer * neurons + done, total),
        });
      }
      onProgress?.((layer + 1) * neurons, total);
    }
    // what was only bounded before is known now
    this.#allRanges = undefined;
  }

  async #compute(layer: number, work: ChunkedWork): Promise<LayerIndex> {
    const index = await indexLayer(forCall(this.#runner, work.signal), layer, work);
    const bytes = encodeLayer(index, this.#fingerprint);
    try {
      await this.#store.write(this.#key(layer), bytes);
    } catch {
      // no room, or a browser that does not let us: from here on it is kept in memory
      this.#store = layered(keptHere(), this.#store);
      await this.#store.write(this.#key(layer), bytes);
    }
    this.#ranges[layer] = rangesOf(this.#runner.spec, index);
    return index;
  }

  /** @returns undefined where the store has nothing to be believed */
  async #knownRanges(layer: number): Promise<Float32Array | undefined> {
    if (this.#ranges[layer]) return this.#ranges[layer];
    const index = await this.#read(layer);
    if (!index || !(await this.#isOfThisModel(index))) return undefined;
    this.#fromStorage.add(layer);
    this.#ranges[layer] = rangesOf(this.#runner.spec, index);
    return this.#ranges[layer];
  }

  async #read(layer: number): Promise<LayerIndex | undefined> {
    const bytes = await this.#store.read(this.#key(layer));
    const { neurons } = this.#runner.spec;
    return bytes && decodeLayer(bytes, { fingerprint: this.#fingerprint, layer, neurons, depth: this.depth });
  }

  /** Another model can hide behind the same address: some neurons are projected again, and their ends have to fit. */
  async #isOfThisModel(index: LayerIndex): Promise<boolean> {
    const { neurons } = this.#runner.spec;
    const step = Math.max(1, Math.floor(neurons / PROBED));
    const probed = chunks(neurons, step).map(({ from }) => from);
    const ids = probed.flatMap((neuron) => neuronsOf(index.layer, neuron, neuron + 1));
    const logits = await rawLogits(this.#runner, await this.#runner.weights.valueVectors(ids));
    return probed.every((neuron, row) => {
      const start = neuron * index.depth;
      const tolerance = PROBE_TOLERANCE * (index.topLogits[start]! - index.bottomLogits[start]!);
      const fits = (ids_: Uint32Array, kept: Float32Array) =>
        ids_
          .subarray(start, start + index.depth)
          .every((id, rank) => Math.abs((logits[row]![id] ?? Number.NaN) - kept[start + rank]!) <= tolerance);
      return fits(index.topIds, index.topLogits) && fits(index.bottomIds, index.bottomLogits);
    });
  }

  #key(layer: number): string {
    return `${hashText(this.#fingerprint).toString(16).padStart(8, "0")}-layer-${layer}`;
  }
}

/** For as long as the model is held. */
const keptHere = () => indexFiles(memoryStore(), "index");

/** Writes to the first, reads from whichever has it. */
const layered = (first: IndexStore, second: IndexStore): IndexStore => ({
  read: async (key) => (await first.read(key)) ?? second.read(key),
  write: (key, bytes) => first.write(key, bytes),
  close() {
    first.close();
    second.close();
  },
});
