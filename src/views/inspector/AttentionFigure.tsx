import { useMemo } from "react";
import { useStore } from "zustand";
import { attentionFigure } from "#charts/maps/attention-marks.ts";
import { labelledAttention, partSentence, positionName } from "#charts/maps/attention.ts";
import type { LabelledAttention } from "#charts/maps/attention.ts";
import { sequentialScale } from "#charts/sequential-colour.ts";
import { figureInks } from "#charts/marks/figure-inks.ts";
import { percent } from "#charts/number-format.ts";
import { isDark, view } from "#state/view.ts";
import { MarksFigure } from "../shared/figure/MarksFigure.tsx";

interface AttentionFigureProps {
  /** [query][key] */
  readonly pattern: readonly (readonly number[])[];
  /** As shown, one per position. */
  readonly texts: readonly string[];
}

const ROOM_PX = 260;

/** Attention over the tokens: each row a token that reads, each column one that is read. The last row is the answer's. */
export function AttentionFigure({ pattern, texts }: AttentionFigureProps) {
  const dark = useStore(view, isDark);
  const { drawn, figure } = useMemo(() => {
    const made = labelledAttention(pattern, texts, ROOM_PX, sequentialScale(dark));
    return { drawn: made, figure: attentionFigure(made, figureInks(dark), positionName(texts)) };
  }, [pattern, texts, dark]);
  return (
    <figure className="attention">
      <figcaption>Attention, rows read columns{partSentence(drawn, pattern.length)}</figcaption>
      <MarksFigure
        figure={figure}
        label={`Attention pattern. The last token reads ${describeLast(drawn, positionName(texts))}`}
      />
    </figure>
  );
}

const describeLast = ({ cells, queries }: LabelledAttention, name: (position: number) => string) =>
  cells
    .filter(({ query }) => query === queries.at(-1))
    .map(({ key, share }) => `${name(key)} ${percent(share)}`)
    .join(", ");
