import { useMemo, useState } from "react";
import { useStore } from "zustand";
import { figureInks } from "#charts/marks/figure-inks.ts";
import { ringOn } from "#charts/maps/heatmap-marks.ts";
import { lensCellAt } from "#charts/maps/lens-map.ts";
import type { LensMap } from "#charts/maps/lens-map.ts";
import { LENS_NORMS } from "#protocol/lens.ts";
import { LENS_CELLS } from "#state/link/finding.ts";
import type { LensCells } from "#state/link/finding.ts";
import { isStale, results } from "#state/run/results.ts";
import type { LogitLens } from "#state/run/results.ts";
import { clearReading, isDark, setReading, view } from "#state/view.ts";
import { DataTable } from "../shared/table/DataTable.tsx";
import { HeadsExports } from "../heads/export/HeadsExports.tsx";
import { Method } from "../shared/Method.tsx";
import { RunState } from "../shared/RunState.tsx";
import { CellGrid, stepped } from "../shared/figure/CellGrid.tsx";
import type { CellPlace } from "../shared/figure/CellGrid.tsx";
import { useWidth } from "../shared/figure/use-width.ts";
import { tokenText } from "../shared/words/token-text.ts";
import { usePlain } from "../shared/use-plain.ts";
import { ReadingClaims } from "./ReadingClaims.tsx";
import { lensColumns, lensRows } from "./reading-columns.tsx";
import { lensFigure } from "./reading-exports.ts";
import { NORM_WORDS, lensReadout, lensSentence } from "./reading-words.ts";
import { ChoiceGroup } from "../shared/controls/ChoiceGroup.tsx";
import "./reading.css";

const CELL_WORDS: Readonly<Record<LensCells, string>> = { top: "top token", target: "target’s rank" };
/** The same where places count from 1. */
const PLAIN_CELL_WORDS: typeof CELL_WORDS = { ...CELL_WORDS, target: "target’s place" };

/** What stands in the residual stream behind every layer, at every position. */
export function LensLook() {
  const slots = useStore(results);
  const reading = useStore(view, (state) => state.reading);
  const [host, width] = useWidth<HTMLDivElement>(720);
  const { lens: slot } = slots;
  const { value, about } = slot;
  const isPlain = usePlain();
  const target = tokenText(about?.token?.text ?? "");
  return (
    <div ref={host} className={isStale(slot) ? "stale" : ""} aria-busy={slot.status === "computing"}>
      <div className="reading-tools">
        <ChoiceGroup
          label="Scale of the final norm"
          options={LENS_NORMS}
          chosen={reading.norm}
          onChoose={(norm) => setReading({ norm })}
          textOf={(norm) => (norm === "own" ? "own norm" : "final norm")}
          titleOf={(norm) => NORM_WORDS[norm]}
        />
        <ChoiceGroup
          label="Cells show"
          options={LENS_CELLS}
          chosen={reading.cells}
          onChoose={(cells) => setReading({ cells })}
          textOf={(cells) => (isPlain ? PLAIN_CELL_WORDS : CELL_WORDS)[cells]}
        />
      </div>
      <RunState kind="lens" slot={slot} doing="Reading the residual stream" what="the lens" />
      <ReadingClaims />
      {value && about ? (
        <>
          <LensFigure
            lens={value}
            width={width}
            tokens={about.tokens.slice(value.first).map(({ text }) => tokenText(text))}
            target={target}
          />
          <p className="says">
            {lensSentence(value, target, isPlain)} Norm: {NORM_WORDS[value.norm]}.
            {value.first > 0 && ` The last ${value.layers[0]!.positions.length} positions are shown.`}
          </p>
          <footer className="panel-foot">
            <Method page="logit-lens">
              The residual behind the embedding and behind each layer, at each position, through the final norm and the
              unembedding: the token that would be most probable if the model stopped there, and the{" "}
              {isPlain ? "place (1: most probable) and probability" : "rank (0: most probable) and log-probability"} of
              the target. What is switched off is off here too. It says what stands in the stream, not who reads it.
            </Method>
            <details className="method">
              <summary>As a table</summary>
              <LensTable lens={value} target={target} />
            </details>
            <HeadsExports />
          </footer>
        </>
      ) : (
        <p className="empty">The lens fills in as soon as the prompt has an answer.</p>
      )}
    </div>
  );
}

interface LensFigureProps {
  readonly lens: LogitLens;
  readonly width: number;
  readonly tokens: readonly string[];
  readonly target: string;
}

/** The map. Pointer: a cell is read out, a click keeps it; keys: arrows move. */
function LensFigure({ lens, width, tokens, target }: LensFigureProps) {
  const dark = useStore(view, isDark);
  const isPlain = usePlain();
  const [hovered, setHovered] = useState<CellPlace>();
  const cells = useStore(view, ({ reading }) => reading.cells);
  const place = useStore(view, ({ reading }) => reading.place);
  const kept = place && { row: place.stage, col: place.position - lens.first };
  const keep = (cell: CellPlace | undefined) =>
    cell ? setReading({ place: { stage: cell.row, position: cell.col + lens.first } }) : clearReading("place");
  const map = useMemo(
    () => lensFigure(lens, cells, { tokens, width, inks: figureInks(dark), isDark: dark, isPlain }),
    [lens, cells, tokens, width, dark, isPlain],
  );
  const at = within(map, hovered ?? kept) ?? { row: map.rows - 1, col: map.columns - 1 };
  const readout = lensReadout(lens, { row: at.row, column: at.col }, { tokens, target, text: tokenText }, isPlain);
  return (
    <>
      <CellGrid
        className="lens-map"
        label="Logit lens: layers go down, positions to the right; arrows move"
        size={{ width: map.width, height: map.height }}
        rows={map.rows}
        cols={map.columns}
        marks={map.marks}
        at={at}
        text={readout}
        pointed={hovered}
        cellAt={(x, y) => {
          const cell = lensCellAt(map, x, y);
          return cell && { row: cell.row, col: cell.column };
        }}
        onStep={(step) => {
          setHovered(undefined);
          keep(stepped(at, step, { rows: map.rows, cols: map.columns }));
        }}
        onPoint={setHovered}
        onClick={keep}
        rings={[ringOn(map.boxOf(at.row, at.col), "lens-ring")]}
      />
      <p className="lens-readout small">{readout}</p>
    </>
  );
}

/** A cell that was kept of another prompt may not be there. */
const within = (map: LensMap, place: CellPlace | undefined): CellPlace | undefined =>
  place && place.row < map.rows && place.col >= 0 && place.col < map.columns ? place : undefined;

function LensTable({ lens, target }: { readonly lens: LogitLens; readonly target: string }) {
  const isPlain = usePlain();
  const last = lens.first + (lens.layers[0]?.positions.length ?? 0) - 1;
  return (
    <DataTable
      name="The lens at the last position"
      caption={`What stands at the last position, and how ${target} ranks there (${isPlain ? 1 : 0}: most probable)`}
      columns={lensColumns(target)}
      rows={lensRows(lens).filter(({ position }) => position === last)}
    />
  );
}
