import { expect } from "vitest";

/** How far a value may be off: `|got − want| ≤ atol + rtol · |want|`. */
export interface Tolerance {
  readonly atol: number;
  readonly rtol?: number;
}

/** Numbers, vectors, or vectors of vectors; both sides need the same shape. */
export type Numbers = number | ArrayLike<number> | readonly Numbers[];

declare module "vitest" {
  // the parameters have to be named as vitest names them
  // eslint-disable-next-line no-unused-vars
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    /**
     * Holds every number to `|got − want| ≤ atol + rtol · |want|`; a failure lists the worst five. NaN is only close
     * to NaN, an infinity only to itself.
     */
    toBeAllClose(want: Numbers, tolerance: Tolerance): R;
  }
}

const SHOWN = 5;

/** One number, where it is, and by how much it is beyond its allowance. */
interface Miss {
  readonly path: string;
  readonly got: number;
  readonly want: number;
  readonly excess: number;
}

expect.extend({
  toBeAllClose(got: Numbers, want: Numbers, { atol, rtol = 0 }: Tolerance) {
    const misses: Miss[] = [];
    const misfit = compare(got, want, "", (path, a, b) => {
      if (Object.is(a, b) || a === b) return;
      const allowed = atol + rtol * Math.abs(b);
      const difference = Math.abs(a - b);
      // written so that NaN and infinity miss
      if (!(difference <= allowed && allowed < Infinity)) {
        misses.push({ path, got: a, want: b, excess: Number.isNaN(difference) ? Infinity : difference - allowed });
      }
    });
    const worst = misses.sort((a, b) => (a.excess === b.excess ? 0 : b.excess - a.excess)).slice(0, SHOWN);
    return {
      pass: misfit === undefined && misses.length === 0,
      message: () =>
        misfit ??
        (misses.length === 0
          ? `everything is within atol ${atol}, rtol ${rtol}`
          : [`${misses.length} beyond atol ${atol}, rtol ${rtol}, worst first:`, ...worst.map(line)].join("\n")),
    };
  },
});

const line = ({ path, got, want }: Miss) => `${path} got ${got}, expected ${want}, off by ${Math.abs(got - want)}`;

/** @returns what does not fit in shape, or undefined after every pair of numbers was visited */
function compare(
  got: Numbers,
  want: Numbers,
  path: string,
  visit: (path: string, got: number, want: number) => void,
): string | undefined {
  if (typeof got === "number" && typeof want === "number") {
    visit(path || "it", got, want);
    return undefined;
  }
  if (typeof got === "number" || typeof want === "number") {
    return `${path || "it"} is ${kind(got)}, expected ${kind(want)}`;
  }
  if (got.length !== want.length) return `${path || "it"} has ${got.length} values, expected ${want.length}`;
  for (let i = 0; i < want.length; i++) {
    const misfit = compare(got[i]!, want[i]!, `${path}[${i}]`, visit);
    if (misfit) return misfit;
  }
  return undefined;
}

const kind = (value: Numbers) => (typeof value === "number" ? "a number" : `${value.length} values`);
