/** A whole number as a sentence has it: `249,800`. */
export const grouped = (count: number) => count.toLocaleString("en");
