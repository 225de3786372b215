import type { ChainLayout } from "./chain-marks.ts";
import { chainScene } from "./chain-scene.ts";
import type { ChainLook } from "./chain-scene.ts";
import { PAPER_STYLE } from "./chain-style.ts";
import { figureSvg } from "./figure-svg.ts";
import type { FigureText } from "./figure-svg.ts";
import { writeMarks } from "./scene.ts";
import { fitted } from "./text-width.ts";

/** Between two chains that are compared. */
const GAP_PX = 32;
/** Of the name of each, as `head-line` has it. */
const TITLE_SIZE = 12;

/** One chain, or two beside each other, as a file for paper: light, without switches, with what the widths and colours mean. */
export function chainSvg(
  chains: readonly { readonly layout: ChainLayout; readonly look: ChainLook; readonly title: string }[],
  text: FigureText,
): string {
  let x = 0;
  const titlePx = chains.length > 1 ? 24 : 0;
  const parts = chains.map(({ layout, look, title }) => {
    const marks = writeMarks(
      chainScene(layout, { ...look, isInteractive: false, lit: undefined, selected: undefined }),
    );
    const name =
      titlePx > 0
        ? writeMarks([
            {
              key: "title",
              tag: "text",
              attrs: { class: "head-line", x: 0, y: 8 },
              text: fitted(title, layout.width, TITLE_SIZE),
            },
          ])
        : "";
    const part = `<g class="chain" transform="translate(${x} 0)">${name}<g transform="translate(0 ${titlePx})">${marks}</g></g>`;
    x += layout.width + GAP_PX;
    return part;
  });
  const height = titlePx + Math.max(...chains.map(({ layout }) => layout.height));
  const style = `<style>${PAPER_STYLE}.chain .ring{display:none}</style>`;
  return figureSvg({ width: x - GAP_PX, height, marks: style + parts.join("") }, text);
}
