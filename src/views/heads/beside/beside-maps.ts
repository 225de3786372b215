import { divergingScale, symmetricLimit } from "#charts/colour.ts";
import { LEAST_LIMIT_NATS, heatmap } from "#charts/maps/heatmap.ts";
import { heatmapPair, pairRoom } from "#charts/maps/heatmap-pair.ts";
import { figureInks } from "#charts/marks/figure-inks.ts";
import { effectKey } from "#charts/legend.ts";
import { likelier } from "#charts/factor.ts";
import { nats } from "#charts/number-format.ts";
import { formatHead } from "#model/ids.ts";
import { NEGLIGIBLE_NATS, headEffects, isWhole } from "#state/effects.ts";
import { apart, headsApart } from "#state/run/heads-apart.ts";
import { kindIn } from "#state/run/results.ts";
import type { HeadSweep, Slot, Slots } from "#state/run/results.ts";
import { areOfOneQuestion, mapClaims } from "#state/link/reading/map-claims.ts";
import { claimsAbout, findingOf } from "#state/link/shown-claims.ts";
import type { Subject } from "#state/subject.ts";
import type { ColourScale } from "#state/view.ts";
import { EFFECT_UNIT } from "../../exports/drawn.ts";
import type { Drawn } from "../../exports/drawn.ts";
import { ablationWords, ownShareText } from "../../shared/words/ablation-words.ts";
import { changesText } from "../../shared/words/part-name.ts";
import { tokenText } from "../../shared/words/token-text.ts";
import { HEAD_COLUMNS, headRows } from "../head-columns.tsx";
import type { HeadRow } from "../head-columns.tsx";
import { plain, tableOf } from "../../shared/table/columns.tsx";

/** Of both maps in a file, with what stands between them. */
const EXPORT_PX = 984;

/** A map of heads with what it is about. */
export interface MapBeside {
  readonly title: string;
  readonly target: string;
  readonly about: Subject;
  readonly sweep: HeadSweep;
  /** [layer][head], nats; NaN where it is not known yet. */
  readonly effects: readonly (readonly number[])[];
}

const NONE = { value: undefined, about: undefined };

/** The page's own map and, where it is there, the one beside it; not one of another question, as beside a map that was stopped or is still to be computed anew. */
export function mapsBeside(
  own: Pick<Slot<HeadSweep>, "value" | "about">,
  other: Pick<Slot<HeadSweep>, "value" | "about">,
): readonly MapBeside[] {
  if (own.about && other.about && !areOfOneQuestion(own.about, other.about)) return mapsBeside(own, NONE);
  const areVariants = other.about !== undefined && own.about?.variant !== other.about.variant;
  return [own, other].flatMap(({ value, about }) => {
    if (!value || !about) return [];
    const title = `${about.prompt}${areVariants ? ` (${about.variant})` : ""}`;
    const target = tokenText(about.token?.text ?? "");
    return [{ title, target, about, sweep: value, effects: headEffects(value) }];
  });
}

/** What tells the two maps from each other, with its numbers. */
export function besideSentence([first, second]: readonly MapBeside[], isPlain = false): string {
  if (!first || !second) return "";
  const heads = headsApart(first.effects, second.effects);
  const [most] = heads;
  const isAll = heads.length === first.effects.flat().length;
  if (!most) return "No head is known in both maps yet.";
  const so = isAll ? "" : "So far: ";
  if (isAll && apart(most) < NEGLIGIBLE_NATS) {
    return isPlain
      ? "No head matters more in one of them than in the other."
      : `No head is worth more in one of them than in the other by more than ${nats(apart(most))} nats.`;
  }
  if (isPlain) {
    return (
      `${so}${formatHead(most.at)} differs most: without it ${first.target} after “${first.title}” is ${likelier(0 - most.here)}, ` +
      `and ${second.target} after “${second.title}” is ${likelier(0 - most.there)}.`
    );
  }
  return (
    `${so}${formatHead(most.at)} differs most: it is worth ${nats(most.here)} nats to ${first.target} after “${first.title}”, ` +
    `and ${nats(most.there)} to ${second.target} after “${second.title}”.`
  );
}

/** The colours of both: one limit for all their effects. */
export const sharedScale = (maps: readonly MapBeside[], kind: ColourScale, isDark: boolean) =>
  divergingScale(
    symmetricLimit(
      maps.flatMap(({ effects }) => effects.flat()),
      LEAST_LIMIT_NATS,
    ),
    kind,
    isDark,
  );

/** Each as it is drawn, on that one scale. */
export const drawnMaps = (
  maps: readonly MapBeside[],
  width: number,
  scale: ReturnType<typeof sharedScale>,
  isPlain: boolean,
) =>
  maps.map(({ title, effects }, index) => ({
    title,
    map: heatmap(effects, width, scale, {
      beside: maps.filter((_, place) => place !== index).flatMap((each) => each.effects),
      isPlain,
    }),
  }));

/** Two maps as they leave the page; undefined as long as there are not both. */
export function drawnBeside(maps: readonly MapBeside[], kind: ColourScale, slots: Slots): Drawn | undefined {
  const [first, second] = maps;
  if (!first || !second) return undefined;
  const { about } = first;
  const under = about.interventions.length > 0 ? `, with ${changesText(about.interventions)}` : "";
  const { prompt, variant, tokens } = second.about;
  const reading = {
    ...(under && { isUnder: true }),
    ...(prompt !== about.prompt && { other: prompt }),
    ...(variant !== about.variant && { otherVariant: variant }),
  };
  const isRecorded = slots[kindIn("sweep", about.interventions.length > 0)].isRecorded;
  const claimed = isRecorded ? [] : mapClaims({ own: first.sweep, other: second.sweep });
  return {
    name: "heads-beside",
    title: `What each head is worth to ${maps.map(({ title, target }) => `“${target}” after “${title}”`).join(" and to ")} in ${about.model.name}${under}`,
    says: (isPlain) => [
      besideSentence(maps, isPlain),
      ...new Set(maps.flatMap((each) => ownShareText(each.about.prompt, each.about.ablationSource) ?? [])),
      `Both on one scale. Blue supports the target, red works against it (${isPlain ? "" : "nats, "}${ablationWords(about.ablationSource).name}).`,
    ],
    origin: { kind: "computed", subject: about },
    link: { ...findingOf(about), view: "heads", reading, expected: { ...claimsAbout(about, slots), maps: claimed } },
    isAblating: true,
    settings: {
      complete: maps.every(({ sweep }) => isWhole(sweep)),
      colours: kind,
      beside: { prompt, variant, tokens: tokens.map(({ text }) => text), target: second.about.token },
    },
    unit: `log-probabilities in nats; ${EFFECT_UNIT}`,
    table: () =>
      tableOf(
        [plain<HeadRow & { readonly title: string }>({ key: "map" }, ({ title }) => title), ...HEAD_COLUMNS],
        maps.flatMap(({ title, sweep, effects }) => headRows(sweep, effects).map((row) => ({ ...row, title }))),
      ),
    notebook: "heads",
    figure: ({ width = EXPORT_PX, isDark, isPlain }) => {
      const scale = sharedScale(maps, kind, isDark);
      const { isStacked, mapPx } = pairRoom(width);
      return heatmapPair(drawnMaps(maps, mapPx, scale, isPlain), effectKey(scale, isPlain), {
        inks: figureInks(isDark),
        isStacked,
      });
    },
  };
}
