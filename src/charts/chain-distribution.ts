import type { ChainDistribution, ShownToken } from "./chain-marks.ts";
import type { Box } from "./heatmap.ts";

const ROW_PX = 30;
const HEADER_PX = 40;
const NAME_PX = 46;
const NUMBER_PX = 50;

export const distributionHeight = (tokens: number) => HEADER_PX + tokens * ROW_PX;

/** Two bars for each token; a full bar is probability 1. */
export function chainDistribution(box: Box, tokens: readonly ShownToken[]): ChainDistribution {
  const room = Math.max(0, box.width - NAME_PX - NUMBER_PX);
  return {
    ...box,
    barX: box.x + NAME_PX,
    numberX: box.x + box.width,
    rows: tokens.map((token, index) => ({
      ...token,
      y: box.y + HEADER_PX + index * ROW_PX,
      beforePx: (token.before ?? 0) * room,
      afterPx: (token.after ?? 0) * room,
    })),
  };
}

/** How the chain's own ablation, or any other pair of runs, is shown: what leads in either, the target always among them. */
export function shownTokens(
  before: readonly { readonly text: string; readonly probability: number | undefined }[],
  after: readonly { readonly text: string; readonly probability: number | undefined }[],
  target: string,
  count: number,
): ShownToken[] {
  const find = (list: typeof before, text: string) => list.find((token) => token.text === text)?.probability;
  const names = [...new Set([target, ...before.map(({ text }) => text), ...after.map(({ text }) => text)])];
  const tokens = names.map((text) => ({
    text,
    isTarget: text === target,
    before: find(before, text),
    after: find(after, text),
  }));
  const size = (token: ShownToken) => (token.isTarget ? 2 : Math.max(token.before ?? 0, token.after ?? 0));
  return tokens.sort((a, b) => size(b) - size(a)).slice(0, count);
}
