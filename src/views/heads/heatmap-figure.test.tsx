// @vitest-environment happy-dom
import { act } from "react";
import { createRoot } from "react-dom/client";
import { expect, test } from "vitest";
import { divergingScale } from "#charts/colour.ts";
import { heatmap } from "#charts/maps/heatmap.ts";
import { zoomedHeatmap } from "#charts/zoom/zoomed-heatmap.ts";
import { hover, moveCursor } from "#state/view.ts";
import { HeatmapFigure } from "./HeatmapFigure.tsx";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

const EFFECTS = Array.from({ length: 32 }, () => Array.from({ length: 32 }, () => 1));
const WHOLE = heatmap(EFFECTS, 720, divergingScale(1, "linear", false));
/** L8 to L15, H16 to H23. */
const CLOSER = zoomedHeatmap(WHOLE, { row: 8, rows: 8, col: 16, cols: 8 });

function drawn(map: typeof WHOLE) {
  const host = document.createElement("div");
  const root = createRoot(host);
  act(() => root.render(<HeatmapFigure map={map} below={undefined} />));
  return { host, end: () => act(() => root.unmount()) };
}

test.each([
  ["the whole", WHOLE, { layer: 0, head: 3 }, "head-0-3"],
  ["a part that has it", CLOSER, { layer: 9, head: 17 }, "head-9-17"],
  ["a part that does not have it", CLOSER, { layer: 0, head: 0 }, "head-8-16"],
])("Tab leads into %s of the map, wherever the keyboard stood", (_, map, cursor, id) => {
  moveCursor(cursor);
  const { host, end } = drawn(map);
  expect([...host.querySelectorAll('[tabindex="0"]')].map((cell) => cell.id)).toEqual([id]);
  end();
});

test.each([
  ["that is seen", { layer: 10, head: 20 }, 1],
  ["that is not", { layer: 0, head: 0 }, 0],
])("from closer, a head %s has the ring", (_, at, rings) => {
  const { host, end } = drawn(CLOSER);
  act(() => hover({ kind: "head", at }));
  expect(host.querySelectorAll(".hover-ring")).toHaveLength(rings);
  act(() => hover(undefined));
  end();
});
