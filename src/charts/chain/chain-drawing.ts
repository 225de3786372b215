import type { Chain } from "#analysis/chain/chain.ts";
import { chainLayout } from "./chain-layout.ts";
import type { ChainLayout, ChainPlate, ChainScale, ShownToken } from "./chain-marks.ts";
import { chainScene } from "./chain-scene.ts";
import type { ChainLook } from "./chain-scene.ts";
import { CHAIN_STYLE } from "./chain-style.ts";
import { drawMarks } from "../marks/draw-marks.ts";

export interface ChainOptions extends ChainLook {
  readonly scale: ChainScale;
  readonly tokens: readonly ShownToken[];
}

/** What a person does to a node. `undefined`: the pointer has left. */
export interface ChainActions {
  hover(id: string | undefined): void;
  select(id: string): void;
  toggle(id: string): void;
  move(id: string): void;
}

/** A chain drawn into an SVG element. What changes place or size between two updates moves there by CSS, unless motion is unwanted. */
export function chainDrawing(host: SVGSVGElement, actions: ChainActions) {
  let layout: ChainLayout | undefined;
  const nodeAt = (event: Event) => (event.target as Element).closest("[data-node]")?.getAttribute("data-node");
  const listeners: { readonly [K in keyof SVGElementEventMap]?: (event: SVGElementEventMap[K]) => void } = {
    pointerover: (event) => actions.hover(nodeAt(event) ?? undefined),
    pointerleave: () => actions.hover(undefined),
    focusin: (event) => {
      const id = nodeAt(event);
      if (id) actions.move(id);
    },
    click: (event) => {
      const id = nodeAt(event);
      if (!id) return;
      if ((event.target as Element).closest("[data-switch]")) actions.toggle(id);
      else actions.select(id);
    },
    keydown: (event) => onKey(event),
  };
  for (const [name, listener] of Object.entries(listeners)) host.addEventListener(name, listener as EventListener);

  function onKey(event: KeyboardEvent): void {
    const id = nodeAt(event);
    if (!id || !layout || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = STEPS[event.key];
    if (step) {
      const next = neighbour(layout.plates, id, step);
      host.querySelector<SVGGElement>(`[data-node="${CSS.escape(next)}"]`)?.focus();
    } else if (event.key === "Enter") actions.toggle(id);
    else if (event.key === " ") actions.select(id);
    else return;
    event.preventDefault();
  }

  return {
    update(chain: Chain, width: number, options: ChainOptions): void {
      layout = chainLayout(chain, width, options.tokens, options.scale);
      host.setAttribute("viewBox", `0 0 ${layout.width} ${layout.height}`);
      host.setAttribute("width", String(layout.width));
      host.setAttribute("height", String(layout.height));
      drawMarks(host, [{ key: "style", tag: "style", text: CHAIN_STYLE }, ...chainScene(layout, options)]);
    },
    destroy(): void {
      for (const [name, listener] of Object.entries(listeners))
        host.removeEventListener(name, listener as EventListener);
      host.replaceChildren();
    },
  };
}

export interface ArrowStep {
  readonly x: -1 | 0 | 1;
  readonly y: -1 | 0 | 1;
}

const STEPS: Readonly<Record<string, ArrowStep>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/** Aside counts this much more than ahead. */
const ASIDE = 2;

/** The nearest plate in a direction, by the distance of middles; the plate itself where there is none. */
export function neighbour(plates: readonly ChainPlate[], id: string, step: ArrowStep): string {
  const from = plates.find((plate) => plate.id === id);
  if (!from) return id;
  const here = middleOf(from);
  const ranked = plates
    .map((plate) => {
      const there = middleOf(plate);
      const [dx, dy] = [there.x - here.x, there.y - here.y];
      const ahead = dx * step.x + dy * step.y;
      return { id: plate.id, ahead, cost: ahead + ASIDE * Math.abs(dx * step.y + dy * step.x) };
    })
    .filter(({ ahead }) => ahead > 1)
    .sort((a, b) => a.cost - b.cost);
  return ranked[0]?.id ?? id;
}

const middleOf = ({ x, y, width, height }: ChainPlate) => ({ x: x + width / 2, y: y + height / 2 });
