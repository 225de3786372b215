import type { HeadId } from "#model/ids.ts";
import { INKS } from "../colour.ts";
import type { FigureInks } from "../marks/figure-inks.ts";
import type { Box, HeatCell, Heatmap, HeatRow } from "./heatmap.ts";
import { MONO, group, text } from "../marks/mark.ts";
import type { Attributes, Mark } from "../marks/mark.ts";
import { nats } from "../number-format.ts";

/** How a head's cell stands on the page, where it is a control. */
export interface CellLook {
  /** 1: as the model has it, 0: off. */
  readonly scale: number;
  readonly isPinned: boolean;
  /** Roles, names and states for whoever does not see it. */
  readonly attrs: Attributes;
}

/** The page hides what bears it from whoever wants plain numbers; a file has it. */
const RESEARCHER = "researcher";
/** Sizes of the labels' face: a character's width, a line's height. */
const CHARACTER_PX = 6.6;
const LINE_PX = 14;

/**
 * Layers × heads with the sums beside them.
 *
 * @param lookOf left out: nothing can be done to a cell, and the whole is a picture without rows to walk through
 */
export function heatmapMarks(map: Heatmap, inks: FigureInks, lookOf?: (cell: HeatCell) => CellLook): Mark[] {
  const columns = map.columns.map(({ x, label }) =>
    text(x, 16, label, { "text-anchor": "middle", fill: inks.soft, "font-family": MONO }),
  );
  const sigma = text(map.sumNumberX, 16, "Σ", {
    class: RESEARCHER,
    "text-anchor": "end",
    fill: inks.soft,
    "font-size": 12,
  });
  return [
    ...(lookOf ? [HATCHES] : []),
    group([...columns, sigma], { "aria-hidden": "true" }),
    ...map.rows.map((row) => rowMark(row, map, inks, lookOf)),
  ];
}

/** The cells of an earlier map that the one above does not know yet. */
export const ghostMarks = (map: Heatmap, above: Heatmap, inks: FigureInks): Mark[] =>
  map.rows
    .flatMap(({ cells }, row) => cells.filter((_, col) => Number.isNaN(above.rows[row]?.cells[col]?.effect)))
    .map((cell) => group([groundOf(cell), ...labelOf(cell, inks)], { class: "ghost" }));

/** A ring round a cell, a pixel outside it. */
export const ringAround = ({ x, y, width, height }: Box, name: string): Mark =>
  ringOn({ x: x - 1, y: y - 1, width: width + 2, height: height + 2 }, name);

/** A ring on the edge of a cell. */
export const ringOn = ({ x, y, width, height }: Box, name: string): Mark => ({
  key: name,
  tag: "rect",
  attrs: { class: name, x, y, width, height },
});

function rowMark(
  { layer, y, height, cells, sum, sumBar }: HeatRow,
  { sumNumberX, sumZeroX, isPlain }: Heatmap,
  inks: FigureInks,
  lookOf: ((cell: HeatCell) => CellLook) | undefined,
): Mark {
  const middle = y + height / 2 + 4;
  const name = text(0, middle, `L${layer}`, { fill: inks.soft, "font-family": MONO });
  const zero = { x1: sumZeroX, x2: sumZeroX, y1: y, y2: y + height, stroke: inks.soft, "stroke-opacity": 0.5 };
  const sums: Mark[] = [
    { tag: "rect", attrs: { ...boxOf(sumBar), fill: inks.series[sum < 0 ? 1 : 0] } },
    text(sumNumberX, middle, nats(sum), { "text-anchor": "end", "font-family": MONO, fill: inks.soft }),
  ];
  return group(
    [
      group(
        [name],
        lookOf && { role: "rowheader", "aria-label": `Layer ${layer}${isPlain ? "" : `, sum ${nats(sum)} nats`}` },
      ),
      ...cells.map((cell) => cellMark(cell, inks, lookOf?.(cell))),
      group([...(Number.isNaN(sum) ? [] : sums), { tag: "line", attrs: zero }], {
        class: RESEARCHER,
        "aria-hidden": "true",
      }),
    ],
    lookOf && { role: "row" },
  );
}

function cellMark(cell: HeatCell, inks: FigureInks, look: CellLook | undefined): Mark {
  if (!look) return group([groundOf(cell, inks.rule), ...labelOf(cell, inks)]);
  const pin = { cx: cell.x + cell.width - 5, cy: cell.y + 5, r: 2.5, fill: cell.ink };
  return group(
    [
      groundOf(cell, inks.rule),
      ...(look.scale === 1 ? [] : hatching(cell)),
      ...labelOf(cell, inks),
      ...(look.isPinned ? [{ key: "pin", tag: "circle", attrs: pin } as const] : []),
      ringAround(cell, "cell-ring"),
    ],
    look.attrs,
  );
}

const groundOf = (cell: HeatCell, stroke?: string): Mark => ({
  key: "ground",
  tag: "rect",
  attrs: { class: "cell-ground", ...boxOf(cell), fill: cell.fill, stroke, "stroke-width": stroke && 0.5 },
});

const labelOf = ({ label, x, y, width, height, isFaint, ink }: HeatCell, { soft }: FigureInks): Mark[] =>
  label === ""
    ? []
    : [
        text(x + width / 2, y + height / 2 + 4, label, {
          class: "cell-label",
          "text-anchor": "middle",
          fill: isFaint ? soft : ink,
          "font-family": MONO,
        }),
      ];

/** The mark of what is ablated or turned. The digits keep their own ground. */
function hatching(cell: HeatCell): Mark[] {
  const width = cell.label.length * CHARACTER_PX + 4;
  const left = cell.x + (cell.width - width) / 2;
  const ground = { x: left, y: cell.y + (cell.height - LINE_PX) / 2, width, height: LINE_PX, fill: cell.fill };
  return [
    { key: "hatch", tag: "rect", attrs: { ...boxOf(cell), fill: `url(#${hatchId(cell.ink)})` } },
    ...(cell.label ? [{ key: "digits", tag: "rect", attrs: ground } as const] : []),
  ];
}

const hatchId = (ink: string) => `hatch-${INKS.findIndex((known) => known === ink)}`;

const HATCHES: Mark = {
  tag: "defs",
  children: INKS.map((ink) => ({
    tag: "pattern",
    attrs: {
      id: hatchId(ink),
      width: 6,
      height: 6,
      patternUnits: "userSpaceOnUse",
      patternTransform: "rotate(45)",
    },
    children: [{ tag: "line", attrs: { x1: 0, y1: 0, x2: 0, y2: 6, stroke: ink, class: "hatch-line" } }],
  })),
};

const boxOf = ({ x, y, width, height }: Box) => ({ x, y, width, height });

/** A cell's id in the page. */
export const cellId = ({ layer, head }: HeadId) => `head-${layer}-${head}`;
