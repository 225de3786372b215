import { useMemo } from "react";
import { useStore } from "zustand";
import { figureInks } from "#charts/marks/figure-inks.ts";
import { againstOf } from "#state/run/later/reading-demands.ts";
import { isStale, results } from "#state/run/results.ts";
import type { DirectLogits } from "#state/run/results.ts";
import { clearReading, isDark, setReading, view } from "#state/view.ts";
import { DataTable } from "../shared/table/DataTable.tsx";
import { headColumn } from "../shared/table/HeadLink.tsx";
import { neuronColumn } from "../shared/table/NeuronLink.tsx";
import { measure, plain } from "../shared/table/columns.tsx";
import type { Column } from "../shared/table/columns.tsx";
import { HeadsExports } from "../heads/export/HeadsExports.tsx";
import { Method } from "../shared/Method.tsx";
import { RunState } from "../shared/RunState.tsx";
import { useWidth } from "../shared/figure/use-width.ts";
import { changesText } from "../shared/words/part-name.ts";
import { tokenText } from "../shared/words/token-text.ts";
import { usePlain } from "../shared/use-plain.ts";
import { ReadingClaims } from "./ReadingClaims.tsx";
import { ScatterFigure } from "./ScatterFigure.tsx";
import { DIRECT, TOTAL, directHeads, directNeurons } from "./reading-columns.tsx";
import type { HeadDirect, NeuronDirect } from "./reading-columns.tsx";
import { againstTextOf, directScatter, effectsBeside } from "./reading-exports.ts";
import { DIAGONAL_WORDS, PLAIN_DIAGONAL_WORDS, capWords, directSentence } from "./reading-words.ts";
import "./reading.css";

const LISTED = 10;

/** Who writes the answer's logit, beside what is lost without them. */
export function DirectLook() {
  const slots = useStore(results);
  const selected = useStore(view, (state) => (state.selected?.kind === "head" ? state.selected.at : undefined));
  const dark = useStore(view, isDark);
  const [host, width] = useWidth<HTMLDivElement>(720);
  const { direct: slot } = slots;
  const { value, about } = slot;
  const effects = useMemo(() => effectsBeside(slots, about), [slots, about]);
  const isPlain = usePlain();
  const plot = useMemo(
    () => value && effects && directScatter(value, effects, { width, inks: figureInks(dark), selected, isPlain }),
    [value, effects, width, dark, selected, isPlain],
  );
  const target = tokenText(about?.token?.text ?? "");
  const againstText = againstTextOf(slots);
  const off = about && about.interventions.length > 0 ? ` With ${changesText(about.interventions)}.` : "";
  return (
    <div ref={host} className={isStale(slot) ? "stale" : ""} aria-busy={slot.status === "computing"}>
      <div className="reading-tools">
        <Against />
      </div>
      <RunState kind="direct" slot={slot} doing="Taking the logit apart" what="the direct effects" />
      <ReadingClaims />
      {value ? (
        <>
          {plot ? (
            <ScatterFigure plot={plot} label={`Direct effect of each head on ${target} against its total effect`} />
          ) : (
            <p className="empty">The total effects are still to come; the heads stand beside them then.</p>
          )}
          <p className="says">
            {directSentence(value, { target, against: againstText }, effects, isPlain)}
            {off}
          </p>
          <p className="small faint">
            {isPlain ? PLAIN_DIAGONAL_WORDS : DIAGONAL_WORDS} A head whose total effect is much the larger of the two is
            passed on by later parts. One whose total effect is much the smaller is undone or replaced by them, or{" "}
            {target} is so probable that a lost logit costs it little.
            {value.softcap !== undefined && ` ${capWords(value.softcap)}`}
          </p>
          <div className="reading-tables">
            <HeadRows direct={value} effects={effects} />
            <LayerRows direct={value} />
            {value.neurons && value.layer !== undefined && <NeuronRows direct={value} layer={value.layer} />}
          </div>
          <footer className="panel-foot">
            <Method page="direct-logits">
              Direct effect: what the part itself adds to the logit at the last position, ⟨what it writes, d⟩ with d the
              token’s row of the unembedding through the final norm at this run’s scale. Embedding, heads, neurons and
              biases add up to the logit exactly. Total effect: what log p(target) loses when the head is off and all
              that follows is computed again. The first is in logits, the second in nats.
            </Method>
            <HeadsExports />
          </footer>
        </>
      ) : (
        <p className="empty">The direct effects fill in as soon as the prompt has an answer.</p>
      )}
    </div>
  );
}

/** The target’s logit alone, or less that of another token: one of the most probable, or the one that a link names. */
function Against() {
  const prediction = useStore(results, (slots) => slots.prediction.value);
  const reading = useStore(view, (state) => state.reading);
  if (!prediction) return null;
  const against = againstOf(reading, prediction.target.id);
  const others = prediction.top.filter(({ id }) => id !== prediction.target.id);
  const isListed = against === undefined || others.some(({ id }) => id === against);
  return (
    <label title="The difference of two logits: what is added to all tokens alike falls out">
      <span>logit of {tokenText(prediction.target.text)}, less that of</span>
      <select
        value={against ?? ""}
        onChange={({ target: { value } }) =>
          value === "" ? clearReading("against") : setReading({ against: Number(value) })
        }
      >
        <option value="">no other</option>
        {others.map(({ id, text }) => (
          <option key={id} value={id}>
            {tokenText(text)}
          </option>
        ))}
        {!isListed && <option value={against}>token {against}</option>}
      </select>
    </label>
  );
}

function HeadRows({ direct, effects }: { readonly direct: DirectLogits; readonly effects: number[][] | undefined }) {
  const rows = directHeads(direct, effects)
    .toSorted((a, b) => weight(b) - weight(a))
    .slice(0, LISTED);
  return (
    <DataTable
      name="Heads by direct and total effect"
      caption={`The ${rows.length} heads of largest effect, direct or total`}
      columns={HEAD_COLUMNS}
      rows={rows}
    />
  );
}

const HEAD_COLUMNS: readonly Column<HeadDirect>[] = [headColumn(), DIRECT, TOTAL];

const weight = ({ direct, total }: HeadDirect) => Math.max(Math.abs(direct), Number.isNaN(total) ? 0 : Math.abs(total));

interface LayerRow {
  readonly name: string;
  readonly attention: number | undefined;
  readonly ffn: number | undefined;
  /** Of a layer. */
  readonly layer?: number;
}

function LayerRows({ direct }: { readonly direct: DirectLogits }) {
  const opened = useStore(view, (state) => state.reading.layer);
  const rows: LayerRow[] = [
    { name: "embedding", attention: direct.embedding, ffn: undefined },
    ...direct.attention.map((attention, layer) => ({
      name: `L${layer}`,
      attention,
      ffn: direct.ffn[layer]!,
      layer,
    })),
    { name: "biases", attention: direct.bias, ffn: undefined },
    { name: "logit", attention: direct.total, ffn: undefined },
  ];
  return (
    <DataTable
      name="Layers by direct effect"
      caption="What adds up to the logit; a layer opens its neurons"
      columns={[
        {
          ...plain<LayerRow>({ label: "part" }, ({ name }) => name),
          show: ({ name, layer }) =>
            layer === undefined ? (
              name
            ) : (
              <button
                type="button"
                className="part-name"
                aria-pressed={opened === layer}
                onClick={() => (opened === layer ? clearReading("layer") : setReading({ layer }))}
              >
                {name}
              </button>
            ),
        },
        measure<LayerRow>({ label: "attention" }, "figures", (row) => row.attention),
        measure<LayerRow>({ label: "FFN" }, "figures", (row) => row.ffn),
      ]}
      rows={rows}
    />
  );
}

function NeuronRows({ direct, layer }: { readonly direct: DirectLogits; readonly layer: number }) {
  const rows = useMemo(
    () =>
      directNeurons(direct)
        .toSorted((a, b) => Math.abs(b.direct) - Math.abs(a.direct))
        .slice(0, LISTED),
    [direct],
  );
  return (
    <DataTable
      name={`Neurons of layer ${layer} by direct effect`}
      caption={`The ${rows.length} neurons of layer ${layer} of largest direct effect`}
      columns={NEURON_COLUMNS}
      rows={rows}
    />
  );
}

const NEURON_COLUMNS: readonly Column<NeuronDirect>[] = [neuronColumn(), DIRECT];
