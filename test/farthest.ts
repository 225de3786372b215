/** How far a value may be off: `|got − want| ≤ atol + rtol · |want|`. */
export interface Tolerance {
  readonly atol: number;
  readonly rtol?: number;
}

/** Numbers, vectors, or vectors of vectors; both sides need the same shape. */
export type Numbers = number | ArrayLike<number> | readonly Numbers[];

const SHOWN = 5;

/** One number, where it is, and by how much it is beyond its allowance. */
interface Miss {
  readonly path: string;
  readonly got: number;
  readonly want: number;
  readonly excess: number;
}

/** @returns what is too far off, worst five first, or the shape that does not fit; undefined if all is close */
export function farthest(got: Numbers, want: Numbers, { atol, rtol = 0 }: Tolerance): string | undefined {
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
  if (misfit !== undefined || misses.length === 0) return misfit;
  const worst = misses.sort((a, b) => (a.excess === b.excess ? 0 : b.excess - a.excess)).slice(0, SHOWN);
  return [`${misses.length} beyond atol ${atol}, rtol ${rtol}, worst first:`, ...worst.map(line)].join("\n");
}

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
