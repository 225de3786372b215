import { useMemo, useState } from "react";
import { useStore } from "zustand";
import { figures } from "#charts/number-format.ts";
import { gridMap } from "#charts/maps/grid-map.ts";
import { patchForm } from "#state/lab/patch-form.ts";
import { lab } from "#state/lab/tools.ts";
import type { DrawnPatch, LabSlot } from "#state/lab/tools.ts";
import { asksTheSamePatch } from "#state/link/claims.ts";
import { opened } from "#state/link/opened.ts";
import { checkPatch, strongestCells } from "#state/link/patch/patch-claims.ts";
import { model } from "#state/model/model.ts";
import { question } from "#state/question.ts";
import { isDark, view } from "#state/view.ts";
import { DataTable } from "../shared/table/DataTable.tsx";
import { Exports } from "../exports/Exports.tsx";
import { useFigure } from "../exports/use-figure.ts";
import { LabProgress } from "../lab/LabProgress.tsx";
import { LegendStrip } from "../shared/figure/LegendStrip.tsx";
import { useWidth } from "../shared/figure/use-width.ts";
import { Method } from "../shared/Method.tsx";
import { Verdict } from "../shared/Verdict.tsx";
import { interventionsText } from "../shared/words/part-name.ts";
import { usePlain } from "../shared/use-plain.ts";
import { patchColumns } from "./patch-columns.ts";
import { patchFigure } from "./patch-figure.ts";
import { PatchFigure } from "./PatchFigure.tsx";
import { PatchForm } from "./PatchForm.tsx";
import {
  SITE_NAMES,
  baseOf,
  claimsText,
  gridNames,
  metricOf,
  metricText,
  patchScale,
  patchSentence,
} from "./patch-words.ts";
import { Prose } from "../guide/Term.tsx";
import "../lab/lab.css";
import "../heads/heads.css";
import "./patch.css";

/** What makes two prompts differ: activations of one in the place of the other's, one at a time. */
export function PatchPanel() {
  const slot = useStore(lab, (slots) => slots.patch);
  const { value, status } = slot;
  return (
    <section aria-label="Patch" className="panel patch">
      <header className="panel-head">
        <h2>What makes two prompts differ</h2>
      </header>
      <PatchForm />
      <SweptInterventions />
      <PatchClaims slot={slot} />
      <LabProgress kind="patch" doing="Patching, one place at a time" />
      {value ? (
        <Patches drawn={value} />
      ) : (
        status === "idle" && (
          <p className="empty">
            Two prompts that differ in one thing, token by token. Each cell of the map is the run of one with a single
            activation of the other: where the answer follows, that activation carries the difference.
          </p>
        )
      )}
    </section>
  );
}

/** A note that both prompts run as the model is: the page’s switches would be taken for a part of the map. */
function SweptInterventions() {
  const interventions = useStore(question, (state) => state.interventions);
  if (interventions.length === 0) return null;
  return (
    <p className="small">
      Patches are of the model with nothing switched off: <strong>{interventionsText(interventions)}</strong> changes
      none of their numbers.
    </p>
  );
}

function Patches({ drawn }: { readonly drawn: DrawnPatch }) {
  const { map, asked, prompt, isWhole } = drawn;
  const [host, width] = useWidth<HTMLDivElement>(720);
  const dark = useStore(view, isDark);
  const isPlain = usePlain();
  const { drawn: leaving } = useFigure(patchFigure);
  const { scale, key } = useMemo(() => patchScale(map, dark), [map, dark]);
  const grid = useMemo(
    () => gridMap(map.values, gridNames(map, asked), { width, scale, base: baseOf(map) }),
    [map, asked, width, scale],
  );
  return (
    <div ref={host} className="operand-plot" aria-busy={!isWhole}>
      <p className="small">
        {SITE_NAMES[map.site]}
        {map.site === "z" && (asked.position === undefined ? ", all positions" : `, position ${asked.position}`)}
        {": "}
        {map.direction === "denoise" ? (
          <>
            <code>{prompt}</code> into <code>{asked.corrupted}</code>
          </>
        ) : (
          <>
            <code>{asked.corrupted}</code> into <code>{prompt}</code>
          </>
        )}
      </p>
      <PatchFigure key={`${map.site} ${map.direction} ${asked.corrupted}`} drawn={drawn} map={grid} />
      <figure className="legend" aria-label="Legend of the patches">
        <LegendStrip of={key} />
        <figcaption>
          <span>
            {isPlain ? "0: as after the corrupted prompt, 1: as after the clean one" : "0 corrupted, 1 clean"}
          </span>
          <span>blue: towards the clean answer</span>
        </figcaption>
      </figure>
      <p className="says">
        <Prose>{patchSentence(drawn, isPlain)}</Prose>
      </p>
      <p className="small faint">
        Cost: {figures(map.forwards)} forwards of the prompt, the two prompts’ own included.
      </p>
      <footer className="panel-foot">
        <Method page="patching">
          One run goes on as it is, with one activation taken from the other prompt; everything behind it is computed
          anew. Value = (metric − corrupted) / (clean − corrupted), metric = {metricText(map)} at the last position.{" "}
          {(map.site === "resid_mid" || map.site === "resid_post") &&
            "Behind the last layer only the last position is read: patched there, any model gives the other prompt’s answer. "}
          All patches share one pass: each joins the batch at the layer that it touches.
        </Method>
        <PatchTable drawn={drawn} />
        <Exports drawn={leaving} />
      </footer>
    </div>
  );
}

/** Cells of the table on the screen; the file has all. */
const LISTED = 100;

function PatchTable({ drawn: { map, asked } }: { readonly drawn: DrawnPatch }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="method" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>As a table</summary>
      {isOpen && (
        <DataTable
          name="Table of the patches"
          caption={`The ${LISTED} that move the metric most, or all`}
          columns={patchColumns(map)}
          rows={strongestCells(map, asked, LISTED)}
        />
      )}
    </details>
  );
}

/** What the opened link claims of patches, and what this machine says to it. */
function PatchClaims({ slot }: { readonly slot: LabSlot<DrawnPatch> }) {
  const finding = useStore(opened, (state) => state.finding);
  useStore(question);
  const form = useStore(patchForm);
  useStore(model);
  const isPlain = usePlain();
  const claimed = finding?.expected.patch;
  if (!claimed || !asksTheSamePatch(finding)) return null;
  return (
    <Verdict
      claims={claimsText(slot.value?.map.metric ?? metricOf(form), claimed, isPlain)}
      check={checkPatch(finding, slot)}
    />
  );
}
