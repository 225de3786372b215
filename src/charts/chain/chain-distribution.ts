import type { ChainDistribution, ShownToken } from "./chain-marks.ts";
import type { Box } from "../maps/heatmap.ts";

const ROW_PX = 30;
const HEADER_PX = 40;
const NAME_PX = 46;
const NUMBER_PX = 50;
/** A figure of its own ends at the last digit's very edge, where a sign of another face would be cut off. */
const EDGE_PX = 4;

export const distributionHeight = (tokens: number) => HEADER_PX + tokens * ROW_PX;

/** Two bars for each token; a full bar is probability 1. */
export function chainDistribution(box: Box, tokens: readonly ShownToken[]): ChainDistribution {
  const room = Math.max(0, box.width - NAME_PX - NUMBER_PX);
  return {
    ...box,
    barX: box.x + NAME_PX,
    numberX: box.x + box.width - EDGE_PX,
    rows: tokens.map((token, index) => ({
      ...token,
      y: box.y + HEADER_PX + index * ROW_PX,
      beforePx: (token.before ?? 0) * room,
      afterPx: (token.after ?? 0) * room,
    })),
  };
}

/** The explained token: log p in both runs, in nats, which also holds where it is not among the first of a run. */
interface ShownTarget {
  readonly text: string;
  readonly before: number;
  readonly after: number;
}

/** How the chain's own ablation, or any other pair of runs, is shown: what leads in either, the target always among them. */
export function shownTokens(
  before: readonly { readonly text: string; readonly probability: number | undefined }[],
  after: readonly { readonly text: string; readonly probability: number | undefined }[],
  target: ShownTarget,
  count: number,
): ShownToken[] {
  const find = (list: typeof before, text: string) => list.find((token) => token.text === text)?.probability;
  const names = new Set([...before, ...after].map(({ text }) => text));
  names.delete(target.text);
  const others = Array.from(names, (text) => ({
    text,
    isTarget: false,
    before: find(before, text),
    after: find(after, text),
  }));
  const size = (token: ShownToken) => Math.max(token.before ?? 0, token.after ?? 0);
  return [
    { text: target.text, isTarget: true, before: Math.exp(target.before), after: Math.exp(target.after) },
    ...others.sort((a, b) => size(b) - size(a)).slice(0, count - 1),
  ];
}
