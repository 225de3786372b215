import { figureInks } from "#charts/marks/figure-inks.ts";
import { lensMap } from "#charts/maps/lens-map.ts";
import { inNats } from "#charts/factor.ts";
import { figures, nats, percent } from "#charts/number-format.ts";
import { scatterPlot } from "#charts/plots/scatter-plot.ts";
import type { ScatterPlot, ScatterPoint } from "#charts/plots/scatter-plot.ts";
import type { FigureInks } from "#charts/marks/figure-inks.ts";
import { formatHead, isSameHead } from "#model/ids.ts";
import type { HeadId } from "#model/ids.ts";
import { headEffects } from "#state/effects.ts";
import { claimsAbout, findingOf } from "#state/link/shown-claims.ts";
import type { LensCells, ReadingSettings } from "#state/link/finding.ts";
import { changedReading, readingClaims, readingNumbers } from "#state/link/reading/reading-claims.ts";
import { kindIn } from "#state/run/results.ts";
import type { DirectLogits, HeadScores, LogitLens, Slots } from "#state/run/results.ts";
import { isSameRun, isSameSubject } from "#state/subject.ts";
import type { Subject } from "#state/subject.ts";
import { EFFECT_UNIT, FILE_PX } from "../exports/drawn.ts";
import type { Drawn } from "../exports/drawn.ts";
import { tableOf } from "../shared/table/columns.tsx";
import { tokenText } from "../shared/words/token-text.ts";
import { PART_COLUMNS, directParts, lensColumns, lensRows, scoreColumns, scoreRows } from "./reading-columns.tsx";
import type { HeadTable } from "./reading-columns.tsx";
import {
  DIAGONAL_WORDS,
  NORM_WORDS,
  PLAIN_DIAGONAL_WORDS,
  SCORE_WORDS,
  capWords,
  directSentence,
  lensSentence,
  scoresSentence,
  stageName,
} from "./reading-words.ts";

/** What heads are worth in the run that numbers are about: with what is ablated there staying ablated. */
export function effectsBeside(slots: Slots, about: Subject | undefined): number[][] | undefined {
  const { value, about: of } = slots[kindIn("sweep", about?.interventions.length !== 0)];
  return value && isSameSubject(of, about) ? headEffects(value) : undefined;
}

/** The run whose effects stand beside the scores: with what is ablated now, where anything is. */
export const scoredBeside = ({ sweep, sweepAblated, predictionAblated: after }: Slots) =>
  after.about && sweepAblated.about && after.status === "done" && after.about.interventions.length > 0
    ? sweepAblated.about
    : sweep.about;

/** The scores of the model that other numbers are of: those of a model that was there before say nothing of it. */
export const scoresBeside = ({ scores }: Slots, about: Subject | undefined): HeadScores | undefined =>
  about && isSameRun(scores.about, { ...about, prompt: "", target: undefined }) ? scores.value : undefined;

/** A link to a look, with the numbers that it claims. */
const linkTo = (slots: Slots, about: Subject, reading: ReadingSettings) => {
  const numbers = readingNumbers(slots, reading);
  const changed = changedReading(reading);
  return {
    ...findingOf(about),
    view: "heads" as const,
    ...(changed && { reading: changed }),
    expected: { ...claimsAbout(about, slots), ...(numbers && { reading: readingClaims(numbers, reading) }) },
  };
};

/** The lens as a map of cells. */
export function lensFigure(
  { layers }: LogitLens,
  cells: LensCells,
  options: {
    readonly tokens: readonly string[];
    readonly width: number;
    readonly inks: FigureInks;
    readonly isDark: boolean;
    readonly isPlain: boolean;
  },
) {
  const rows = layers.map(({ positions }) =>
    positions.map(({ top, rank, logProbability }) => {
      const title = `${tokenText(top.text)} ${percent(top.probability)}; target: ${options.isPlain ? `place ${rank + 1}, ${percent(Math.exp(logProbability))}` : `rank ${rank}, log p ${nats(logProbability)}`}`;
      return cells === "top"
        ? { label: tokenText(top.text), share: top.probability, title }
        : { label: `#${options.isPlain ? rank + 1 : rank}`, share: Math.exp(logProbability), title };
    }),
  );
  return lensMap(rows, { ...options, rows: layers.map((_, stage) => stageName(stage)), columns: options.tokens });
}

/** The lens as it leaves the page. */
export function drawnLens(slots: Slots, reading: ReadingSettings): Drawn | undefined {
  const { value, about } = slots.lens;
  if (!value || !about) return undefined;
  const settings = { ...reading, look: "lens", norm: value.norm } as const;
  const tokens = about.tokens.slice(value.first).map(({ text }) => tokenText(text));
  const target = tokenText(about.token?.text ?? "");
  return {
    name: "lens",
    title: `What the residual stream says after “${about.prompt}” in ${about.model.name}`,
    says: (isPlain) => [
      lensSentence(value, target, isPlain),
      `Rows: the embedding, then behind each layer; columns: positions. ${reading.cells === "top" ? "The most probable token, in the colour of its probability" : `The ${isPlain ? "place" : "rank"} of “${target}”, in the colour of its probability`}; ${NORM_WORDS[value.norm]}.`,
    ],
    origin: { kind: "computed", subject: about },
    link: linkTo(slots, about, settings),
    settings: { norm: value.norm, first_position: value.first },
    unit: "probabilities from 0 to 1; log-probabilities in nats; rank 0 is the most probable token",
    table: () => tableOf(lensColumns(target), lensRows(value)),
    figure: ({ width = FILE_PX, isDark, isPlain }) =>
      lensFigure(value, reading.cells, { tokens, width, inks: figureInks(isDark), isDark, isPlain }),
  };
}

/** Heads by two numbers. */
const pointsOf = (x: HeadTable, y: HeadTable, selected: HeadId | undefined): ScatterPoint[] =>
  x.flatMap((row, layer) =>
    row.map((value, head) => ({
      name: formatHead({ layer, head }),
      x: value,
      y: y[layer]?.[head] ?? Number.NaN,
      isMarked: selected !== undefined && isSameHead(selected, { layer, head }),
    })),
  );

interface ScatterRoom {
  readonly width: number;
  readonly inks: FigureInks;
  readonly selected?: HeadId | undefined;
  /** The effect as a factor, not in nats. */
  readonly isPlain: boolean;
}

const totalAxis = (isPlain: boolean) => ({
  name: isPlain ? "the answer without the head" : "total effect, nats",
  format: (effect: number) => inNats(effect, "effect", isPlain),
});

/** Direct effect against total effect, with the line on which they are equal. */
export const directScatter = (
  { heads }: DirectLogits,
  effects: HeadTable,
  { width, inks, selected, isPlain }: ScatterRoom,
): ScatterPlot =>
  scatterPlot(pointsOf(heads, effects, selected), {
    width,
    inks,
    x: { name: "direct effect, logits", format: figures },
    y: totalAxis(isPlain),
    hasDiagonal: true,
  });

/** Where a head looks against what it is worth. */
export const scoreScatter = (
  score: HeadTable,
  effects: HeadTable,
  name: string,
  { width, inks, selected, isPlain }: ScatterRoom,
): ScatterPlot =>
  scatterPlot(pointsOf(score, effects, selected), {
    width,
    inks,
    x: { name: `score: ${name}`, format: percent, domain: [0, 1] },
    y: totalAxis(isPlain),
  });

/** The token that direct effects are counted against, where there is one. */
export function againstTextOf({ direct, prediction }: Slots): string | undefined {
  const against = direct.value?.against;
  const listed = prediction.value?.top.find(({ id }) => id === against);
  return against === undefined ? undefined : tokenText(listed?.text ?? `token ${against}`);
}

/** Direct effects as they leave the page. */
export function drawnDirect(
  slots: Slots,
  reading: ReadingSettings,
  againstText: string | undefined,
): Drawn | undefined {
  const { value, about } = slots.direct;
  if (!value || !about) return undefined;
  // as the numbers were asked for, whatever is chosen by now
  const { against: _, layer: __, ...others } = reading;
  const settings = {
    ...others,
    look: "direct",
    ...(value.against !== undefined && { against: value.against }),
    ...(value.layer !== undefined && { layer: value.layer }),
  } as const;
  const target = tokenText(about.token?.text ?? "");
  const effects = effectsBeside(slots, about);
  return {
    name: "direct",
    title: `Who writes “${target}” after “${about.prompt}” in ${about.model.name}`,
    says: (isPlain) => [
      directSentence(value, { target, against: againstText }, effects, isPlain),
      `Direct effect: what a part adds to the logit by itself, at the final norm’s scale in this run. Total effect: what ${isPlain ? "becomes of the answer" : "log p loses"} without the part.`,
      isPlain ? PLAIN_DIAGONAL_WORDS : DIAGONAL_WORDS,
      ...(value.softcap === undefined ? [] : [capWords(value.softcap)]),
    ],
    origin: { kind: "computed", subject: about },
    link: linkTo(slots, about, settings),
    isAblating: true,
    settings: { total: value.total, ...(value.against !== undefined && { against: value.against }) },
    unit: `direct effects in logits; ${EFFECT_UNIT}`,
    table: () => tableOf(PART_COLUMNS, directParts(value, effects)),
    figure: ({ width = FILE_PX, isDark, isPlain }) =>
      directScatter(value, effects ?? [], { width, inks: figureInks(isDark), isPlain }),
  };
}

/** Scores beside effects as they leave the page, about the prompt whose effects they are. */
export function drawnScores(slots: Slots, reading: ReadingSettings, about: Subject | undefined): Drawn | undefined {
  const value = scoresBeside(slots, about);
  const effects = effectsBeside(slots, about);
  if (!value || !about || !effects) return undefined;
  const { name, asks } = SCORE_WORDS[reading.score];
  return {
    name: "head-scores",
    title: `Where heads look, and what they are worth after “${about.prompt}” in ${about.model.name}`,
    says: (isPlain) => [
      scoresSentence(value, reading.score),
      `Score “${name}”: mean attention to ${asks}, on texts drawn with seed ${value.seed}, whatever the prompt. Effect: what ${isPlain ? "becomes of the answer" : "log p loses"} on this prompt without the head.`,
    ],
    origin: { kind: "computed", subject: about },
    link: linkTo(slots, about, { ...reading, look: "scores" }),
    isAblating: true,
    settings: { seed: value.seed, score: reading.score },
    unit: `scores are shares of attention, 0 to 1; ${EFFECT_UNIT}`,
    table: () => tableOf(scoreColumns(value, reading.score), scoreRows(value, effects)),
    figure: ({ width = FILE_PX, isDark, isPlain }) =>
      scoreScatter(value.scores[reading.score]?.score ?? [], effects, name, {
        width,
        inks: figureInks(isDark),
        isPlain,
      }),
  };
}
