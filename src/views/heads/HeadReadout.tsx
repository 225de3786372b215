import { useStore } from "zustand";
import { likelier } from "#charts/factor.ts";
import { nats, percents } from "#charts/number-format.ts";
import { formatHead } from "#model/ids.ts";
import { question, samePart, scaleOf, togglePart } from "#state/question.ts";
import { view } from "#state/view.ts";
import { usePlain } from "../shared/use-plain.ts";
import { scaleText } from "../shared/words/part-name.ts";

interface HeadReadoutProps {
  readonly effects: readonly (readonly number[])[];
  /** log p of the answer with every head, in nats. */
  readonly baseline: number;
}

/** Names the head under the pointer, or the kept one, with its number right below the map; the kept one also has its switch here, in one view with the map. */
export function HeadReadout({ effects, baseline }: HeadReadoutProps) {
  const isPlain = usePlain();
  const hovered = useStore(view, (state) => state.hovered);
  const selected = useStore(view, (state) => state.selected);
  const part = hovered ?? selected;
  const scale = useStore(question, (state) => (part ? scaleOf(state.interventions, part) : 1));
  const effect = part?.kind === "head" ? effects[part.at.layer]?.[part.at.head] : undefined;
  if (part?.kind !== "head" || effect === undefined) {
    return <p className="head-readout faint">Point at a head or tap it to read its number.</p>;
  }
  return (
    <p className="head-readout">
      <code>{formatHead(part.at)}</code>{" "}
      {Number.isNaN(effect) ? "not known yet" : <Worth effect={effect} baseline={baseline} isPlain={isPlain} />}
      {scale !== 1 && <span className="faint">, now {scaleText(scale)}</span>}{" "}
      {samePart(part, selected) && (
        <button type="button" onClick={() => togglePart(part)}>
          Switch it {scale === 1 ? "off" : "on"}
        </button>
      )}
    </p>
  );
}

interface WorthProps {
  readonly effect: number;
  readonly baseline: number;
  readonly isPlain: boolean;
}

function Worth({ effect, baseline, isPlain }: WorthProps) {
  if (!isPlain) return <strong>{`${nats(effect)} nats`}</strong>;
  const [from, to] = percents(Math.exp(baseline), Math.exp(baseline - effect));
  return (
    <>
      without it{" "}
      <strong>
        {from} → {to}
      </strong>
      , {likelier(0 - effect)}
    </>
  );
}
