import type { Legend } from "#charts/legend.ts";

/** The colours of a scale as wide as the page has room, with the numbers below them; a file has them as marks (`legend-marks.ts`). */
export function LegendStrip({ of: { stops, ticks } }: { readonly of: Legend }) {
  const gradient = stops.map(({ offset, colour }) => `${colour} ${offset * 100}%`).join(", ");
  return (
    <>
      <div className="legend-strip" style={{ background: `linear-gradient(to right, ${gradient})` }} />
      <div className="legend-ticks" aria-hidden="true">
        {ticks.map(({ at, label }) => (
          <span key={at} style={{ insetInlineStart: `${at * 100}%` }}>
            {label}
          </span>
        ))}
      </div>
    </>
  );
}
