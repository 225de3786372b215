import type { ChainEdge, ChainNode, StageName } from "#analysis/chain/chain.ts";
import { measuredLabel } from "./chain-curves.ts";
import { nodeMark } from "./chain-nodes.ts";
import type { NodeState } from "./chain-nodes.ts";
import type { ChainBand, ChainCurve, ChainDistribution, ChainLayout, ChainRow } from "./chain-marks.ts";
import { clip } from "../marks/clip.ts";
import { percent } from "../number-format.ts";
import { group, titled } from "../marks/mark.ts";
import type { Mark } from "../marks/mark.ts";

/** How the drawing stands at one moment. */
export interface ChainLook {
  /** Ids of nodes that are ablated. */
  readonly off: ReadonlySet<string>;
  readonly selected: string | undefined;
  /** Where the keyboard stands. */
  readonly cursor: string | undefined;
  /** Given, everything else steps back. */
  readonly lit: ReadonlySet<string> | undefined;
  /** What the two bars of a token are of. */
  readonly beforeName: string;
  readonly afterName: string;
  /** False: without switches, for paper. */
  readonly isInteractive: boolean;
  /** Numbers are factors of the probability, not nats; left out: nats, as in a file. */
  readonly isPlain?: boolean;
  /** What a node is read out as, behind what stands on it. */
  readonly name: (node: ChainNode) => string;
  /** What is shown where the pointer rests on an edge; left out: nothing. */
  readonly edgeName?: (edge: ChainEdge) => string;
}

export const STAGE_TITLES: Record<StageName, readonly [string, string]> = {
  "feature-enhancing": ["Feature", "enhancing"],
  "feature-transferring": ["Feature", "transferring"],
  "feature-predicting": ["Feature", "predicting"],
  "prediction-enhancing": ["Prediction", "enhancing"],
};

/** The whole drawing as marks: grounds, then edges, then nodes and the distribution. */
export function chainScene(layout: ChainLayout, look: ChainLook): Mark[] {
  const { bands, rows, curves, plates } = layout;
  return [
    HATCH,
    group(bands.map((band, index) => bandMark(band, index, layout))),
    group(rows.map((row) => rowMark(row, layout))),
    group(curves.map((curve) => curveMark(curve, look))),
    group(curves.flatMap((curve) => labelMark(curve, look, layout))),
    group(plates.map((plate) => nodeMark(plate, stateOf(plate.id, look)))),
    distributionMark(layout.distribution, look),
  ];
}

const HATCH: Mark = {
  key: "defs",
  tag: "defs",
  children: [
    {
      key: "hatch",
      tag: "pattern",
      attrs: {
        id: "chain-hatch",
        width: 6,
        height: 6,
        patternUnits: "userSpaceOnUse",
        patternTransform: "rotate(45)",
      },
      children: [{ key: "line", tag: "line", attrs: { x1: 0, y1: 0, x2: 0, y2: 6, class: "hatch" } }],
    },
  ],
};

const stateOf = (id: string, look: ChainLook): NodeState => ({
  isAblated: look.off.has(id),
  isSelected: look.selected === id,
  isCursor: look.cursor === id,
  isDim: look.lit !== undefined && !look.lit.has(id),
  isInteractive: look.isInteractive,
  isPlain: look.isPlain ?? false,
  name: look.name,
});

function bandMark(band: ChainBand, index: number, { isStacked, plates }: ChainLayout): Mark {
  const { name, x, y, width, height, hasEvidence } = band;
  const [first, second] = STAGE_TITLES[name];
  const isBare = !plates.some((plate) => plate.kind !== "embedding" && inside(plate, band));
  const lines = isStacked
    ? [`${index + 1} ${first} ${second}${hasEvidence ? "" : ": none"}`]
    : [`${index + 1} ${first}`, second];
  const titles = lines.map((text, line): Mark => ({
    key: `name-${line}`,
    tag: "text",
    attrs: { class: "band-name", x: x + 8, y: y + 14 + line * 15 },
    text,
  }));
  const none: Mark = {
    key: "none",
    tag: "text",
    attrs: { class: "band-none", x: x + 8, y: y + 58 },
    text: "no evidence",
  };
  return {
    key: name,
    tag: "g",
    attrs: { class: hasEvidence ? "" : "is-without" },
    children: [
      { key: "ground", tag: "rect", attrs: { class: `band band-${name}`, x: x + 1, y, width: width - 2, height } },
      ...titles,
      ...(hasEvidence || isStacked || !isBare ? [] : [none]),
    ],
  };
}

const inside = (plate: { readonly x: number; readonly y: number }, { x, y, width, height }: ChainBand) =>
  plate.x >= x && plate.x < x + width && plate.y >= y && plate.y < y + height;

function rowMark({ position, text, y, height, isLast }: ChainRow, { width, plates }: ChainLayout): Mark {
  const isRead = plates.some((plate) => plate.kind === "embedding" && plate.node.position === position);
  const line: Mark = { key: "line", tag: "line", attrs: { class: "row-line", x1: 0, x2: width, y1: y, y2: y } };
  const token: Mark = {
    key: "token",
    tag: "text",
    attrs: { class: `row-token ${isLast ? "is-last" : ""}`, x: 8, y: y + height / 2 },
    text: clip(text, 8),
  };
  return { key: `row-${position ?? `gap-${y}`}`, tag: "g", children: isRead ? [line] : [line, token] };
}

function curveMark({ key, edge, path, width, isShown }: ChainCurve, { lit, off, edgeName }: ChainLook): Mark {
  const isAblated = off.has(edge.from) || off.has(edge.to);
  const isLit = lit?.has(edge.from) && lit.has(edge.to);
  const weight = lit ? (isLit ? "is-lit" : "is-dim") : isShown && !isAblated ? "" : "is-faint";
  const mark: Mark = {
    key,
    tag: "path",
    attrs: {
      class: `curve ${signOf(edge.claimed)} ${weight}`,
      d: path,
      // a hairline at least, so that a small contribution is not none
      "stroke-width": Math.max(0.75, width),
    },
  };
  return edgeName ? titled(mark, edgeName(edge)) : mark;
}

const signOf = (claimed: number | undefined) => (claimed === undefined ? "unsized" : claimed < 0 ? "against" : "for");

function labelMark(
  { key, label, labelAt, edge, isShown }: ChainCurve,
  { lit, isPlain = false }: ChainLook,
  { isStacked }: ChainLayout,
): Mark[] {
  const isDim = lit ? !(lit.has(edge.from) && lit.has(edge.to)) : !isShown;
  // between plates of one stack there is room for a number only while the edge is looked at
  const isRoom = !isStacked && (edge.kind !== "amplifies" || lit !== undefined);
  const measured = isRoom && edge.path ? measuredLabel(edge.path, isPlain) : "";
  const said = [label, measured].filter((part) => part !== "").join(" ");
  if (said === "" || isDim) return [];
  return [{ key, tag: "text", attrs: { class: "curve-label", ...labelAt }, text: said }];
}

function distributionMark(distribution: ChainDistribution, look: ChainLook): Mark {
  const { x, y, rows, barX, numberX } = distribution;
  const isDim = look.lit !== undefined && !look.lit.has("prediction");
  const head: Mark[] = [
    { key: "title", tag: "text", attrs: { class: "head-line", x, y: y + 4 }, text: "Prediction" },
    { key: "key-before", tag: "rect", attrs: { class: "bar before", x, y: y + 15, width: 8, height: 7 } },
    { key: "before", tag: "text", attrs: { class: "note", x: x + 12, y: y + 19 }, text: look.beforeName },
    { key: "key-after", tag: "rect", attrs: { class: "bar after", x: x + 52, y: y + 15, width: 8, height: 7 } },
    { key: "after", tag: "text", attrs: { class: "note", x: x + 64, y: y + 19 }, text: clip(look.afterName, 18) },
  ];
  return {
    key: "distribution",
    tag: "g",
    attrs: { class: isDim ? "is-dim" : "" },
    children: [
      ...head,
      ...rows.map((row): Mark => ({
        key: `token-${row.text}`,
        tag: "g",
        children: [
          {
            key: "name",
            tag: "text",
            attrs: { class: `bar-name ${row.isTarget ? "is-target" : ""}`, x, y: row.y + 9 },
            text: clip(row.text, 5),
          },
          bar("before", row.beforePx, row.y, barX),
          bar("after", row.afterPx, row.y + 10, barX),
          number("number-before", row.before, row.y + 4, numberX),
          number("number-after", row.after, row.y + 15, numberX),
        ],
      })),
    ],
  };
}

const bar = (kind: "before" | "after", width: number, y: number, x: number): Mark => ({
  key: kind,
  tag: "rect",
  attrs: { class: `bar ${kind}`, x, y, width, height: 8 },
});

const number = (key: string, share: number | undefined, y: number, x: number): Mark => ({
  key,
  tag: "text",
  attrs: { class: "bar-number", x, y },
  text: share === undefined ? "–" : percent(share),
});
