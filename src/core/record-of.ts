/** A record with one value for each name. */
export const recordOf = <Name extends string, Value>(
  names: readonly Name[],
  of: (name: Name, place: number) => Value,
) => Object.fromEntries(names.map((name, place) => [name, of(name, place)])) as Record<Name, Value>;
