import type { HeadSweep, Slot } from "#state/run/results.ts";
import type { ColourScale } from "#state/view.ts";
import { Exports } from "../exports/Exports.tsx";
import { drawnHeads } from "./heads-export.ts";

interface HeadsExportsProps {
  readonly slot: Slot<HeadSweep>;
  readonly scale: ColourScale;
}

export const HeadsExports = ({ slot, scale }: HeadsExportsProps) => <Exports drawn={drawnHeads(slot, scale)} />;
