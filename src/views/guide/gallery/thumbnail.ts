import { nats, percent } from "#charts/number-format.ts";
import type { GalleryBar, Thumbnail } from "#state/guide/gallery.ts";
import { OPERATION_SIGNS } from "../../shared/words/operation-signs.ts";

type Bars = Extract<Thumbnail, { readonly kind: "bars" }>;
type Stage = Extract<Thumbnail, { readonly kind: "stages" }>["stages"][number];

const WRITE = { percent, nats, "of ten": (value: number) => `${value} of 10` } as const;
const WHOLE = { percent: 1, "of ten": 10, nats: undefined } as const;
const SIGNS: Readonly<Record<string, string>> = OPERATION_SIGNS;

/** A bar as it is written, on a card and on its finding's page in the docs. */
export interface WrittenBar {
  readonly label: string;
  readonly value: string;
  /** Of the longest that there can be; nats have no most, and the largest of theirs is the longest. */
  readonly length: number;
}

export function writtenBars({ bars, unit }: Bars): readonly WrittenBar[] {
  const whole = WHOLE[unit] ?? Math.max(...bars.map(({ value }) => Math.abs(value)));
  return bars.map(({ label, value }: GalleryBar) => ({
    label: SIGNS[label] ?? label,
    value: WRITE[unit](value),
    length: Math.max(0, value) / whole,
  }));
}

/** More parts of a stage are not counted at a look. */
export const MOST_PARTS = 12;

/** A stage as it is written: `feature enhancing`, and `5 parts` or that there is no evidence. */
export const writtenStage = ({ name, hasEvidence, parts }: Stage) => ({
  name: name.replace("-", " "),
  parts: hasEvidence ? `${parts} ${parts === 1 ? "part" : "parts"}` : "no evidence",
});
