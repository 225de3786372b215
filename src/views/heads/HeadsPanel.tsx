import { useMemo } from "react";
import { useStore } from "zustand";
import { divergingScale, symmetricLimit } from "#charts/colour.ts";
import { heatmap } from "#charts/maps/heatmap.ts";
import { legend } from "#charts/legend.ts";
import { headEffects } from "#state/effects.ts";
import { model } from "#state/model/model.ts";
import { exampleParts, jumpTo } from "#state/parts.ts";
import { question } from "#state/question.ts";
import { isStale, results } from "#state/run/results.ts";
import type { HeadSweep, Slot } from "#state/run/results.ts";
import { askAgain, stopRun } from "#state/run/runner.ts";
import { pursueNow } from "#state/run/session.ts";
import { isSameQuestion } from "#state/subject.ts";
import { COLOUR_SCALES, isDark, setColourScale, view } from "#state/view.ts";
import { ablationWords } from "../shared/words/ablation-words.ts";
import { Exports } from "../exports/Exports.tsx";
import { Method } from "../shared/Method.tsx";
import { RecordedTag } from "../shared/RecordedTag.tsx";
import { ProgressLine } from "../shared/ProgressLine.tsx";
import { offText } from "../shared/words/part-name.ts";
import { tokenText } from "../shared/words/token-text.ts";
import { useTyped } from "../shared/text/use-typed.tsx";
import { useWidth } from "../shared/figure/use-width.ts";
import { HeadReadout } from "./HeadReadout.tsx";
import { HeadTable } from "./HeadTable.tsx";
import { HeatmapFigure } from "./HeatmapFigure.tsx";
import { HeatmapLegend } from "./HeatmapLegend.tsx";
import { LEAST_LIMIT_NATS, drawnHeads } from "./heads-export.ts";
import { sweepSentence } from "./sweep-sentence.ts";
import "./heads.css";

/** Which heads carry the answer: log p(target) with each one off, against the run as it is. */
export function HeadsPanel() {
  const slot = useStore(results, (slots) => slots.sweep);
  return (
    <section aria-label="Heads" className="panel heads">
      <header className="panel-head">
        <h2>
          What each head is worth to{" "}
          {slot.value ? <code>{tokenText(slot.about?.token?.text ?? "")}</code> : "the answer"}
        </h2>
        {slot.isRecorded && <RecordedTag />}
        <span className="panel-tools">
          <GoToHead />
          <ColourScaleChoice />
        </span>
      </header>
      {slot.value ? (
        <Sweep slot={slot} />
      ) : (
        <>
          <p className="empty">The map of heads fills in as soon as a model is loaded.</p>
          <SweepState slot={slot} />
        </>
      )}
    </section>
  );
}

function Sweep({ slot }: { readonly slot: Slot<HeadSweep> }) {
  const target = slot.about?.token?.text ?? "";
  const [host, width] = useWidth<HTMLDivElement>(720);
  const kind = useStore(view, (state) => state.colourScale);
  const dark = useStore(view, isDark);
  const value = slot.value!;
  const isAwaited = slot.status === "computing" || isStale(slot);
  const effects = useMemo(() => headEffects(value), [value]);
  const earlier = useMemo(() => (slot.previous ? headEffects(slot.previous) : undefined), [slot.previous]);
  // the numbers of another question are not this one's, and would set its scale
  const isOfThis = isSameQuestion(slot.previousAbout, slot.about);
  const ghost = isAwaited && isOfThis && earlier && haveSameShape(earlier, effects) ? earlier : undefined;
  const limit = symmetricLimit([...effects, ...(ghost ?? [])].flat(), LEAST_LIMIT_NATS);
  const scale = useMemo(() => divergingScale(limit, kind, dark), [limit, kind, dark]);
  const map = useMemo(() => heatmap(effects, width, scale), [effects, width, scale]);
  const below = useMemo(() => ghost && heatmap(ghost, width, scale), [ghost, width, scale]);
  const sentence = sweepSentence(effects, tokenText(target), slot.status);
  const key = legend(scale);
  const ablationSource = slot.about?.ablationSource;
  const ablation = ablationWords(ablationSource);
  return (
    <div ref={host} className={isStale(slot) ? "stale" : ""} aria-busy={slot.status === "computing"}>
      <WhateverIsOff />
      <HeatmapFigure map={map} below={below} />
      {!map.hasNumbers && <HeadReadout effects={effects} />}
      <div className="heads-foot">
        <HeatmapLegend legend={key} target={tokenText(target)} />
        <div className="heads-says">
          <p className="says">
            {sentence} {ablationSource && `A head that is off ${ablation.becomes}.`}
          </p>
          <SweepState slot={slot} />
        </div>
      </div>
      <footer className="panel-foot">
        <Method>
          Each head’s output {ablation.becomes}, before the output projection ({ablation.name} of <code>hook_z</code>),
          one head at a time and without the other interventions. Effect = log p(target) of the run as it is − log
          p(target) without the head, in nats; Σ adds up a layer’s effects, which is not the effect of switching the
          whole layer off.
        </Method>
        <HeadTable effects={effects} />
        <Exports drawn={drawnHeads(slot, kind)} />
      </footer>
    </div>
  );
}

/** The map stays that of the model as it is, and says so where somebody could expect another. */
function WhateverIsOff() {
  const interventions = useStore(question, (state) => state.interventions);
  if (interventions.length === 0) return null;
  return (
    <p className="small">
      The map is of the model with nothing switched off: <strong>{offText(interventions)}</strong> changes none of its
      numbers.
    </p>
  );
}

const haveSameShape = (a: readonly (readonly number[])[], b: readonly (readonly number[])[]) =>
  a.length === b.length && a[0]?.length === b[0]?.length;

function SweepState({ slot }: { readonly slot: Slot<HeadSweep> }) {
  if (slot.status === "computing")
    return (
      <ProgressLine doing="Switching heads off, one by one" progress={slot.progress} onStop={() => stopRun("sweep")} />
    );
  if (slot.status !== "stopped" && slot.status !== "failed") return null;
  return (
    <div className="run-progress">
      <span className="small">
        {slot.status === "stopped" ? "Stopped." : "Not finished."}{" "}
        {slot.value && !isStale(slot) ? "What has arrived is shown." : "Nothing of this map has arrived."}
      </span>
      <button
        type="button"
        onClick={() => {
          askAgain("sweep");
          pursueNow();
        }}
      >
        Run again
      </button>
    </div>
  );
}

function GoToHead() {
  const field = useTyped(jumpTo);
  // the example follows the model
  useStore(model, (state) => state.info);
  return (
    <form className="with-complaint" onSubmit={field.submit}>
      <input
        className="go-to"
        aria-label="Go to head"
        placeholder={`go to ${exampleParts().head}`}
        spellCheck={false}
        autoComplete="off"
        {...field.props}
      />
      {field.complaint}
    </form>
  );
}

function ColourScaleChoice() {
  const chosen = useStore(view, (state) => state.colourScale);
  return (
    <span role="group" aria-label="Colour scale" className="choice">
      {COLOUR_SCALES.map((kind) => (
        <button
          key={kind}
          type="button"
          aria-pressed={kind === chosen}
          title={
            kind === "log"
              ? "Tells small effects apart: logarithmic, linear around 0"
              : "Colour in proportion to the effect"
          }
          onClick={() => setColourScale(kind)}
        >
          {kind}
        </button>
      ))}
    </span>
  );
}
