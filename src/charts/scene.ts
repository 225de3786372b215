import { escapeXml } from "./figure-svg.ts";

/** One SVG element as data: drawn into the page, where it is kept by its key, or written into a file. */
export interface SceneMark {
  /** Unique among its siblings. */
  readonly key: string;
  readonly tag: "g" | "rect" | "path" | "text" | "circle" | "title" | "line" | "style" | "defs" | "pattern";
  readonly attrs?: Readonly<Record<string, string | number | undefined>>;
  readonly text?: string;
  readonly children?: readonly SceneMark[];
}

const SVG = "http://www.w3.org/2000/svg";

/**
 * Makes an element's children what the marks say. An element whose key is still there stays the same element, so that its attributes
 * can move by a CSS transition, and keeps the focus.
 */
export function drawMarks(host: Element, marks: readonly SceneMark[]): void {
  const known = new Map([...host.children].map((child) => [child.getAttribute("data-key"), child]));
  marks.forEach((mark, index) => {
    const same = known.get(mark.key);
    const element = same?.localName === mark.tag ? same : document.createElementNS(SVG, mark.tag);
    drawMark(element, mark);
    if (host.children[index] !== element) host.insertBefore(element, host.children[index] ?? null);
  });
  while (host.children.length > marks.length) host.lastElementChild?.remove();
}

function drawMark(element: Element, { key, attrs = {}, text, children }: SceneMark): void {
  const wanted = new Map([["data-key", key], ...writtenAttributes(attrs)]);
  for (const name of element.getAttributeNames()) if (!wanted.has(name)) element.removeAttribute(name);
  for (const [name, value] of wanted) if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  if (children) drawMarks(element, children);
  else if (element.textContent !== (text ?? "")) element.textContent = text ?? "";
}

const writtenAttributes = (attrs: NonNullable<SceneMark["attrs"]>) =>
  Object.entries(attrs).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, typeof value === "number" ? String(round(value)) : value] as const],
  );

/** A hundredth of a pixel is seen by nobody. */
const round = (value: number) => Math.round(value * 100) / 100;

/** The same marks as SVG text. */
export function writeMarks(marks: readonly SceneMark[]): string {
  return marks.map(writeMark).join("");
}

function writeMark({ tag, attrs = {}, text = "", children }: SceneMark): string {
  const written = writtenAttributes(attrs).map(([name, value]) => ` ${name}="${escapeXml(value)}"`);
  const inner = children ? writeMarks(children) : escapeXml(text);
  return inner === "" ? `<${tag}${written.join("")}/>` : `<${tag}${written.join("")}>${inner}</${tag}>`;
}
