import type { HeadId } from "#model/ids.ts";

/** A head in two maps of effects, in nats. */
export interface HeadApart {
  readonly at: HeadId;
  readonly here: number;
  readonly there: number;
}

type Effects = readonly (readonly number[])[];

/** Heads that are known in both maps, [layer][head], those first whose effects differ most. */
export const headsApart = (first: Effects, second: Effects): readonly HeadApart[] =>
  first
    .flatMap((row, layer) =>
      row.map((here, head) => ({ at: { layer, head }, here, there: second[layer]?.[head] ?? Number.NaN })),
    )
    .filter(({ here, there }) => !Number.isNaN(here - there))
    .sort((a, b) => apart(b) - apart(a));

export const apart = ({ here, there }: HeadApart) => Math.abs(here - there);
