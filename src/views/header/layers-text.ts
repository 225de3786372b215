/** `layer 3`, `layers 0 to 5`, `layers 0, 2, 4`: ascending numbers, said as shortly as they can be. */
export function layersText(layers: readonly number[]): string {
  const [first, ...rest] = layers;
  const last = rest.at(-1);
  if (last === undefined) return `layer ${first}`;
  return last - first! === rest.length && rest.length > 1
    ? `layers ${first} to ${last}`
    : `layers ${layers.join(", ")}`;
}
