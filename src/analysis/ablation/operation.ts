export const OPERATIONS = ["+", "-", "*", "/"] as const;
export type Operation = (typeof OPERATIONS)[number];

/** @returns undefined where there is no whole answer */
export function solve(operation: Operation, a: number, b: number): number | undefined {
  switch (operation) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return b !== 0 && a % b === 0 ? a / b : undefined;
    default:
      throw new Error(`unknown operation ${String(operation satisfies never)}`);
  }
}
