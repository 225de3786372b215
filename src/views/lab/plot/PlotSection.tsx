import { useMemo } from "react";
import { useStore } from "zustand";
import { operandMap } from "#charts/maps/operand-map.ts";
import { plotScale } from "#charts/plots/plot-scale.ts";
import { lab } from "#state/lab/tools.ts";
import type { DrawnPlot, LabSlot, PlotQuantity } from "#state/lab/tools.ts";
import { isDark, view } from "#state/view.ts";
import { drawnPlot } from "../lab-exports.ts";
import { Exports } from "../../exports/Exports.tsx";
import { Method } from "../../shared/Method.tsx";
import { changesText } from "../../shared/words/part-name.ts";
import { LegendStrip } from "../../shared/figure/LegendStrip.tsx";
import { useWidth } from "../../shared/figure/use-width.ts";
import { LabProgress } from "../LabProgress.tsx";
import { OperandFigure } from "./OperandFigure.tsx";
import { PlotForm } from "./PlotForm.tsx";
import { PlotTable } from "./PlotTable.tsx";
import { usePlain } from "../../shared/use-plain.ts";
import { SCALE_KINDS, UNITS, plotSentence, quantityName } from "./plot-sentence.ts";
import { Prose } from "../../guide/Term.tsx";

/** One quantity over all pairs of operands. */
export function PlotSection() {
  const slot = useStore(lab, (slots) => slots.plot);
  const { value, status } = slot;
  return (
    <section aria-label="Operand plot" className="panel">
      <header className="panel-head">
        <h2>One number over all operands</h2>
      </header>
      <PlotForm />
      <LabProgress kind="plot" doing="Asking every pair of operands" />
      {value ? (
        <Plot plot={value} slot={slot} />
      ) : (
        status === "idle" && (
          <p className="empty">
            A map of a × b: where a neuron fires, where a head matters, where the answer is right. One look tells “when
            the answer is 8” from “when b is even”.
          </p>
        )
      )}
    </section>
  );
}

interface PlotProps {
  readonly plot: DrawnPlot;
  readonly slot: LabSlot<DrawnPlot>;
}

function Plot({ plot, slot }: PlotProps) {
  const { asked, values } = plot;
  const [host, width] = useWidth<HTMLDivElement>(720);
  const dark = useStore(view, isDark);
  const kind = asked.quantity.kind;
  const isPlain = usePlain();
  const scale = useMemo(
    () => plotScale(SCALE_KINDS[kind], values.flat(), dark, isPlain),
    [kind, values, dark, isPlain],
  );
  const map = useMemo(
    () => operandMap(values, { aFrom: asked.a.from, bFrom: asked.b.from, width, scale }),
    [values, asked, width, scale],
  );
  const name = quantityName(asked.quantity, isPlain);
  const sentence = plotSentence(plot, scale.text, isPlain);
  return (
    <div ref={host} className="operand-plot" aria-busy={plot.whole === undefined}>
      <p className="small">
        {name} in <code>{asked.template}</code>
        {(asked.interventions?.length ?? 0) > 0 && ` with ${changesText(asked.interventions ?? [])}`}
      </p>
      <OperandFigure plot={plot} map={map} scale={scale} />
      <figure className="legend" aria-label="Legend of the plot">
        <LegendStrip of={scale.legend} />
        <figcaption>
          <span>{LEGEND_WORDS[kind]}</span>
          <span className="faint">{isPlain && UNITS[kind] === "nats" ? "" : UNITS[kind]}</span>
        </figcaption>
      </figure>
      <p className="says">
        <Prose>{sentence}</Prose>
      </p>
      <footer className="panel-foot">
        <Method page="operand-plot">{METHODS[kind]}</Method>
        <PlotTable plot={plot} text={scale.text} />
        <Exports drawn={drawnPlot(slot)} />
      </footer>
    </div>
  );
}

const LEGEND_WORDS = {
  activation: "− red below 0, + blue above",
  head: "− red works against the answer, + blue supports it",
  probability: "darker: more certain of the answer",
  logProbability: "darker: more certain of the answer",
} satisfies Record<PlotQuantity["kind"], string>;

const BATCHED = "Prompts of one length run together in batches, so that a hundred cost little more than one.";
const ANSWER =
  "The answer is the first token of the right result; where the result is no whole number there is none, and the cell stays empty.";

const METHODS = {
  activation: `The neuron’s output at the last position of each prompt, before the down projection. ${BATCHED}`,
  head: `log p(answer) as it is − log p(answer) with the head off at every position, in nats, for each prompt. ${ANSWER} ${BATCHED}`,
  probability: `The probability of the right answer after each prompt. ${ANSWER} ${BATCHED}`,
  logProbability: `log p of the right answer after each prompt, in nats. ${ANSWER} ${BATCHED}`,
} satisfies Record<PlotQuantity["kind"], string>;
