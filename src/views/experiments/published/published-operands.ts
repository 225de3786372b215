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
    ["accuracy lost, all neurons of a rule off, problems that it applies to", "29 points on average, from 0.95"],
    ["the same, problems that it does not apply to", "less (figure 7)"],
    ["accuracy, 25 neurons of each layer off that apply, Pythia-6.9B", "near 0"],
  ],
};

const KANTAMNENI = "GPT-J, Kantamneni & Tegmark (2025), arXiv 2502.00873";

/** The curves over layers (figures 4 and 19 to 22) are drawn without numbers, and no R² of the fits is given. */
export const HELIX_PUBLISHED: PublishedTable = {
  source: KANTAMNENI,
  caption: "Table 1: logit difference at the layer where it is largest, 100 pairs; 9 components, four periods",
  columns: ["", "layer", "PCA", "helix", "circle", "polynomial"],
  rows: [
    ["a + b", "8.34", "6.13", "7.21", "6.83", "3.09"],
    ["a − 23", "7.45", "6.16", "7.05", "6.52", "2.93"],
    ["a // 5", "5.48", "5.24", "4.55", "4.25", "4.55"],
    ["a · 1.5", "7.86", "6.65", "5.16", "4.85", "4.84"],
    ["a mod 2", "0.98", "1.00", "1.11", "1.12", "0.88"],
    ["x − a = 0, x", "6.70", "4.77", "4.56", "4.34", "2.98"],
  ],
};
