import { useMemo } from "react";
import { useStore } from "zustand";
import { thumbnailMap } from "#charts/maps/thumbnail-map.ts";
import { factor } from "#charts/factor.ts";
import { nats } from "#charts/number-format.ts";
import { topIndices } from "#core/numeric/top.ts";
import { formatHead, formatNeuron } from "#model/ids.ts";
import type { Thumbnail } from "#state/guide/gallery.ts";
import { isDark, view } from "#state/view.ts";
import { Marks } from "../../shared/figure/Marks.tsx";
import { usePlain } from "../../shared/use-plain.ts";
import { MOST_PARTS, writtenBars, writtenStage } from "./thumbnail.ts";
import type { WrittenBar } from "./thumbnail.ts";

/** A card's picture, drawn from the numbers of its finding, with a sentence for those who cannot see it. */
export function Picture({ of }: { readonly of: Thumbnail }) {
  const isPlain = usePlain();
  switch (of.kind) {
    case "heads":
      return <Cells rows={of.effects} label={headsSentence(of.effects, isPlain)} />;
    case "plot":
      return (
        <Cells
          rows={of.values}
          label={`Activation of ${formatNeuron(of.neuron)} after a+b=, rows a and columns b from 0 to 9`}
        />
      );
    case "bars":
      return <Bars bars={writtenBars(of)} />;
    case "stages":
      return <Stages stages={of.stages} />;
    default:
      throw new Error(`gallery: unknown picture ${String(of satisfies never)}`);
  }
}

function headsSentence(effects: readonly (readonly number[])[], isPlain: boolean): string {
  const width = effects[0]?.length ?? 1;
  const flat = effects.flat();
  const [most = 0] = topIndices(flat.map(Math.abs), 1);
  const at = { layer: Math.floor(most / width), head: most % width };
  const effect = flat[most] ?? 0;
  return isPlain
    ? `What becomes of the answer without each head: most without ${formatHead(at)}, ${factor(0 - effect)}`
    : `What each head is worth: most ${formatHead(at)}, ${nats(effect)} nats`;
}

function Cells({ rows, label }: { readonly rows: readonly (readonly number[])[]; readonly label: string }) {
  const dark = useStore(view, isDark);
  const { width, height, marks } = useMemo(() => thumbnailMap(rows, dark), [rows, dark]);
  return (
    <svg className="gallery-picture" role="img" aria-label={label} viewBox={`0 0 ${width} ${height}`}>
      <Marks marks={marks} />
    </svg>
  );
}

function Bars({ bars }: { readonly bars: readonly WrittenBar[] }) {
  return (
    <dl className="gallery-picture gallery-bars">
      {bars.map(({ label, value, length }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            <span className="gallery-track" aria-hidden="true">
              <span className="bar for" style={{ inlineSize: `${length * 100}%` }} />
            </span>
            <span className="number">{value}</span>
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
      {stages.map((stage) => {
        const { name, parts } = writtenStage(stage);
        return (
          <li key={name} className={stage.hasEvidence ? "" : "has-none"}>
            <span className="gallery-parts" aria-hidden="true">
              {Array.from({ length: Math.min(stage.parts, MOST_PARTS) }, (_, part) => (
                <span key={part} />
              ))}
            </span>
            {name}
            <small>{parts}</small>
          </li>
        );
      })}
    </ol>
  );
}
