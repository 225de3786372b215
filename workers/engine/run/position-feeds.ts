import { MASKED_SCORE } from "#graph/range.ts";
import type { ModelSpec } from "#model/spec.ts";

type MakeTensor<Tensor> = (values: Float32Array, dims: readonly number[]) => Tensor;

/** Rotary angles and the causal mask of so many positions. */
export function positionFeeds<Tensor>(
  spec: ModelSpec,
  positions: number,
  floats: MakeTensor<Tensor>,
): Record<string, Tensor> {
  const mask = Float32Array.from({ length: positions ** 2 }, (_, i) =>
    i % positions > Math.floor(i / positions) ? MASKED_SCORE : 0,
  );
  return { ...rotaryFeeds(spec, positions, floats), mask: floats(mask, [positions, positions]) };
}

/** cos and sin of position · inverse frequency, [position, pairs]; nothing where positions are learned. */
function rotaryFeeds<Tensor>(
  { positions: kind }: ModelSpec,
  positions: number,
  floats: MakeTensor<Tensor>,
): Record<string, Tensor> {
  if (kind.kind === "learned") return {};
  const pairs = kind.inverseFrequencies.length;
  const angles = Float64Array.from(
    { length: positions * pairs },
    (_, i) => Math.floor(i / pairs) * kind.inverseFrequencies[i % pairs]!,
  );
  return {
    cos: floats(Float32Array.from(angles, Math.cos), [positions, pairs]),
    sin: floats(Float32Array.from(angles, Math.sin), [positions, pairs]),
  };
}
