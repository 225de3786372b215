import { figureInks } from "./figure-inks.ts";
import { SANS, text } from "./mark.ts";
import type { MarkedFigure } from "./mark.ts";
import { wrapped } from "./text-width.ts";
import { writeMarks } from "./write-marks.ts";

/** What stands around a figure that leaves the page; what is longer than the figure is wide goes on in further lines. */
export interface FigureText {
  readonly title: string;
  /** A paragraph each. */
  readonly caption: readonly string[];
  /** For programs: the file's description. */
  readonly facts?: string;
}

const PAD_PX = 16;
const LEAST_WIDTH_PX = 520;
const TITLE = { size: 14, line: 19, top: 24 };
const CAPTION = { size: 11, line: 16 };

/** A figure as a file of its own, on white, to be put into a paper as it is; dark, for a slide. */
export function figureSvg(body: MarkedFigure, words: FigureText, isDark = false): string {
  const ground = isDark ? "#1c2024" : "#fff";
  const { ink, soft } = isDark ? figureInks(true) : { ink: "#000", soft: "#444" };
  const room = Math.max(body.width, LEAST_WIDTH_PX);
  const title = wrapped(words.title, room, TITLE.size);
  const caption = words.caption.flatMap((paragraph) => wrapped(paragraph, room, CAPTION.size));
  const bodyY = TITLE.top + (title.length - 1) * TITLE.line + 8;
  const captionY = bodyY + body.height + PAD_PX;
  const width = room + 2 * PAD_PX;
  const height = captionY + caption.length * CAPTION.line + PAD_PX;
  const bold = { "font-size": TITLE.size, "font-weight": 600, fill: ink };
  return writeMarks([
    {
      tag: "svg",
      attrs: {
        xmlns: "http://www.w3.org/2000/svg",
        viewBox: `0 0 ${width} ${height}`,
        width,
        height,
        "font-family": SANS,
        "font-size": 12,
      },
      children: [
        ...(words.facts === undefined ? [] : [{ tag: "desc", text: words.facts } as const]),
        { tag: "rect", attrs: { width, height, fill: ground } },
        ...title.map((line, index) => text(PAD_PX, TITLE.top + index * TITLE.line, line, bold)),
        { tag: "g", attrs: { transform: `translate(${PAD_PX} ${bodyY})` }, children: body.marks },
        ...caption.map((line, index) =>
          text(PAD_PX, captionY + (index + 1) * CAPTION.line - 4, line, { fill: soft, "font-size": CAPTION.size }),
        ),
      ],
    },
  ]);
}
