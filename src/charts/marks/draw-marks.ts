import { select } from "d3-selection";
import { writtenAttributes } from "./mark.ts";
import type { Mark } from "./mark.ts";

const SVG = "http://www.w3.org/2000/svg";

/**
 * Makes an element's children what the marks say, by a keyed join: an element whose key is still there stays the same element, so that
 * its attributes can move by a CSS transition, and keeps the focus.
 */
export function drawMarks(host: Element, marks: readonly Mark[]): void {
  select(host)
    .selectChildren<Element, Mark>()
    .data(marks, ({ tag, key }, index) => `${tag} ${key ?? index}`)
    .join((entering) => entering.append(({ tag }) => document.createElementNS(SVG, tag)))
    .order()
    .each(function drawMark({ attrs = {}, text = "", children }) {
      const wanted = new Map(writtenAttributes(attrs));
      for (const name of this.getAttributeNames()) if (!wanted.has(name)) this.removeAttribute(name);
      for (const [name, value] of wanted) if (this.getAttribute(name) !== value) this.setAttribute(name, value);
      if (children) drawMarks(this, children);
      else if (this.textContent !== text) this.textContent = text;
    });
}
