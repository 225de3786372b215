import type { PublishedTable } from "./published.ts";

const NIKANKIN = "Llama3-8B and Pythia-6.9B, Nikankin et al. (2024), arXiv 2410.21272";

/** What the paper's text says in numbers; its curves (figures 7, 8 and 10) are drawn without any. */
export const HEURISTICS_PUBLISHED: PublishedTable = {
  source: NIKANKIN,
  caption: "Sections 3 to 5: what is said in numbers; figures 7, 8 and 10 are drawn only",
  columns: ["", "value"],
  rows: [
    ["neurons that are sorted, Llama3-8B", "200 of 14,336 in each of layers 16 to 31"],
    ["of these with a rule, threshold 0.6", "91 %"],
    ["accuracy lost, all neurons of a rule off, problems that it applies to", "29 points on average, of 95 %"],
    ["others off, problems", "fewer (figure 7)"],
    ["accuracy, 25 neurons of each layer off that apply, Pythia-6.9B", "near 0"],
  ],
};
