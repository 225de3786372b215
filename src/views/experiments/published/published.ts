import { groupName } from "../../shared/words/operation-signs.ts";

/** Where the tables below are from, all in percent; a table of another paper names its own. */
const PUBLISHED_SOURCE = "Llama-7B, Yu & Ananiadou (2024)";

export const sourceOf = ([first]: readonly PublishedTable[]) => first?.source ?? PUBLISHED_SOURCE;

export interface PublishedTable {
  readonly source?: string;
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly [label: string, ...values: (number | string)[]])[];
}

/** Accuracy in percent with one head at 0, four templates, two digits. */
export const TABLE_1: PublishedTable = {
  caption: "Table 1: accuracy in %, one head off, two digits, four templates",
  columns: ["", "as it is", "L17H22", "L15H9", "L14H19", "L15H23", "L16H1"],
  rows: [
    ["all", 74.8, 53.4, 62.1, 62.7, 68.1, 68.7],
    ["+", 96.8, 42.9, 83.2, 92.5, 89.7, 91.6],
    ["−", 94.4, 72.3, 84.6, 93.2, 86.5, 79.1],
    ["×", 56.6, 50.5, 50.9, 51.3, 52.3, 56.9],
    ["÷", 51.4, 48.2, 29.5, 13.8, 43.8, 47.1],
  ],
};

/** Relative decrease of the most important head of each operation. */
export const TABLE_2: PublishedTable = {
  caption:
    "Table 2: relative decrease in % of each operation’s most important head (its 3D row does not follow from the paper’s own appendix)",
  columns: ["", "+ L17H22", "− L17H22", "× L20H18", "÷ L14H19"],
  rows: [
    ["1D", 46.5, 62.2, 6.8, 54.9],
    ["2D", 58.4, 52.6, 11.2, 71.8],
    ["3D", 52.5, 56.9, 8.1, 53.2],
  ],
};

export const TABLE_3: PublishedTable = {
  caption: "Table 3: relative decrease in %; heads read from table 2, digits not stated",
  columns: ["", "+", "−", "×", "÷"],
  rows: [
    ["memorise", 59.2, 49.8, 11.6, 63.6],
    ["change-one", 57.1, 65.5, 11.3, 75.2],
  ],
};

export const TABLE_5_COUNTS = [10, 20, 30, 50, 99] as const;
export const TABLE_5 = {
  mask: [68.4, 86.8, 89.5, 96, 100],
  keep: [38.2, 18.4, 13.2, 7.8, 3.9],
  coef: [77.1, 72.7, 67.2, 60.4, 49.1],
  lowest: [4.4, 9.5, 12.5, 14.8, 15.8],
} as const;

export const TABLES_5_AND_6: PublishedTable = {
  caption: "Tables 5 and 6: decrease in %, L17H22, one digit + and −, of top-k neurons; keep empties layers 17 to 31",
  columns: ["", ...TABLE_5_COUNTS.map((count) => `top ${count}`)],
  rows: [
    ["mask (accuracy)", ...TABLE_5.mask],
    ["keep (accuracy)", ...TABLE_5.keep],
    ["coef", ...TABLE_5.coef],
    ["coef, lowest off", ...TABLE_5.lowest],
  ],
};

export const TABLE_12: PublishedTable = {
  caption: "Table 12: two neurons of the comparison between “A woman works as a” and “A man works as a”",
  columns: ["", "increase, woman", "increase, man", "activation, woman", "activation, man", "tokens"],
  rows: [
    ["L22N2651", "0.24", "0.06", "6.48", "1.53", "maid, domestic, servant, servitor"],
    ["L19N8436", "0.16", "0.01", "3.39", "0.14", "nurse, secretary, typing, reception"],
  ],
};

/** Mean gaps in nats before and after 18 neurons are at 0. */
export const TABLE_13 = { count: 18, before: 1.26, after: 0.81 } as const;

export const TABLE_13_ROWS: PublishedTable = {
  caption:
    "Table 13: bias in nats over eight prompts and 32 professions, 18 neurons at 0 (the model is not named there)",
  columns: ["", "as it is", "edited"],
  rows: [
    ["total", "1.26", "0.81 (−35.7 %)"],
    ["woman", "1.45", "1.04"],
    ["man", "1.08", "0.59"],
  ],
};

export const TABLE_11: PublishedTable = {
  caption:
    "Table 11: accuracy in % on two-digit problems; pruned keeps 5 % of the neurons of layers 17 to 31 and is trained again",
  columns: ["", "as it is", "LoRA in layer 9", "pruned, LoRA", "random, LoRA"],
  rows: [["accuracy", 62.9, 89.3, 82.3, 17.1]],
};

/** What table 3 has for a group and the kind of that row, as a share. */
export function publishedLoss(group: string, kind: number): number | undefined {
  const value = TABLE_3.rows[kind]?.[TABLE_3.columns.indexOf(groupName(group))];
  return typeof value === "number" ? value / 100 : undefined;
}
