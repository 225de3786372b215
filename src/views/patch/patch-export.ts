import { figureInks } from "#charts/marks/figure-inks.ts";
import { gridMap } from "#charts/maps/grid-map.ts";
import { gridFigure } from "#charts/maps/grid-map-marks.ts";
import { changedPatch } from "#state/lab/patch-form.ts";
import type { DrawnPatch, LabSlot } from "#state/lab/tools.ts";
import { cellsOf, patchClaims } from "#state/link/patch/patch-claims.ts";
import { findingOf } from "#state/link/shown-claims.ts";
import { FILE_PX } from "../exports/drawn.ts";
import type { Drawn } from "../exports/drawn.ts";
import { tableOf } from "../shared/table/columns.tsx";
import { patchColumns } from "./patch-columns.ts";
import { METRIC_NAMES, METRIC_UNITS, SITE_NAMES, baseOf, gridNames, patchScale, patchSentence } from "./patch-words.ts";

/** Patches between two prompts as they leave the page, as far as they have been made. */
export function drawnPatch({ value, about }: LabSlot<DrawnPatch>): Drawn | undefined {
  if (!value || !about) return undefined;
  const { map, asked, prompt, isWhole } = value;
  const subject = { ...about, tokens: map.tokens.clean, token: map.answers[0] };
  return {
    name: "patching",
    title: `${SITE_NAMES[map.site]} patched between “${prompt}” and “${asked.corrupted}” in ${about.model.name}, ${map.direction}`,
    says: (isPlain) => [patchSentence(value, isPlain)],
    origin: { kind: "computed", subject },
    link: {
      ...findingOf(about),
      view: "patch",
      patch: changedPatch(asked),
      expected: isWhole ? { patch: patchClaims(value) } : {},
    },
    settings: {
      corrupted: asked.corrupted,
      corrupted_tokens: map.tokens.corrupted.map(({ text }) => text),
      site: map.site,
      ...(map.site === "z" && { position: asked.position ?? "all" }),
      direction: map.direction,
      metric: map.metric,
      answers: map.answers,
      clean_metric: map.clean,
      corrupted_metric: map.corrupted,
      forwards: map.forwards,
      complete: isWhole,
    },
    unit: `value: 0 is the corrupted prompt, 1 the clean one; metric: ${METRIC_NAMES[map.metric]}, ${METRIC_UNITS[map.metric]}`,
    table: () => tableOf(patchColumns(map), cellsOf(map, asked)),
    figure: ({ width = FILE_PX, isDark }) => {
      const { scale, key } = patchScale(map, isDark);
      const grid = gridMap(map.values, gridNames(map, asked), { width, scale, base: baseOf(map) });
      return gridFigure(grid, key, "0 corrupted, 1 clean", figureInks(isDark));
    },
  };
}
