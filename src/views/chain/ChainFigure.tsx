import { useLayoutEffect, useRef } from "react";
import type { Chain } from "#analysis/chain/chain.ts";
import { chainDrawing } from "#charts/chain/chain-drawing.ts";
import type { ChainActions, ChainOptions } from "#charts/chain/chain-drawing.ts";

interface ChainFigureProps {
  /** Its tokens as they are shown. */
  readonly chain: Chain;
  readonly width: number;
  readonly options: ChainOptions;
  readonly actions: ChainActions;
  readonly label: string;
}

/** The drawing of one chain. Pointer: hover lights paths, click keeps, the switch switches. Keys: arrows, Enter, Space. */
export function ChainFigure({ chain, width, options, actions, label }: ChainFigureProps) {
  const host = useRef<SVGSVGElement>(null);
  const drawing = useRef<ReturnType<typeof chainDrawing>>(undefined);
  const latest = useRef(actions);
  useLayoutEffect(() => {
    latest.current = actions;
  }, [actions]);
  useLayoutEffect(() => {
    const made = chainDrawing(host.current!, {
      hover: (id) => latest.current.hover(id),
      select: (id) => latest.current.select(id),
      toggle: (id) => latest.current.toggle(id),
      move: (id) => latest.current.move(id),
    });
    drawing.current = made;
    return () => made.destroy();
  }, []);
  useLayoutEffect(() => drawing.current?.update(chain, width, options), [chain, width, options]);
  return <svg ref={host} className="chain" role="group" aria-label={label} />;
}
