import { useMemo } from "react";
import { useStore } from "zustand";
import { operandMap } from "#charts/operand-map.ts";
import { operandMapSvg } from "#charts/operand-map-svg.ts";
import { plotScale } from "#charts/plot-scale.ts";
import type { PlotScaleKind } from "#charts/plot-scale.ts";
import { lab } from "#state/lab/tools.ts";
import type { DrawnPlot, PlotQuantity } from "#state/lab/tools.ts";
import { isDark, view } from "#state/view.ts";
import { Exports, shareAddress } from "../exports/Exports.tsx";
import { Method } from "../shared/Method.tsx";
import { changesText } from "../shared/part-name.ts";
import { useWidth } from "../shared/use-width.ts";
import { LabProgress } from "./LabProgress.tsx";
import { OperandFigure } from "./OperandFigure.tsx";
import { PlotForm } from "./PlotForm.tsx";
import { PlotTable } from "./PlotTable.tsx";
import { cellsOf, plotSentence, quantityName } from "./plot-sentence.ts";

/** One quantity over all pairs of operands. */
export function PlotSection() {
  const { value, status } = useStore(lab, (slots) => slots.plot);
  return (
    <section aria-label="Operand plot" className="panel">
      <header className="panel-head">
        <h2>One number over all operands</h2>
      </header>
      <PlotForm />
      <LabProgress kind="plot" doing="Asking every pair of operands" />
      {value ? (
        <Plot plot={value} />
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

const SCALE_KINDS = {
  activation: "signed",
  head: "signedNats",
  probability: "probability",
  logProbability: "logProbability",
} satisfies Record<PlotQuantity["kind"], PlotScaleKind>;

const UNITS = { activation: "activation", head: "nats", probability: "", logProbability: "nats" } satisfies Record<
  PlotQuantity["kind"],
  string
>;

function Plot({ plot }: { readonly plot: DrawnPlot }) {
  const { asked, values } = plot;
  const [host, width] = useWidth<HTMLDivElement>(720);
  const dark = useStore(view, isDark);
  const kind = asked.quantity.kind;
  const scale = useMemo(() => plotScale(SCALE_KINDS[kind], values.flat(), dark), [kind, values, dark]);
  const from = { aFrom: asked.a.from, bFrom: asked.b.from };
  const map = useMemo(
    () => operandMap(values, { aFrom: asked.a.from, bFrom: asked.b.from, width, scale }),
    [values, asked, width, scale],
  );
  const name = quantityName(asked.quantity);
  const sentence = plotSentence(plot, scale.text);
  const svg = () => {
    const light = plotScale(SCALE_KINDS[kind], values.flat(), false);
    return operandMapSvg(operandMap(values, { ...from, width: 640, scale: light }), light.legend, UNITS[kind], {
      title: `${name} over a and b in “${asked.template}”`,
      caption: [sentence, shareAddress()],
    });
  };
  const gradient = scale.legend.stops.map(({ offset, colour }) => `${colour} ${offset * 100}%`).join(", ");
  return (
    <div ref={host} className="operand-plot" aria-busy={plot.whole === undefined}>
      <p className="small">
        {name} in <code>{asked.template}</code>
        {(asked.interventions?.length ?? 0) > 0 && ` with ${changesText(asked.interventions ?? [])}`}
      </p>
      <OperandFigure plot={plot} map={map} scale={scale} />
      <figure className="legend" aria-label="Legend of the plot">
        <div className="legend-strip" style={{ background: `linear-gradient(to right, ${gradient})` }} />
        <div className="legend-ticks" aria-hidden="true">
          {scale.legend.ticks.map(({ at, label }) => (
            <span key={at} style={{ insetInlineStart: `${at * 100}%` }}>
              {label}
            </span>
          ))}
        </div>
        <figcaption>
          <span>{LEGEND_WORDS[kind]}</span>
          <span className="faint">{UNITS[kind]}</span>
        </figcaption>
      </figure>
      <p className="says">{sentence}</p>
      <footer className="panel-foot">
        <Method>{METHODS[kind]}</Method>
        <PlotTable plot={plot} text={scale.text} />
        <Exports
          name="operand-plot"
          svg={svg}
          table={() => ({
            header: ["a", "b", "answer", "first_token", kind],
            rows: cellsOf(plot).map(({ a, b, answer, token, value }) => [a, b, answer ?? "", token, value]),
          })}
        />
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
