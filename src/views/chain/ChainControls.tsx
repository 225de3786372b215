import { useId } from "react";
import { useStore } from "zustand";
import { likelier } from "#charts/factor.ts";
import { nats, percent } from "#charts/number-format.ts";
import type { Chain, ChainThresholds } from "#analysis/chain/chain.ts";
import { DEFAULT_THRESHOLDS } from "#analysis/chain/thresholds.ts";
import { formatHead } from "#model/ids.ts";
import {
  resetThresholds,
  setLeastShare,
  setMeasured,
  setOtherPrompt,
  setOtherVariant,
  setPredictingHead,
  setThreshold,
} from "#state/chain-view.ts";
import { readPart } from "#state/parts.ts";
import { exampleParts } from "#state/model/model.ts";
import { view } from "#state/view.ts";
import { OtherPrompt, OtherVariant } from "../shared/text/CompareWith.tsx";
import { useTyped } from "../shared/text/use-typed.tsx";
import { usePlain } from "../shared/use-plain.ts";
import { emptySentence } from "./words/stage-sentences.ts";

/** How the chain is looked at; all of it travels in the link. */
export function ChainControls({ chain }: { readonly chain: Chain | undefined }) {
  return (
    <div className="control-row chain-controls">
      <HeadChoice chain={chain} />
      <Beside />
      <LeastShare />
      <MeasureEdges isThere={chain === undefined || emptySentence(chain) === undefined} />
      <Thresholds />
    </div>
  );
}

/** The head that is explained as the predicting one: the most important, or any that is typed. */
function HeadChoice({ chain }: { readonly chain: Chain | undefined }) {
  const chosen = useStore(view, (state) => state.chain.head);
  const field = useTyped(chooseHead);
  const id = useId();
  const isPlain = usePlain();
  const heads = headsOf(chain);
  return (
    <form className="with-complaint" onSubmit={field.submit}>
      <label>
        <span>predicting head</span>
        <input
          className="go-to"
          list={id}
          spellCheck={false}
          autoComplete="off"
          placeholder={chosen || heads[0] ? formatHead(chosen ?? heads[0]!.head) : exampleParts().head}
          {...field.props}
        />
      </label>
      <datalist id={id}>
        {heads.map(({ head, effect }) => (
          <option key={formatHead(head)} value={formatHead(head)}>
            {isPlain ? likelier(0 - effect) : `effect ${nats(effect)} nats`}
          </option>
        ))}
      </datalist>
      <button type="submit" disabled={field.isEmpty}>
        Explain
      </button>
      {chosen && (
        <button type="button" className="quiet" onClick={() => setPredictingHead(undefined)}>
          Most important
        </button>
      )}
      {field.complaint}
    </form>
  );
}

function chooseHead(text: string): string | undefined {
  const read = readPart(text);
  if ("complaint" in read) return read.complaint;
  if (read.part.kind === "neuron") {
    return `“${text}” is a neuron; a chain is explained by a head, as ${exampleParts().head}.`;
  }
  setPredictingHead(read.part.at);
  return undefined;
}

/** Those that the sweep put first. */
function headsOf(chain: Chain | undefined) {
  const evidence = chain?.stages.find(({ name }) => name === "feature-predicting")?.evidence;
  return evidence?.stage === "feature-predicting" ? [evidence, ...evidence.runnersUp] : [];
}

function Beside() {
  const other = useStore(view, (state) => state.chain.other);
  const otherVariant = useStore(view, (state) => state.chain.otherVariant);
  return (
    <>
      <OtherPrompt other={other} onChoose={setOtherPrompt} />
      <OtherVariant chosen={otherVariant} onChoose={setOtherVariant} />
    </>
  );
}

function LeastShare() {
  const least = useStore(view, (state) => state.chain.leastShare);
  return (
    <label className="researcher">
      <span>fade edges below</span>
      <input
        type="range"
        min={0}
        max={1}
        step={0.05}
        value={least}
        aria-valuetext={percent(least)}
        onChange={(event) => setLeastShare(event.target.valueAsNumber)}
      />
      <span className="number">{percent(least)}</span>
    </label>
  );
}

/** A claim is one direct path; what each edge is worth is found by cutting it alone. */
function MeasureEdges({ isThere }: { readonly isThere: boolean }) {
  const isMeasured = useStore(view, (state) => state.chain.isMeasured ?? false);
  return (
    <button
      type="button"
      className="switch researcher"
      aria-pressed={isMeasured}
      // what was asked for on another prompt can be taken back
      disabled={!isThere && !isMeasured}
      title={
        isThere
          ? "Cuts each edge alone: its sender is taken away for its receiver only. Costs some half a forward for each edge."
          : "There is no chain here, and so no edge to cut"
      }
      onClick={() => setMeasured(!isMeasured)}
    >
      Measure the edges
    </button>
  );
}

const THRESHOLDS: readonly (readonly [name: keyof ChainThresholds, label: string, unit: string, step: number])[] = [
  ["headEffect", "the head’s loss costs at least", "nats", 0.1],
  ["promotingShare", "of ten neurons that promote the target, at least", "share", 0.1],
  ["neuronChange", "a deep neuron loses at least", "nats", 0.01],
  ["transferShare", "of what the head reads, a place brings at least", "share", 0.01],
  ["shallowShare", "of a feature, a shallow neuron writes at least", "share", 0.01],
  ["enhancingDrop", "without the lowest, the others fall by at least", "share", 0.01],
];

/** What it takes for a part to be drawn. */
function Thresholds() {
  const moved = useStore(view, (state) => state.chain.thresholds);
  return (
    <details className="method researcher">
      <summary>Thresholds{Object.keys(moved).length > 0 && " (moved)"}</summary>
      <div className="threshold-list">
        {THRESHOLDS.map(([name, label, unit, step]) => (
          <label key={name}>
            <span>{label}</span>
            <input
              type="number"
              min={0}
              step={step}
              value={moved[name] ?? DEFAULT_THRESHOLDS[name]}
              onChange={({ target: { valueAsNumber: typed } }) => {
                if (typed >= 0 && Number.isFinite(typed)) setThreshold(name, typed);
              }}
            />
            <span className="faint">{unit}</span>
          </label>
        ))}
        <button type="button" disabled={Object.keys(moved).length === 0} onClick={resetThresholds}>
          As they begin
        </button>
      </div>
    </details>
  );
}
