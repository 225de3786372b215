import type { ChainLayout } from "./chain-marks.ts";
import { chainScene } from "./chain-scene.ts";
import type { ChainLook } from "./chain-scene.ts";
import { fileStyle } from "./chain-style.ts";
import { group, text } from "../marks/mark.ts";
import type { Mark, MarkedFigure } from "../marks/mark.ts";
import { fitted } from "../marks/text-width.ts";

/** Between two chains that are compared. */
const GAP_PX = 32;
/** Size of each chain's name, as `head-line` has it. */
const TITLE_SIZE = 12;

/** One chain, or two beside each other, as a figure of its own: without switches, with its colours written out. */
export function chainFigure(
  chains: readonly { readonly layout: ChainLayout; readonly look: ChainLook; readonly title: string }[],
  isDark: boolean,
): MarkedFigure {
  let x = 0;
  const titlePx = chains.length > 1 ? 24 : 0;
  const parts = chains.map(({ layout, look, title }) => {
    const scene = chainScene(layout, { ...look, isInteractive: false, lit: undefined, selected: undefined });
    const name = { class: "head-line" };
    const part = group(
      [
        ...(titlePx > 0 ? [text(0, 8, fitted(title, layout.width, TITLE_SIZE), name)] : []),
        group(scene, { transform: `translate(0 ${titlePx})` }),
      ],
      { class: "chain", transform: `translate(${x} 0)` },
    );
    x += layout.width + GAP_PX;
    return part;
  });
  const height = titlePx + Math.max(...chains.map(({ layout }) => layout.height));
  const style: Mark = { tag: "style", text: `${fileStyle(isDark)}.chain .ring{display:none}` };
  return { width: x - GAP_PX, height, marks: [style, ...parts] };
}
