import { figureInks } from "../marks/figure-inks.ts";
import { MONO, SANS } from "../marks/mark.ts";

/** Every rule of the chain's drawing, for the page and for the file. Colours are custom properties. */
export const CHAIN_STYLE = `
.chain text{font:400 11px var(--mono);fill:var(--ink);dominant-baseline:central}
.chain .band{stroke:none}
.chain .band-feature-enhancing{fill:var(--band-1)}
.chain .band-feature-transferring{fill:var(--band-2)}
.chain .band-feature-predicting{fill:var(--band-3)}
.chain .band-prediction-enhancing{fill:var(--band-4)}
.chain .band-name{font:600 12px var(--sans)}
.chain .is-without .band-name{font-weight:400;fill:var(--soft)}
.chain .band-none,.chain .note{font:400 11px var(--sans);fill:var(--soft)}
.chain .row-line{stroke:var(--rule);stroke-width:1}
.chain .row-token{font-size:12px;fill:var(--soft)}
.chain .row-token.is-last{font-weight:500;fill:var(--ink)}
.chain .curve{fill:none;stroke-linecap:butt;opacity:.62}
.chain .curve.for{stroke:var(--for)}
.chain .curve.against{stroke:var(--against);stroke-dasharray:7 3}
.chain .curve.unsized{stroke:var(--soft);stroke-dasharray:1 3;stroke-linecap:round;stroke-width:1.5px}
.chain .curve.is-faint{opacity:.13}
.chain .curve.is-lit{opacity:.9}
.chain .curve-label{font-size:10px;fill:var(--ink);stroke:var(--paper);stroke-width:4px;stroke-linejoin:round;paint-order:stroke;text-anchor:middle}
.chain .ground{fill:var(--sheet);stroke:var(--rule-strong);stroke-width:1}
.chain .node.embedding .ground{fill:var(--paper)}
.chain .node.head .ground{fill:var(--ink);stroke:var(--ink)}
.chain .node.head text{fill:var(--paper);text-anchor:middle}
.chain .node.head .name{font-size:14px;font-weight:500}
.chain .name{font-weight:500}
.chain .figure{text-anchor:end;fill:var(--soft);font-size:10px}
.chain .tokens{font-size:11px}
.chain .attention-layer :is(.name,.figure){text-anchor:middle}
.chain .node.head .under{fill:var(--soft);font:400 10px var(--sans)}
.chain .node.is-off .ground{fill:var(--wash);stroke-dasharray:4 2;stroke:var(--rule-strong)}
.chain .node.is-off text{fill:var(--soft);text-decoration:line-through}
.chain .hatch{stroke:var(--rule-strong);stroke-opacity:.45;stroke-width:1}
.chain .is-dim{opacity:.14}
.chain .bar.before{fill:var(--before)}
.chain .bar.after{fill:var(--after)}
.chain .bar-name{font-size:12px}
.chain .bar-name.is-target{font-weight:500;text-decoration:underline}
.chain .bar-number{font-size:10px;text-anchor:end}
.chain .head-line{font:600 12px var(--sans)}
`;

/** The page's themes, but for what `figureInks` has, on one ground: a file has no panels. */
const LIGHT = {
  paper: "#ffffff",
  "rule-strong": "#8d8b84",
  wash: "#f1efe8",
  before: "#a9aaa6",
  after: "#2b2e31",
  "band-1": "#f8f2e6",
  "band-2": "#eff4ea",
  "band-3": "#e9f1f5",
  "band-4": "#f3eef6",
};
const DARK: typeof LIGHT = {
  paper: "#1c2024",
  "rule-strong": "#6b7178",
  wash: "#22272b",
  before: "#7b8289",
  after: "#e6e4de",
  "band-1": "#24211a",
  "band-2": "#1b231d",
  "band-3": "#18232a",
  "band-4": "#221e28",
};

/** The rules with a theme's colours written out: not every program that prints an SVG knows custom properties. */
export function fileStyle(isDark: boolean): string {
  const { ink, soft, rule, series } = figureInks(isDark);
  const palette = isDark ? DARK : LIGHT;
  const values: Readonly<Record<string, string | undefined>> = {
    ...palette,
    sheet: palette.paper,
    ink,
    soft,
    rule,
    for: series[0],
    against: series[1],
    sans: SANS,
    mono: MONO,
  };
  return CHAIN_STYLE.replace(/var\(--([\w-]+)\)/g, (property, name: string) => values[name] ?? property);
}
