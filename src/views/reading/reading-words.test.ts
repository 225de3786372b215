import { expect, test } from "vitest";
import { directSentence } from "./reading-words.ts";

const DIRECT = { target: 8, embedding: 0.25, attention: [-3], heads: [[-3]], ffn: [0.5], bias: 0 };
const LARGEST = "its largest parts: attention L0 −3.00, FFN L0 0.500, embedding 0.250.";

test.each([
  [-2.25, undefined, `The logit of 8 is −2.25; ${LARGEST}`],
  [-2.25, "7", `The logit of 8 is 2.25 below that of 7; ${LARGEST}`],
  [2.25, "7", `The logit of 8 is 2.25 above that of 7; ${LARGEST}`],
])("a total of %d against %s is said with its side, and its parts with their signs", (total, against, says) => {
  expect(directSentence({ ...DIRECT, total }, { target: "8", against }, undefined)).toBe(says);
});

test("the head that is worth most says what of it goes through others, each in its unit", () => {
  const sentence = directSentence({ ...DIRECT, total: 1 }, { target: "8", against: undefined }, [[7.92]]);
  expect(sentence).toContain(
    "L0H0 is worth 7.92 nats and writes −3.00 logits itself: the rest goes through later parts.",
  );
});
