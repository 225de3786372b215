import { createStore } from "zustand/vanilla";
import type { Operation } from "#analysis/ablation/operation.ts";
import type { TokenEnd } from "#protocol/lab.ts";

export { OPERATIONS } from "#analysis/ablation/operation.ts";
export type { Operation } from "#analysis/ablation/operation.ts";
export type { TokenEnd } from "#protocol/lab.ts";

/** What a plot can measure, as the page offers it. */
export const QUANTITIES = ["probability", "logProbability", "activation", "head"] as const;
export type QuantityChoice = (typeof QUANTITIES)[number];

/** Operands from 0 to this. */
export const PLOT_SIZES = [9, 99] as const;

export interface PlotForm {
  readonly quantity: QuantityChoice;
  /** The neuron or head as it is typed; "" is the one that is selected or weighs most. */
  readonly part: string;
  readonly operation: Operation;
  readonly template: string;
  readonly to: number;
}

export interface SearchForm {
  readonly token: string;
  readonly by: "logit" | "rank";
  readonly end: TokenEnd;
}

export interface ConceptForm {
  /** One word after another, whitespace between them. */
  readonly words: string;
  readonly atLeast: number;
}

/** Prompts as the paper asks them; the bundled model knows the first two of each. */
export const TEMPLATES = {
  "+": ["{a}+{b}=", "the sum of {a} and {b} is", "{a} plus {b} is", "Q: What is {a} plus {b}? A:"],
  "-": ["{a}-{b}=", "the difference of {a} and {b} is", "{a} minus {b} is", "Q: What is {a} minus {b}? A:"],
  "*": ["{a}*{b}=", "the product of {a} and {b} is", "{a} times {b} is", "Q: What is {a} times {b}? A:"],
  "/": ["{a}/{b}=", "the ratio of {a} and {b} is", "{a} divides {b} is", "Q: What is {a} divides {b}? A:"],
} as const satisfies Record<Operation, readonly string[]>;

/** What stands there at first, which a link leaves out. */
export const DEFAULT_PLOT: PlotForm = {
  quantity: "activation",
  part: "",
  operation: "+",
  template: TEMPLATES["+"][0],
  to: PLOT_SIZES[0],
};

interface Forms {
  readonly plot: PlotForm;
  readonly search: SearchForm;
  readonly concepts: ConceptForm;
}

/** What stands in the lab's fields: it outlives a look at another tab. */
export const forms = createStore<Forms>(() => ({
  plot: DEFAULT_PLOT,
  search: { token: "", by: "logit", end: "promotes" },
  concepts: { words: "", atLeast: 3 },
}));

export const editPlot = (change: Partial<PlotForm>) => forms.setState(({ plot }) => ({ plot: { ...plot, ...change } }));
export const editSearch = (change: Partial<SearchForm>) =>
  forms.setState(({ search }) => ({ search: { ...search, ...change } }));
export const editConcepts = (change: Partial<ConceptForm>) =>
  forms.setState(({ concepts }) => ({ concepts: { ...concepts, ...change } }));

/** Another operation asks the same kind of question. */
export function chooseOperation(operation: Operation): void {
  const { plot } = forms.getState();
  const known = TEMPLATES[plot.operation].findIndex((template) => template === plot.template);
  editPlot({ operation, ...(known >= 0 && { template: TEMPLATES[operation][known]! }) });
}

/** The list that comes with the page, unless somebody has typed one. */
export function offerWords(words: readonly string[]): void {
  if (forms.getState().concepts.words === "") editConcepts({ words: words.join(" ") });
}
