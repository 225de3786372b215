import { MASKED_SCORE } from "#graph/range.ts";
import { positionsOf } from "#model/spec.ts";
import type { ModelSpec, Positions } from "#model/spec.ts";

type MakeTensor<Tensor> = (values: Float32Array, dims: readonly number[]) => Tensor;

/** Rotary angles and masks by the number of positions and by what a layer's attention is; layers that are alike share them. */
export class PositionFeeds<Tensor> {
  readonly #spec: ModelSpec;
  readonly #floats: MakeTensor<Tensor>;
  readonly #masks = new Map<string, Tensor>();
  readonly #angles = new Map<Positions, Map<number, Record<string, Tensor>>>();

  constructor(spec: ModelSpec, floats: MakeTensor<Tensor>) {
    this.#spec = spec;
    this.#floats = floats;
  }

  of(layer: number, positions: number): Record<string, Tensor> {
    const kind = positionsOf(this.#spec, layer);
    const window = this.#spec.perLayer?.[layer]?.window;
    // a window as long as the prompt hides nothing
    const mask = this.#mask(positions, window === undefined ? positions : Math.min(window, positions));
    if (kind.kind !== "rotary") return { mask };
    const known = this.#angles.get(kind) ?? new Map<number, Record<string, Tensor>>();
    this.#angles.set(kind, known);
    const angles = known.get(positions) ?? rotaryFeeds(kind, positions, this.#floats);
    known.set(positions, angles);
    return { ...angles, mask };
  }

  /** 0 where a query sees a key: itself and the `window` − 1 before it. */
  #mask(positions: number, window: number): Tensor {
    const name = `${positions}/${window}`;
    const known = this.#masks.get(name);
    if (known) return known;
    const values = Float32Array.from({ length: positions ** 2 }, (_, i) => {
      const behind = Math.floor(i / positions) - (i % positions);
      return behind < 0 || behind >= window ? MASKED_SCORE : 0;
    });
    const mask = this.#floats(values, [positions, positions]);
    this.#masks.set(name, mask);
    return mask;
  }
}

/** cos and sin of position · inverse frequency, times the rotation's magnitude: [position, pairs]. */
function rotaryFeeds<Tensor>(
  { inverseFrequencies, beyond, magnitude = 1 }: Extract<Positions, { readonly kind: "rotary" }>,
  positions: number,
  floats: MakeTensor<Tensor>,
): Record<string, Tensor> {
  const frequencies = beyond && positions > beyond.tokens ? beyond.inverseFrequencies : inverseFrequencies;
  const pairs = frequencies.length;
  const angles = Float64Array.from(
    { length: positions * pairs },
    (_, i) => Math.floor(i / pairs) * frequencies[i % pairs]!,
  );
  return {
    cos: floats(
      Float32Array.from(angles, (angle) => magnitude * Math.cos(angle)),
      [positions, pairs],
    ),
    sin: floats(
      Float32Array.from(angles, (angle) => magnitude * Math.sin(angle)),
      [positions, pairs],
    ),
  };
}
