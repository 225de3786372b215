import { useMemo } from "react";
import type { ReactNode } from "react";
import { useStore } from "zustand";
import { figureInks } from "#charts/marks/figure-inks.ts";
import { pairRoom } from "#charts/maps/heatmap-pair.ts";
import { heatmapMarks, ringAround } from "#charts/maps/heatmap-marks.ts";
import { cellOf } from "#charts/maps/heatmap.ts";
import type { Heatmap } from "#charts/maps/heatmap.ts";
import { headsApart } from "#state/run/heads-apart.ts";
import type { HeadApart } from "#state/run/heads-apart.ts";
import { isStale, results } from "#state/run/results.ts";
import type { HeadSweep, Slot } from "#state/run/results.ts";
import { isDark, view } from "#state/view.ts";
import { forResearchers, measure } from "../../shared/table/columns.tsx";
import { DataTable } from "../../shared/table/DataTable.tsx";
import { headColumn } from "../../shared/table/HeadLink.tsx";
import { Marks } from "../../shared/figure/Marks.tsx";
import { useWidth } from "../../shared/figure/use-width.ts";
import { Method } from "../../shared/Method.tsx";
import { usePlain } from "../../shared/use-plain.ts";
import { RunState } from "../../shared/RunState.tsx";
import { HeadsExports } from "../export/HeadsExports.tsx";
import { HeadsMethod } from "../HeadsMethod.tsx";
import { HeatmapFigure } from "../HeatmapFigure.tsx";
import { HeatmapLegend } from "../HeatmapLegend.tsx";
import { BesideControls } from "./BesideControls.tsx";
import { MapClaims } from "./MapClaims.tsx";
import { besideSentence, drawnMaps, mapsBeside, sharedScale } from "./beside-maps.ts";
import "./beside.css";

const LISTED = 10;

interface BesideMapsProps {
  readonly slot: Slot<HeadSweep>;
  readonly kind: "sweep" | "sweepAblated";
  /** What is said above them. */
  readonly children: ReactNode;
}

/** The map of heads and that of a second prompt or variant, beside each other on one scale. */
export function BesideMaps({ slot, kind, children }: BesideMapsProps) {
  const otherSweep = useStore(results, (slots) => slots.otherSweep);
  const colours = useStore(view, (state) => state.colourScale);
  const dark = useStore(view, isDark);
  const [host, width] = useWidth<HTMLDivElement>(720);
  // that of an earlier question stands nowhere: its place is beside this one
  const other = isStale(otherSweep) ? undefined : otherSweep.value;
  const { value, about } = slot;
  const otherAbout = otherSweep.about;
  const maps = useMemo(
    () => mapsBeside({ value, about }, { value: other, about: otherAbout }),
    [value, about, other, otherAbout],
  );
  const isPlain = usePlain();
  const { isStacked, mapPx } = pairRoom(width);
  const scale = useMemo(() => sharedScale(maps, colours, dark), [maps, colours, dark]);
  const drawn = useMemo(() => drawnMaps(maps, mapPx, scale, isPlain), [maps, mapPx, scale, isPlain]);
  const [first, second] = drawn;
  return (
    <div ref={host} className={isStale(slot) ? "stale" : ""} aria-busy={slot.status === "computing"}>
      {children}
      <BesideControls />
      <div className={`beside-maps ${isStacked ? "is-narrow" : ""}`}>
        {first && (
          <figure>
            <figcaption>
              <code>{first.title}</code>
            </figcaption>
            <HeatmapFigure map={first.map} below={undefined} />
          </figure>
        )}
        {second ? <OtherMap {...second} /> : <p className="empty">The second map is still to come.</p>}
      </div>
      <div className="heads-foot">
        <HeatmapLegend scale={scale} target="the answer" />
        <div className="heads-says">
          <p className="says">{besideSentence(maps, isPlain)}</p>
          <RunState kind={kind} slot={slot} doing="Switching heads off, one by one" what="this map" />
          <RunState kind="otherSweep" slot={otherSweep} doing="The same in the second run" what="the second map" />
        </div>
      </div>
      {maps[0] && maps[1] && (
        <DataTable
          name="Heads that differ most"
          caption={`The ${LISTED} heads whose effects differ most`}
          columns={[
            headColumn<HeadApart>(),
            measure<HeadApart>({ label: `“${maps[0].title}”, nats` }, "effect", ({ here }) => here),
            measure<HeadApart>({ label: `“${maps[1].title}”, nats` }, "effect", ({ there }) => there),
            forResearchers(measure<HeadApart>({ label: "apart, nats" }, "effect", ({ here, there }) => here - there)),
          ]}
          rows={headsApart(maps[0].effects, maps[1].effects).slice(0, LISTED)}
        />
      )}
      <MapClaims />
      <footer className="panel-foot">
        <Method page="head-sweep">
          <HeadsMethod ablationSource={about?.ablationSource} isBare={kind === "sweep"} />
        </Method>
        <HeadsExports />
      </footer>
    </div>
  );
}

/** A picture: what is switched is of the page's own question. What the pointer rests on in the first map is ringed here too. */
function OtherMap({ title, map }: { readonly title: string; readonly map: Heatmap }) {
  const dark = useStore(view, isDark);
  const hovered = useStore(view, (state) => state.hovered);
  const marks = useMemo(() => heatmapMarks(map, figureInks(dark)), [map, dark]);
  const ring = hovered?.kind === "head" ? cellOf(map, hovered.at) : undefined;
  return (
    <figure>
      <figcaption>
        <code>{title}</code>
      </figcaption>
      <div className="heatmap-scroll">
        <svg
          className="heatmap"
          role="img"
          aria-label={`Effect of each head after ${title}`}
          width={map.width}
          height={map.height}
          viewBox={`0 0 ${map.width} ${map.height}`}
        >
          <Marks marks={marks} />
          <Marks marks={ring ? [ringAround(ring, "hover-ring")] : []} />
        </svg>
      </div>
    </figure>
  );
}
