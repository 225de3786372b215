import { useLayoutEffect, useRef } from "react";
import { drawMarks } from "#charts/marks/draw-marks.ts";
import type { Mark } from "#charts/marks/mark.ts";

/** Marks within an SVG element of React's; what is inside the group belongs to the drawing. */
export function Marks({ marks }: { readonly marks: readonly Mark[] }) {
  const host = useRef<SVGGElement>(null);
  useLayoutEffect(() => drawMarks(host.current!, marks), [marks]);
  return <g ref={host} />;
}
