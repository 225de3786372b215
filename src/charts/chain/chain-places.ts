import type { Chain, ChainNode, StageName } from "#analysis/chain/chain.ts";
import { byDepth, stageOf } from "./chain-marks.ts";
import type { ChainBand, ChainPlaces, ChainPlate, ChainRow } from "./chain-marks.ts";
import { distributionHeight } from "./chain-distribution.ts";
import type { Box } from "../maps/heatmap.ts";

/** All in CSS pixels. */
export const PLATE = { width: 118, height: 38, gap: 14 };
export const HEAD_PX = 66;
const LAYER_PLATE = { width: 76, height: 38 };
const TOKEN = { width: 56, height: 22 };
const TOP_PX = 46;
const LEFT_PX = 72;
const PAD_PX = 10;
const DISTRIBUTION = { width: 168, gap: 36 };
const ROW_PX = { least: 30, gap: 18, pad: 12 };
/** A band without a plate only has to hold its name. */
const EMPTY_BAND_PX = 92;
/** How bands with plates share the room that is left. */
const SHARE: Record<StageName, number> = {
  "feature-enhancing": 1.3,
  "feature-transferring": 0.8,
  "feature-predicting": 0.75,
  "prediction-enhancing": 2.1,
};
/** A prompt of more tokens shows only those that something reads. */
export const MAX_ROWS = 10;

type Stood = ReadonlyMap<StageName, readonly ChainNode[]>;

/** Bands beside each other, rows of positions across them. */
export function bandPlaces(chain: Chain, width: number, shownTokens: number): ChainPlaces {
  const last = chain.tokens.length - 1;
  const stood = standing(chain);
  const bands = bandBoxes(chain, stood, width);
  const rows = rowsOf(chain, stood, Math.max(distributionHeight(shownTokens), HEAD_PX + 24));
  const bottom = rows.at(-1)!.y + rows.at(-1)!.height;
  const lastRow = rows.find(({ isLast }) => isLast)!;
  const plates = chain.nodes.flatMap((node): ChainPlate[] => {
    if (node.kind !== "embedding") return [];
    const row = rows.find(({ position }) => position === node.position) ?? lastRow;
    return [plate(node, { x: 4, y: middle(row, TOKEN.height), ...TOKEN })];
  });
  for (const band of bands) {
    const nodes = stood.get(band.name) ?? [];
    for (const row of rows) {
      const here = nodes.filter(({ position }) => position === row.position);
      plates.push(...inBand(here, { ...band, y: row.y, height: row.height }));
    }
  }
  const x = width - DISTRIBUTION.width;
  const height = distributionHeight(shownTokens);
  return {
    height: bottom + 4,
    bands: bands.map((band) => ({ ...band, height: bottom - band.y })),
    rows,
    plates,
    distribution: { x, y: lastRow.y + (lastRow.height - height) / 2, width: DISTRIBUTION.width, height },
  };

  function middle(row: ChainRow, size: number): number {
    return row.position === last ? row.y + row.height / 2 - size / 2 : row.y + (row.height - size) / 2;
  }
}

const plate = (node: ChainNode, box: Box): ChainPlate => ({ id: node.id, kind: node.kind, node, ...box });

/** Nodes by the band they stand in, in the order of depth. */
export function standing(chain: Chain): Stood {
  const stood = new Map<StageName, ChainNode[]>();
  for (const node of [...chain.nodes].sort(byDepth)) {
    const stage = stageOf(chain, node);
    if (stage === undefined || node.kind === "prediction") continue;
    stood.set(stage, [...(stood.get(stage) ?? []), node]);
  }
  return stood;
}

function bandBoxes(chain: Chain, stood: Stood, width: number): ChainBand[] {
  const room = width - LEFT_PX - DISTRIBUTION.width - DISTRIBUTION.gap;
  const filled = chain.stages.filter(({ name }) => stood.has(name));
  const empty = chain.stages.length - filled.length;
  // a chain without any node keeps four equal bands
  const emptyPx = filled.length === 0 ? room / chain.stages.length : EMPTY_BAND_PX;
  const shareOf = (name: StageName) =>
    SHARE[name] +
    (stood.get(name)?.some(({ kind }) => kind === "deep-neuron") && name === "feature-predicting" ? 1.6 : 0);
  const total = filled.reduce((sum, { name }) => sum + shareOf(name), 0);
  let x = LEFT_PX;
  return chain.stages.map(({ name, hasEvidence }) => {
    const size = stood.has(name) ? ((room - empty * emptyPx) * shareOf(name)) / total : emptyPx;
    const band = { name, hasEvidence, x, y: 0, width: size, height: 0 };
    x += size;
    return band;
  });
}

/** Rows in the order of tokens, as high as the plates that stand in them. */
function rowsOf(chain: Chain, stood: Stood, leastLastPx: number): ChainRow[] {
  const last = chain.tokens.length - 1;
  const touched = new Set([
    ...chain.nodes.map(({ position }) => position),
    ...chain.edges.flatMap(({ position }) => position ?? []),
    last,
  ]);
  const isElided = (position: number) => chain.tokens.length > MAX_ROWS && !touched.has(position);
  const slots = (position: number) =>
    Math.max(0, ...[...stood.values()].map((nodes) => slotsOf(nodes.filter((node) => node.position === position))));
  const rows: ChainRow[] = [];
  let y = TOP_PX;
  const push = (row: Omit<ChainRow, "y">) => {
    rows.push({ ...row, y });
    y += row.height;
  };
  for (let position = 0; position <= last; position++) {
    if (isElided(position)) {
      let end = position;
      while (isElided(end + 1)) end++;
      push({ position: undefined, text: `… ${end - position + 1}`, height: ROW_PX.gap, isLast: false });
      position = end;
      continue;
    }
    const needed = slots(position) * (PLATE.height + PLATE.gap) + (slots(position) > 0 ? ROW_PX.pad : 0);
    const isLast = position === last;
    const height = Math.max(ROW_PX.least, needed, isLast ? leastLastPx : 0);
    push({ position, text: chain.tokens[position]!.text, height, isLast });
  }
  return rows;
}

/** The head stands beside what it raises and takes no place in the stack. */
const slotsOf = (nodes: readonly ChainNode[]) => nodes.filter(({ kind }) => kind !== "head").length;

/** Plates of one band in one row: one below the other, the deeper the further right. */
function inBand(nodes: readonly ChainNode[], box: Box): ChainPlate[] {
  const head = nodes.find(({ kind }) => kind === "head");
  const others = nodes.filter((node) => node !== head);
  const left = box.x + PAD_PX + (head && others.length > 0 ? HEAD_PX + 2 * PAD_PX : 0);
  const room = box.x + box.width - PAD_PX - left;
  const most = others.every(({ kind }) => kind === "attention-layer") ? LAYER_PLATE : PLATE;
  const size = { width: Math.min(most.width, room), height: most.height };
  const layers = [...new Set(others.map(({ layer }) => layer))];
  const top = box.y + (box.height - others.length * (PLATE.height + PLATE.gap) + PLATE.gap) / 2;
  const stacked = others.map((node, slot) => {
    const rank = layers.length === 1 ? 0.5 : layers.indexOf(node.layer) / (layers.length - 1);
    return plate(node, {
      x: left + rank * (room - size.width),
      y: top + slot * (PLATE.height + PLATE.gap),
      ...size,
    });
  });
  if (!head) return stacked;
  const headX = others.length > 0 ? box.x + PAD_PX : box.x + (box.width - HEAD_PX) / 2;
  const headBox = { x: headX, y: box.y + (box.height - HEAD_PX) / 2, width: HEAD_PX, height: HEAD_PX };
  return [plate(head, headBox), ...stacked];
}
