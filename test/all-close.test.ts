import { expect, test } from "vitest";

/** The message of a comparison that fails. */
function complaint(compare: () => void): string {
  try {
    compare();
  } catch (error) {
    return (error as Error).message;
  }
  return "it passed";
}

test("allows exactly atol + rtol · |want|", () => {
  expect([1.5, -104]).toBeAllClose([1, -100], { atol: 0.5, rtol: 0.04 });
  expect(1.6).not.toBeAllClose(1, { atol: 0.5 });
});

test("compares typed arrays and nested lists by their numbers", () => {
  expect([new Float32Array([1, 2]), new Float32Array([3])]).toBeAllClose([[1, 2], [3]], { atol: 0 });
});

test("lists the worst five, worst first, with their places", () => {
  const message = complaint(() => expect([1, 2, 3, 4, 5, 6, 7]).toBeAllClose([1, 1, 1, 1, 1, 1, 1], { atol: 0.5 }));
  expect(message.split("\n")).toEqual([
    "6 beyond atol 0.5, rtol 0, worst first:",
    "[6] got 7, expected 1, off by 6",
    "[5] got 6, expected 1, off by 5",
    "[4] got 5, expected 1, off by 4",
    "[3] got 4, expected 1, off by 3",
    "[2] got 3, expected 1, off by 2",
  ]);
});

test.each([
  ["NaN", [NaN], [1], "[0] got NaN, expected 1"],
  ["an expected infinity", [1], [Infinity], "[0] got 1, expected Infinity"],
  ["a shorter list", [[1]], [[1, 2]], "[0] has 1 values, expected 2"],
  ["a number for a list", 1, [1], "it is a number, expected 1 values"],
])("is not fooled by %s", (_name, got, want, message) => {
  expect(complaint(() => expect(got).toBeAllClose(want, { atol: 1, rtol: 1 }))).toContain(message);
});

test("takes NaN for NaN and an infinity for itself", () => {
  expect([NaN, Infinity, -Infinity]).toBeAllClose([NaN, Infinity, -Infinity], { atol: 0 });
});
