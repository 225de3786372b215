import { divergingScale, symmetricLimit } from "#charts/colour.ts";
import { figureInks } from "#charts/marks/figure-inks.ts";
import { heatmap } from "#charts/maps/heatmap.ts";
import { heatmapFigure } from "#charts/maps/heatmap-marks.ts";
import { legend } from "#charts/legend.ts";
import { formatHead } from "#model/ids.ts";
import { headEffects, isWhole } from "#state/effects.ts";
import type { HeadSweep, Slot } from "#state/run/results.ts";
import { findingOf } from "#state/subject.ts";
import type { ColourScale } from "#state/view.ts";
import type { Table } from "../exports/csv.ts";
import { EFFECT_UNIT } from "../exports/drawn.ts";
import type { Drawn } from "../exports/drawn.ts";
import { ablationWords } from "../shared/words/ablation-words.ts";
import { tokenText } from "../shared/words/token-text.ts";
import { sweepSentence } from "./sweep-sentence.ts";

/** A map in which nothing matters stays pale. */
export const LEAST_LIMIT_NATS = 0.2;

/** The map of heads as it leaves the page; undefined as long as there is none. */
export function drawnHeads(slot: Slot<HeadSweep>, scale: ColourScale): Drawn | undefined {
  const { value, about, isRecorded } = slot;
  if (!value || !about) return undefined;
  const effects = headEffects(value);
  const target = tokenText(about.token?.text ?? "");
  const finding = findingOf(about);
  return {
    name: "heads",
    title: `What each head is worth to “${target}” after “${about.prompt}” in ${about.model.name}`,
    says: [
      sweepSentence(effects, target, slot.status),
      `Blue supports the target, red works against it (nats, ${ablationWords(about.ablationSource).name}).`,
    ],
    origin: { kind: "computed", subject: about },
    link: { ...finding, view: "heads", expected: isRecorded ? {} : { baseline: value.baseline } },
    isAblating: true,
    settings: { complete: isWhole(value), colours: scale },
    unit: `log-probabilities in nats; ${EFFECT_UNIT}`,
    table: () => tableOf(value, effects),
    figure: () => {
      // papers are light, whatever the page is
      const colours = divergingScale(symmetricLimit(effects.flat(), LEAST_LIMIT_NATS), scale, false);
      return heatmapFigure(heatmap(effects, 640, colours), legend(colours), figureInks(false));
    },
  };
}

function tableOf(sweep: HeadSweep, effects: readonly (readonly number[])[]): Table {
  return {
    header: ["head", "layer", "index", "log_probability", "effect"],
    rows: effects.flatMap((row, layer) =>
      row.map((effect, head) => [
        formatHead({ layer, head }),
        layer,
        head,
        sweep.logProbability[layer]?.[head] ?? "",
        effect,
      ]),
    ),
  };
}
