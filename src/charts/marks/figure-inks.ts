/** The colours of a figure: of the page's theme, or of the paper that an export is printed on. */
export interface FigureInks {
  readonly ink: string;
  readonly soft: string;
  readonly rule: string;
  readonly band: string;
  /** What is measured, and what it is compared with, told apart by dash and shape as well. */
  readonly series: readonly string[];
  readonly control: string;
}

const LIGHT: FigureInks = {
  ink: "#1a1c1e",
  soft: "#55585c",
  rule: "#dedbd1",
  band: "#8d8b84",
  series: ["#2166ac", "#b2182b", "#1a1c1e", "#8a5200"],
  control: "#7a7974",
};
const DARK: FigureInks = {
  ink: "#e6e4de",
  soft: "#a7abb0",
  rule: "#30353a",
  band: "#a7abb0",
  series: ["#6fb2f2", "#ff8a70", "#e6e4de", "#f2b453"],
  control: "#a7abb0",
};

export const figureInks = (isDark: boolean) => (isDark ? DARK : LIGHT);
