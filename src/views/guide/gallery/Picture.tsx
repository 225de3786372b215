import { useStore } from "zustand";
import { divergingScale, symmetricLimit } from "#charts/colour.ts";
import { nats, percent } from "#charts/number-format.ts";
import { topIndices } from "#core/numeric/top.ts";
import { formatHead, formatNeuron } from "#model/ids.ts";
import type { Bar, Thumbnail } from "#state/guide/gallery.ts";
import { isDark, view } from "#state/view.ts";
import { OPERATION_SIGNS } from "../../shared/words/operation-signs.ts";

/** A card's picture, drawn from the numbers of its finding, with a sentence for those who cannot see it. */
export function Picture({ of }: { readonly of: Thumbnail }) {
  switch (of.kind) {
    case "heads":
      return <Cells rows={of.effects} label={headsSentence(of.effects)} />;
    case "plot":
      return (
        <Cells
          rows={of.values}
          label={`Activation of ${formatNeuron(of.neuron)} after a+b=, rows a and columns b from 0 to 9`}
        />
      );
    case "bars":
      return <Bars bars={of.bars} unit={of.unit} />;
    case "stages":
      return <Stages stages={of.stages} />;
    default:
      throw new Error(`gallery: unknown picture ${String(of satisfies never)}`);
  }
}

function headsSentence(effects: readonly (readonly number[])[]): string {
  const width = effects[0]?.length ?? 1;
  const flat = effects.flat();
  const [most = 0] = topIndices(flat.map(Math.abs), 1);
  const at = { layer: Math.floor(most / width), head: most % width };
  return `What each head is worth: most ${formatHead(at)}, ${nats(flat[most] ?? 0)} nats`;
}

/** Sides of a cell, of which a hairline is left out. */
const CELL = 10;

function Cells({ rows, label }: { readonly rows: readonly (readonly number[])[]; readonly label: string }) {
  const dark = useStore(view, isDark);
  const { colour } = divergingScale(symmetricLimit(rows.flat()), "linear", dark);
  const [width, height] = [(rows[0]?.length ?? 0) * CELL, rows.length * CELL];
  return (
    <svg className="gallery-picture" role="img" aria-label={label} viewBox={`0 0 ${width} ${height}`}>
      {rows.flatMap((row, y) =>
        row.map((value, x) => (
          <rect
            key={`${y} ${x}`}
            x={x * CELL + 0.25}
            y={y * CELL + 0.25}
            width={CELL - 0.5}
            height={CELL - 0.5}
            fill={colour(value)}
          />
        )),
      )}
    </svg>
  );
}

const WRITE = { percent, nats, "of ten": (value: number) => `${value} of 10` } as const;
const WHOLE = { percent: 1, "of ten": 10, nats: undefined } as const;

const SIGNS: Readonly<Record<string, string>> = OPERATION_SIGNS;

interface BarsProps {
  readonly bars: readonly Bar[];
  readonly unit: keyof typeof WRITE;
}

function Bars({ bars, unit }: BarsProps) {
  const whole = WHOLE[unit] ?? Math.max(...bars.map(({ value }) => Math.abs(value)));
  return (
    <dl className="gallery-picture gallery-bars">
      {bars.map(({ label, value }) => (
        <div key={label}>
          <dt>{SIGNS[label] ?? label}</dt>
          <dd>
            <span className="gallery-track" aria-hidden="true">
              <span className="bar for" style={{ inlineSize: `${(Math.max(0, value) / whole) * 100}%` }} />
            </span>
            <span className="number">{WRITE[unit](value)}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

type StagesProps = Pick<Extract<Thumbnail, { readonly kind: "stages" }>, "stages">;

function Stages({ stages }: StagesProps) {
  return (
    <ol className="gallery-picture gallery-stages">
      {stages.map(({ name, hasEvidence, parts }) => (
        <li key={name} className={hasEvidence ? "" : "has-none"}>
          <span className="gallery-parts" aria-hidden="true">
            {Array.from({ length: Math.min(parts, MOST_PARTS) }, (_, part) => (
              <span key={part} />
            ))}
          </span>
          {name.replace("feature-", "feature ").replace("prediction-", "prediction ")}
          <small>{hasEvidence ? `${parts} ${parts === 1 ? "part" : "parts"}` : "no evidence"}</small>
        </li>
      ))}
    </ol>
  );
}

/** More are not counted at a look. */
const MOST_PARTS = 12;
