import { Suspense, useMemo } from "react";
import { useStore } from "zustand";
import { divergingScale, symmetricLimit } from "#charts/colour.ts";
import { heatmap, LEAST_LIMIT_NATS } from "#charts/maps/heatmap.ts";
import { isLargeMap } from "#charts/zoom/large-map.ts";
import { headEffects, rankedHeads } from "#state/effects.ts";
import { opened } from "#state/link/opened.ts";
import { LOOKS } from "#state/link/finding.ts";
import type { Look } from "#state/link/finding.ts";
import { exampleParts, model } from "#state/model/model.ts";
import { question } from "#state/question.ts";
import { isStale, kindIn, results } from "#state/run/results.ts";
import type { HeadSweep, Slot } from "#state/run/results.ts";
import { isSameQuestion } from "#state/subject.ts";
import { COLOUR_SCALES, isDark, setColourScale, setReading, view } from "#state/view.ts";
import { ablationWords } from "../shared/words/ablation-words.ts";
import { Method } from "../shared/Method.tsx";
import { RecordedTag } from "../shared/RecordedTag.tsx";
import { Guard } from "../shared/Guard.tsx";
import { usePlain } from "../shared/use-plain.ts";
import { RunState } from "../shared/RunState.tsx";
import { later, laterPart } from "../shared/later.tsx";
import { tokenText } from "../shared/words/token-text.ts";
import { typedParts } from "../shared/text/typed-parts.ts";
import { useTyped } from "../shared/text/use-typed.tsx";
import { useAwaited } from "../shared/use-awaited.ts";
import { useWidth } from "../shared/figure/use-width.ts";
import { HeadTable } from "./HeadTable.tsx";
import { HeatmapFigure } from "./HeatmapFigure.tsx";
import type { HeatmapFigureProps } from "./HeatmapFigure.tsx";
import { sweepSentence } from "./export/sweep-sentence.ts";
import { ChoiceGroup } from "../shared/controls/ChoiceGroup.tsx";
import "./heads.css";

const HeadReadout = laterPart(
  "the number of a head",
  async () => (await import("./HeadReadout.tsx")).HeadReadout,
  <p className="head-readout" />,
);
const SweptInterventions = laterPart(
  "which run the map is of",
  async () => (await import("./SweptInterventions.tsx")).SweptInterventions,
);
const OtherWorthLine = laterPart(
  "the other worth of a head",
  async () => (await import("./OtherWorthLine.tsx")).OtherWorthLine,
  <p className="small other-worth" />,
);
const HeatmapLegend = laterPart(
  "the key of the map",
  async () => (await import("./HeatmapLegend.tsx")).HeatmapLegend,
  <figure className="legend" />,
);
const HeadsMethod = laterPart("how the map is computed", async () => (await import("./HeadsMethod.tsx")).HeadsMethod);
const Zoomed = later(async () => (await import("./ZoomedHeatmap.tsx")).ZoomedHeatmap);
const HeadsExports = laterPart(
  "the files of the map",
  async () => (await import("./export/HeadsExports.tsx")).HeadsExports,
);
const BesideMaps = laterPart("the two maps", async () => (await import("./beside/BesideMaps.tsx")).BesideMaps);
const BesideControls = laterPart(
  "the way to a second map",
  async () => (await import("./beside/BesideControls.tsx")).BesideControls,
);

/** The looks that the first map does not need, each a chunk of its own. */
const LATER = {
  direct: later(async () => (await import("../reading/DirectLook.tsx")).DirectLook),
  scores: later(async () => (await import("../reading/ScoresLook.tsx")).ScoresLook),
  lens: later(async () => (await import("../reading/LensLook.tsx")).LensLook),
} as const;

const HINTS = {
  effect: "What is lost with each head off",
  direct: "What each part writes into the answer’s logit itself",
  scores: "What each head looks at, whatever the prompt",
  lens: "What stands in the residual stream behind every layer",
} as const satisfies Record<Look, string>;

/** Heads and the stream that they write into: log p(target) with each head ablated, and what is read of them otherwise. */
export function HeadsPanel() {
  const look = useStore(view, (state) => state.reading.look);
  return (
    <section aria-label="Heads" className="panel heads">
      <header className="panel-head">
        <Title look={look} />
        <span className="panel-tools">
          <LookChoice look={look} />
          {look === "effect" && (
            <>
              <GoToHead />
              <ColourScaleChoice />
            </>
          )}
        </span>
      </header>
      {look === "effect" ? <Effect /> : <OtherLook key={look} look={look} />}
    </section>
  );
}

function Title({ look }: { readonly look: Look }) {
  const slot = useStore(results, (slots) => slots.sweep);
  const target = slot.value ? <code>{tokenText(slot.about?.token?.text ?? "")}</code> : "the answer";
  switch (look) {
    case "effect":
      return (
        <>
          <h2>What each head is worth to {target}</h2>
          {slot.isRecorded && <RecordedTag />}
        </>
      );
    case "direct":
      return <h2>Who writes {target}</h2>;
    case "scores":
      return <h2>What each head looks at</h2>;
    case "lens":
      return <h2>What the residual stream says</h2>;
    default:
      throw new Error(`heads: unknown look ${String(look satisfies never)}`);
  }
}

function LookChoice({ look }: { readonly look: Look }) {
  return (
    <ChoiceGroup
      label="Look at"
      options={LOOKS}
      chosen={look}
      onChoose={(each) => setReading({ look: each })}
      titleOf={(each) => HINTS[each]}
    />
  );
}

function OtherLook({ look }: { readonly look: keyof typeof LATER }) {
  const { Panel, renew } = LATER[look];
  return (
    <Guard what={`the look “${look}”`} onAgain={renew} onReset={() => setReading({ look: "effect" })}>
      <Suspense fallback={<p className="empty">It is on its way.</p>}>
        <Panel />
      </Suspense>
    </Guard>
  );
}

/** The map of the model as it is; where a person asks for it, with what is ablated staying ablated. */
function Effect() {
  const interventions = useStore(question, (state) => state.interventions);
  const isAsked = useStore(view, (state) => state.reading.isUnder);
  const isBeside = useStore(view, ({ reading: { other, otherVariant } }) => Boolean(other || otherVariant));
  const kind = kindIn("sweep", isAsked && interventions.length > 0);
  const slot = useStore(results, (slots) => slots[kind]);
  const awaited = useAwaited();
  return (
    <>
      {slot.value ? (
        isBeside ? (
          <BesideMaps slot={slot} kind={kind}>
            <SweptInterventions />
          </BesideMaps>
        ) : (
          <Sweep slot={slot} kind={kind} />
        )
      ) : (
        <>
          <SweptInterventions />
          <p className="empty">The map of heads fills in{awaited}.</p>
          <RunState kind={kind} slot={slot} doing={DOING} what="this map" />
        </>
      )}
      <UnderClaims />
    </>
  );
}

/** What a link claims of a map with parts ablated is checked like what it claims of the other looks, in their chunk. */
function UnderClaims() {
  const isClaimed = useStore(opened, ({ finding }) => finding?.expected.reading !== undefined);
  return isClaimed ? (
    <Suspense fallback={null}>
      <Claims.Panel />
    </Suspense>
  ) : null;
}

const Claims = later(async () => (await import("../reading/ReadingClaims.tsx")).ReadingClaims);
const DOING = "Switching heads off, one by one";

interface SweepProps {
  readonly slot: Slot<HeadSweep>;
  readonly kind: "sweep" | "sweepAblated";
}

function Sweep({ slot, kind: of }: SweepProps) {
  const target = slot.about?.token?.text ?? "";
  const [host, width] = useWidth<HTMLDivElement>(720);
  const kind = useStore(view, (state) => state.colourScale);
  const dark = useStore(view, isDark);
  const isPlain = usePlain();
  const value = slot.value!;
  const isAwaited = slot.status === "computing" || isStale(slot);
  const effects = useMemo(() => headEffects(value), [value]);
  const earlier = useMemo(() => (slot.previous ? headEffects(slot.previous) : undefined), [slot.previous]);
  // the numbers of another question are not this one's, and would set its scale
  const isOfThis = isSameQuestion(slot.previousAbout, slot.about);
  const ghost = isAwaited && isOfThis && earlier && haveSameShape(earlier, effects) ? earlier : undefined;
  const limit = symmetricLimit([...effects, ...(ghost ?? [])].flat(), LEAST_LIMIT_NATS);
  const scale = useMemo(() => divergingScale(limit, kind, dark), [limit, kind, dark]);
  const map = useMemo(() => heatmap(effects, width, scale, { isPlain }), [effects, width, scale, isPlain]);
  const below = useMemo(() => ghost && heatmap(ghost, width, scale, { isPlain }), [ghost, width, scale, isPlain]);
  const sentence = sweepSentence(effects, tokenText(target), slot.status, isPlain ? value.baseline : undefined);
  const [top] = rankedHeads(effects);
  const ablationSource = slot.about?.ablationSource;
  return (
    <div ref={host} className={isStale(slot) ? "stale" : ""} aria-busy={slot.status === "computing"}>
      <HeadMap map={map} below={below} />
      <HeadReadout effects={effects} baseline={value.baseline} />
      <SweptInterventions />
      <div className="heads-foot">
        <HeatmapLegend scale={scale} target={tokenText(target)} />
        <div className="heads-says">
          <p className="says">
            {sentence} {ablationSource && `A head that is off ${ablationWords(ablationSource).becomes}.`}
          </p>
          {of === "sweep" && top && slot.about && <OtherWorthLine {...top} about={slot.about} />}
          <RunState kind={of} slot={slot} doing={DOING} what="this map" />
        </div>
      </div>
      <footer className="panel-foot">
        <Method page="head-sweep">
          <HeadsMethod ablationSource={ablationSource} isBare={of === "sweep"} />
        </Method>
        <HeadTable effects={effects} />
        <HeadsExports />
      </footer>
      <BesideControls />
    </div>
  );
}

/** The map as it is drawn first; one of many heads gets its zoom when that has come. */
function HeadMap(props: HeatmapFigureProps) {
  const whole = <HeatmapFigure {...props} />;
  const { rows, columns } = props.map;
  if (!isLargeMap(rows.length, columns.length)) return whole;
  return (
    <Guard what="the zoom of the map" onAgain={Zoomed.renew}>
      <Suspense fallback={whole}>
        <Zoomed.Panel {...props} />
      </Suspense>
    </Guard>
  );
}

const haveSameShape = (a: readonly (readonly number[])[], b: readonly (readonly number[])[]) =>
  a.length === b.length && a[0]?.length === b[0]?.length;

function GoToHead() {
  const field = useTyped(async (text) => (await typedParts()).jumpTo(text));
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
    <ChoiceGroup
      label="Colour scale"
      options={COLOUR_SCALES}
      chosen={chosen}
      onChoose={setColourScale}
      titleOf={(kind) =>
        kind === "log"
          ? "Tells small effects apart: logarithmic, linear around 0"
          : "Colour in proportion to the effect"
      }
    />
  );
}
