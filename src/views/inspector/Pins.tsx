import { useStore } from "zustand";
import { formatHead } from "#model/ids.ts";
import { headEffects } from "#state/effects.ts";
import { isStale, results } from "#state/run/results.ts";
import { select, togglePin, view } from "#state/view.ts";
import { Value } from "../shared/figure/Value.tsx";

/** Heads kept to compare with. */
export function Pins() {
  const pinned = useStore(view, (state) => state.pinned);
  const slot = useStore(results, (slots) => slots.sweep);
  const effects = slot.value ? headEffects(slot.value) : [];
  return (
    <ul className={isStale(slot) ? "pins stale" : "pins"} aria-label="Pinned heads">
      {pinned.map((at) => (
        <li key={formatHead(at)}>
          <button type="button" className="link" onClick={() => select({ kind: "head", at })}>
            {formatHead(at)}
          </button>
          <Value of={effects[at.layer]?.[at.head] ?? Number.NaN} as="effect" />
          <button
            type="button"
            className="quiet close"
            aria-label={`Unpin ${formatHead(at)}`}
            onClick={() => togglePin(at)}
          >
            ✕
          </button>
        </li>
      ))}
    </ul>
  );
}
