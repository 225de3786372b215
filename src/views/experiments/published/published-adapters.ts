import type { PublishedTable } from "./published.ts";

/** Accuracy by adapted layer: figure 2 has no numbers in it, the text these. */
export const FIGURE_2: PublishedTable = {
  caption:
    "Figure 2: accuracy in % with LoRA in one layer, two digits with negative results; the figure’s numbers are not given, and it falls from layer 10 on",
  columns: ["", "as it is", "layers 1 to 9", "layer 9"],
  rows: [["accuracy", "62.96", "around 90", 89.3]],
};

export const TABLE_9: PublishedTable = {
  caption: "Table 9: activations behind “3+5=” by adapted layer",
  columns: ["", "as it is", "9", "15", "16", "19", "20"],
  rows: [
    ["L28N3696", 6.2, 3.6, 6.3, 3.9, 5.7, 4.1],
    ["L25N7164", 8.4, 16.1, 11.8, 11.0, 13.9, 9.7],
    ["L19N5769", 3.8, 9.2, 7.7, 6.1, 5.1, 3.8],
  ],
};

export const TABLE_10: PublishedTable = {
  caption: "Table 10: mean growth in % of the activations of the most important neurons, by adapted layers",
  columns: ["", "top 10", "top 20", "top 30", "top 50"],
  rows: [
    ["1 to 9", 59, 57, 49, 42],
    ["10 to 16", 53, 44, 36, 29],
    ["17 to 30", 28, 14, 11, 2],
  ],
};
