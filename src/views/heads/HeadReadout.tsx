import { useStore } from "zustand";
import { nats } from "#charts/number-format.ts";
import { formatHead } from "#model/ids.ts";
import { question, scaleOf } from "#state/question.ts";
import { view } from "#state/view.ts";
import { scaleText } from "../shared/words/part-name.ts";

/** The number of the head under the finger, right below a map whose cells have no room for numbers. */
export function HeadReadout({ effects }: { readonly effects: readonly (readonly number[])[] }) {
  const part = useStore(view, (state) => state.hovered ?? state.selected);
  const scale = useStore(question, (state) => (part ? scaleOf(state.interventions, part) : 1));
  const effect = part?.kind === "head" ? effects[part.at.layer]?.[part.at.head] : undefined;
  if (part?.kind !== "head" || effect === undefined) {
    return <p className="head-readout faint">Tap a head to read its number.</p>;
  }
  return (
    <p className="head-readout">
      <code>{formatHead(part.at)}</code>{" "}
      {Number.isNaN(effect) ? "not known yet" : <strong>{`${nats(effect)} nats`}</strong>}
      {scale !== 1 && <span className="faint">, now {scaleText(scale)}</span>}
    </p>
  );
}
