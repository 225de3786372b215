import { useStore } from "zustand";
import { figureInks } from "#charts/marks/figure-inks.ts";
import { HEAD_SCORES } from "#protocol/lens.ts";
import { isStale, results } from "#state/run/results.ts";
import type { HeadScores } from "#state/run/results.ts";
import { isDark, setReading, view } from "#state/view.ts";
import { DataTable } from "../shared/table/DataTable.tsx";
import { HeadsExports } from "../heads/export/HeadsExports.tsx";
import { Method } from "../shared/Method.tsx";
import { RunState } from "../shared/RunState.tsx";
import { useWidth } from "../shared/figure/use-width.ts";
import { tokenText } from "../shared/words/token-text.ts";
import { usePlain } from "../shared/use-plain.ts";
import { ReadingClaims } from "./ReadingClaims.tsx";
import { ScatterFigure } from "./ScatterFigure.tsx";
import { scoreColumns, scoreRows } from "./reading-columns.tsx";
import type { HeadTable } from "./reading-columns.tsx";
import { effectsBeside, scoreScatter, scoredBeside, scoresBeside } from "./reading-exports.ts";
import { SCORE_WORDS, scoresSentence } from "./reading-words.ts";
import { Prose } from "../guide/Term.tsx";
import { ChoiceGroup } from "../shared/controls/ChoiceGroup.tsx";
import "./reading.css";

const LISTED = 12;

/** What heads look at, whatever the prompt, beside what they are worth on this one. */
export function ScoresLook() {
  const slots = useStore(results);
  const reading = useStore(view, (state) => state.reading);
  const selected = useStore(view, (state) => (state.selected?.kind === "head" ? state.selected.at : undefined));
  const dark = useStore(view, isDark);
  const [host, width] = useWidth<HTMLDivElement>(720);
  const { scores: slot } = slots;
  const about = scoredBeside(slots);
  const value = scoresBeside(slots, about);
  const effects = effectsBeside(slots, about);
  const table = value?.scores[reading.score];
  const { name, asks } = SCORE_WORDS[reading.score];
  const isPlain = usePlain();
  const plot =
    table && effects && scoreScatter(table.score, effects, name, { width, inks: figureInks(dark), selected, isPlain });
  const target = tokenText(about?.token?.text ?? "");
  return (
    <div ref={host} className={isStale(slot) ? "stale" : ""} aria-busy={slot.status === "computing"}>
      <div className="reading-tools">
        <ChoiceGroup
          label="Score"
          options={HEAD_SCORES}
          chosen={reading.score}
          onChoose={(score) => setReading({ score })}
          textOf={(score) => SCORE_WORDS[score].name}
          titleOf={(score) => `Mean attention to ${SCORE_WORDS[score].asks}`}
        />
      </div>
      <RunState kind="scores" slot={slot} doing="Scoring heads on random tokens" what="the scores" />
      <ReadingClaims />
      {value ? (
        <>
          {plot && (
            <ScatterFigure plot={plot} label={`Score of each head (${name}) against its total effect on ${target}`} />
          )}
          <p className="says">
            <Prose>{scoresSentence(value, reading.score)}</Prose>
          </p>
          <p className="small faint">
            Across: a score, where the head looks on random texts. Up: a cause,{" "}
            {isPlain ? `what becomes of ${target}` : `what log p(${target}) loses`} on this prompt without the head.
          </p>
          {table && <ScoreRows value={value} effects={effects} chosen={reading.score} />}
          <footer className="panel-foot">
            <Method page="head-scores">
              Score: mean attention to {asks}, over the queries that have such a key; on four sequences of up to 50
              random tokens, each repeated once, and for “successor” on lists in random order, drawn with seed{" "}
              {value.seed}. It is a property of the model and no effect: nothing is switched off for it. Effect: as in
              the map of heads.
            </Method>
            <HeadsExports />
          </footer>
        </>
      ) : (
        <p className="empty">The scores fill in as soon as the prompt has an answer.</p>
      )}
    </div>
  );
}

interface ScoreRowsProps {
  readonly value: HeadScores;
  readonly effects: HeadTable | undefined;
  readonly chosen: keyof HeadScores["scores"];
}

function ScoreRows({ value, effects, chosen }: ScoreRowsProps) {
  const rows = scoreRows(value, effects)
    .toSorted((a, b) => b.scores[chosen]! - a.scores[chosen]!)
    .slice(0, LISTED);
  return (
    <div className="reading-tables">
      <DataTable
        name="Heads by score"
        caption={`The ${rows.length} heads of highest score “${SCORE_WORDS[chosen].name}”`}
        columns={scoreColumns(value, chosen)}
        rows={rows}
      />
    </div>
  );
}
