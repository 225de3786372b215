export interface Example {
  readonly prompt: string;
  readonly note: string;
}

export interface ExampleGroup {
  readonly name: string;
  readonly examples: readonly Example[];
}

/** Worked examples in words that the bundled model knows; two of them have nothing to do with arithmetic. */
export const EXAMPLES: readonly ExampleGroup[] = [
  {
    name: "One digit",
    examples: [
      { prompt: "3+5=", note: "addition" },
      { prompt: "9-4=", note: "subtraction" },
      { prompt: "6*7=", note: "multiplication" },
      { prompt: "8/2=", note: "division" },
    ],
  },
  {
    name: "Two digits",
    examples: [
      { prompt: "45+27=", note: "addition with a carry" },
      { prompt: "83-46=", note: "subtraction with a borrow" },
      { prompt: "95-77=", note: "what the page opens on" },
      { prompt: "12*11=", note: "multiplication" },
      { prompt: "72/8=", note: "division" },
    ],
  },
  {
    name: "In words",
    examples: [
      { prompt: "the sum of 3 and 5 is", note: "template" },
      { prompt: "the product of 4 and 6 is", note: "template" },
      { prompt: "three plus five is", note: "English" },
      { prompt: "drei plus fünf ist", note: "German" },
      { prompt: "III + V =", note: "Roman numerals" },
    ],
  },
  {
    name: "Controls, no arithmetic",
    examples: [
      { prompt: "the capital of france is", note: "a fact" },
      { prompt: "the nurse said that", note: "a pronoun" },
    ],
  },
];
