/** Two prompts that differ in one thing. */
export interface PairExample {
  readonly clean: string;
  readonly corrupted: string;
  readonly note: string;
}

interface PairGroup {
  readonly name: string;
  readonly pairs: readonly PairExample[];
}

/** Worked pairs: in words that the bundled model knows, and for larger models the indirect objects of Wang et al. (arXiv 2211.00593). */
export const PAIRS: readonly PairGroup[] = [
  {
    name: "Arithmetic",
    pairs: [
      { clean: "3+5=", corrupted: "3+4=", note: "another operand" },
      { clean: "9-4=", corrupted: "9+4=", note: "another operator" },
      { clean: "3+5=", corrupted: "4+4=", note: "the same answer" },
      { clean: "45+27=", corrupted: "45+17=", note: "another operand, with a carry" },
      { clean: "the sum of 3 and 5 is", corrupted: "the product of 3 and 5 is", note: "another operator, in words" },
    ],
  },
  {
    name: "Indirect objects, larger models",
    pairs: [
      {
        clean: "When Mary and John went to the store, John gave a drink to",
        corrupted: "When Mary and John went to the store, Mary gave a drink to",
        note: "the other name twice",
      },
      {
        clean: "When John and Mary went to the shop, John gave a bottle of milk to",
        corrupted: "When John and Mary went to the shop, Mary gave a bottle of milk to",
        note: "the other name twice",
      },
    ],
  },
];
