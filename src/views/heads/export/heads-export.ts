import { divergingScale, symmetricLimit } from "#charts/colour.ts";
import { figureInks } from "#charts/marks/figure-inks.ts";
import { heatmap, LEAST_LIMIT_NATS } from "#charts/maps/heatmap.ts";
import { heatmapFigure } from "#charts/maps/heatmap-figure.ts";
import { effectKey } from "#charts/legend.ts";
import { headEffects, isWhole } from "#state/effects.ts";
import type { HeadSweep, Slot } from "#state/run/results.ts";
import { DEFAULT_READING } from "#state/link/finding.ts";
import type { Finding } from "#state/link/finding.ts";
import { headNumbers, readingClaims } from "#state/link/reading/reading-claims.ts";
import { findingOf } from "#state/link/shown-claims.ts";
import type { ColourScale } from "#state/view.ts";
import { EFFECT_UNIT, FILE_PX } from "../../exports/drawn.ts";
import type { Drawn } from "../../exports/drawn.ts";
import { tableOf } from "../../shared/table/columns.tsx";
import { ablationWords } from "../../shared/words/ablation-words.ts";
import { changesText } from "../../shared/words/part-name.ts";
import { tokenText } from "../../shared/words/token-text.ts";
import { HEAD_COLUMNS, headRows } from "../head-columns.tsx";
import { sweepSentence } from "./sweep-sentence.ts";

/** The map of heads as it leaves the page; undefined as long as there is none. */
export function drawnHeads(slot: Slot<HeadSweep>, scale: ColourScale): Drawn | undefined {
  const { value, about, isRecorded } = slot;
  if (!value || !about) return undefined;
  const effects = headEffects(value);
  const target = tokenText(about.token?.text ?? "");
  const finding = findingOf(about);
  const under = about.interventions.length > 0 ? `, with ${changesText(about.interventions)}` : "";
  return {
    name: under ? "heads-under" : "heads",
    title: `What each head is worth to “${target}” after “${about.prompt}” in ${about.model.name}${under}`,
    says: (isPlain) => [
      sweepSentence(effects, target, slot.status, isPlain ? value.baseline : undefined),
      `Blue supports the target, red works against it (${isPlain ? "" : "nats, "}${ablationWords(about.ablationSource).name}).`,
    ],
    origin: { kind: "computed", subject: about },
    link: under
      ? linkUnder(finding, value, effects)
      : { ...finding, view: "heads", expected: isRecorded ? {} : { baseline: value.baseline } },
    isAblating: true,
    settings: { complete: isWhole(value), colours: scale },
    unit: `log-probabilities in nats; ${EFFECT_UNIT}`,
    table: () => tableOf(HEAD_COLUMNS, headRows(value, effects)),
    notebook: "heads",
    figure: ({ width = FILE_PX, isDark, isPlain }) => {
      const colours = divergingScale(symmetricLimit(effects.flat(), LEAST_LIMIT_NATS), scale, isDark);
      return heatmapFigure(
        heatmap(effects, width, colours, { isPlain }),
        effectKey(colours, isPlain),
        figureInks(isDark),
      );
    },
  };
}

/** A link to the sweep with parts ablated, whose baseline is that of the run under them. */
function linkUnder(finding: Finding, value: HeadSweep, effects: readonly (readonly number[])[]): Finding {
  const reading = { ...DEFAULT_READING, isUnder: true };
  const claimed = isWhole(value) ? readingClaims(headNumbers(effects), reading) : [];
  return {
    ...finding,
    view: "heads",
    reading: { isUnder: true },
    expected: { changed: value.baseline, ...(claimed.length > 0 && { reading: claimed }) },
  };
}
