const SMALL = [
  ..."zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split(" "),
  ..."sixteen seventeen eighteen nineteen".split(" "),
];
const TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");

/** A whole number below a thousand in English, with “minus” before what is below 0: `twenty-one`, `one hundred five`. */
export function numberWord(number: number): string {
  if (number < 0) return `minus ${numberWord(-number)}`;
  if (number < 20) return SMALL[number]!;
  if (number < 100) return [TENS[Math.floor(number / 10) - 2], ...tail(number % 10)].join("-");
  return [`${SMALL[Math.floor(number / 100)]} hundred`, ...tail(number % 100)].join(" ");
}

const tail = (rest: number) => (rest > 0 ? [numberWord(rest)] : []);
