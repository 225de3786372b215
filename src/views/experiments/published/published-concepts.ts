import { grouped } from "#core/grouped.ts";
import type { PublishedTable } from "./published.ts";

/**
 * The paper's M as it is printed (“M or more”), its sets' sizes and the accuracy that they cost, in percent. M = 0 finds 51,980 of
 * 176,128 neurons, so that “more than M” is what fits: M printed is M + 1 here.
 */
export const TABLE_8 = { printed: [0, 1, 2, 3], neurons: [51_980, 10_426, 1_953, 510], loss: [98.7, 68.4, 53.9, 43.4] };

/** Shallow neurons of Llama-7B that were searched: 16 layers of 11,008. */
export const TABLE_8_SEARCHED = 176_128;

export const TABLES_8_17_21: PublishedTable = {
  caption:
    "Tables 8, 17 and 21: relative decrease in % with the concept neurons off, by the paper’s M (more than M concepts among 50 tokens, as its counts have it)",
  columns: ["", ...TABLE_8.printed.map((printed) => `M = ${printed}`), "random"],
  rows: [
    ["neurons, Llama-7B", ...TABLE_8.neurons.map((count) => grouped(count)), "1,953"],
    ["one digit + and −", ...TABLE_8.loss, 2.6],
    ["one digit ÷", 97.5, 82.1, 30.8, 25.7, "5.1 (10,426)"],
    ["neurons, GPT-J", "–", "4,272", "1,228", "564", "–"],
    ["two digits −, GPT-J", "–", 100, 83.4, 20.8, "–"],
  ],
};

/** What table 8 has for a number of concepts or more: shares of its neurons and of its accuracy. */
export function publishedConcepts(atLeast: number): { readonly neurons: number; readonly loss: number } | undefined {
  const place = TABLE_8.printed.indexOf(atLeast - 1);
  if (place < 0) return undefined;
  return { neurons: TABLE_8.neurons[place]! / TABLE_8_SEARCHED, loss: TABLE_8.loss[place]! / 100 };
}
