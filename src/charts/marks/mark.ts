/** One SVG element as data: drawn into the page by `drawMarks`, written into a file by `writeMarks`. All lengths in CSS pixels. */
export interface Mark {
  /** Unique among its siblings: an element is kept, and moves, as long as its key is there. Left out: its place among them. */
  readonly key?: string;
  readonly tag:
    | "svg"
    | "desc"
    | "g"
    | "rect"
    | "path"
    | "text"
    | "circle"
    | "title"
    | "line"
    | "style"
    | "defs"
    | "pattern";
  /** By their names in SVG, as `text-anchor`. */
  readonly attrs?: Attributes;
  readonly text?: string;
  readonly children?: readonly Mark[];
}

/** The page's faces, which a PNG brings along; elsewhere the face as it is installed, then what is like it. */
export const SANS = "'IBM Plex Sans Variable', 'IBM Plex Sans', 'Helvetica Neue', Arial, sans-serif";
export const MONO = "'IBM Plex Mono', Menlo, monospace";

export type Attributes = Readonly<Record<string, string | number | undefined>>;

export interface MarkedFigure {
  readonly width: number;
  readonly height: number;
  readonly marks: readonly Mark[];
}

export const text = (x: number, y: number, content: string, more: Attributes = {}): Mark => ({
  tag: "text",
  attrs: { x, y, "font-size": 11, ...more },
  text: content,
});

export const line = (
  [x1, y1]: readonly [x: number, y: number],
  [x2, y2]: readonly [x: number, y: number],
  more: Attributes,
): Mark => ({ tag: "line", attrs: { x1, y1, x2, y2, ...more } });

export const group = (children: readonly Mark[], attrs: Attributes = {}): Mark => ({ tag: "g", attrs, children });

/** A mark with what is shown where the pointer rests on it. */
export const titled = (mark: Mark, title: string): Mark => ({ ...mark, children: [{ tag: "title", text: title }] });

/** The attributes as they are written: a hundredth of a pixel is seen by nobody. */
export const writtenAttributes = (attrs: Attributes) =>
  Object.entries(attrs).flatMap(([name, value]) =>
    value === undefined
      ? []
      : [[name, typeof value === "number" ? String(Math.round(value * 100) / 100) : value] as const],
  );
