import { describe, expect, test } from "vitest";
import { randomStream, sample } from "#core/numeric/random.ts";
import { FITS, fitsOf, leftOut, projected, reordered, rSquared, rSquaredLeftOut } from "./helix.ts";
import type { FitName } from "./helix.ts";

const numbers = Array.from({ length: 90 }, (_, place) => 10 + place);

/** Nearly normal: the sum of twelve. */
const normals = (seed: number) => {
  const random = randomStream(seed);
  return () => Array.from({ length: 12 }, random).reduce((sum, value) => sum + value, -6);
};

/** Residuals of the numbers: a mix of some functions of them, and noise. */
function mixed(columns: readonly ((a: number) => number)[], { dims = 24, noise = 0, seed = 1 } = {}): Float64Array[] {
  const normal = normals(seed);
  const mix = columns.map(() => Array.from({ length: dims }, normal));
  const shift = Array.from({ length: dims }, () => 5 * normal());
  return numbers.map((a) =>
    Float64Array.from(
      shift,
      (constant, dim) =>
        constant + columns.reduce((sum, of, term) => sum + mix[term]![dim]! * of(a), 0) + noise * normal(),
    ),
  );
}

const turn =
  (period: number, phase = 0) =>
  (a: number) =>
    Math.cos((2 * Math.PI * (a + phase)) / period);
const HELIX = [
  (a: number) => a / 30,
  turn(2),
  ...[5, 10, 100].flatMap((period) => [turn(period), turn(period, period / 4)]),
];

/** R² of every fit of some residuals. */
function shares(residuals: readonly Float64Array[]): Record<FitName, number> {
  const fits = fitsOf(numbers, residuals);
  return Object.fromEntries(
    FITS.map((name) => [name, rSquared(residuals, projected(fits[name], residuals))]),
  ) as Record<FitName, number>;
}

describe("residuals that are exactly a helix", () => {
  const residuals = mixed(HELIX);
  const share = shares(residuals);

  test("are fitted by it alone, and by as many components", () => {
    expect(share.helix).toBeCloseTo(1, 12);
    expect(share.components).toBeCloseTo(1, 12);
    expect(Math.max(share.circle, share.polynomial, share.line)).toBeLessThan(0.99);
  });

  test("are told of each number by all others", () => {
    const without = leftOut(fitsOf(numbers, residuals).helix, residuals);
    expect(rSquaredLeftOut(residuals, without)).toBeCloseTo(1, 12);
    expect(without[37]!).toBeAllClose(residuals[37]!, { atol: 1e-10 });
  });

  test("have no helix over other numbers, beyond what any eight terms have", () => {
    const order = sample(
      numbers.map((_, place) => place),
      numbers.length,
      randomStream(3),
    );
    const fit = reordered(fitsOf(numbers, residuals).helix, order);
    expect(rSquared(residuals, projected(fit, residuals))).toBeLessThan(0.25);
    // turned with the residuals it is the same fit
    const moved = order.map((place) => residuals[place]!);
    expect(rSquared(moved, projected(fit, moved))).toBeCloseTo(1, 12);
  });
});

test.each<[string, readonly ((a: number) => number)[], Partial<Record<FitName, number>>]>([
  ["a line", [(a) => a], { line: 1, helix: 1, polynomial: 1, components: 1 }],
  ["a circle", [turn(10), turn(10, 2.5)], { circle: 1, helix: 1, components: 1 }],
  ["a curve of ninth degree", [(a) => (a / 50 - 1) ** 9], { polynomial: 1, components: 1 }],
])("residuals that are %s are fitted by what holds it", (_, columns, want) => {
  const share = shares(mixed(columns));
  const held = FITS.filter((name) => want[name] !== undefined);
  expect(held.map((name) => share[name])).toEqual(held.map(() => expect.closeTo(1, 10)));
  const others = FITS.filter((name) => want[name] === undefined);
  expect(Math.max(...others.map((name) => share[name]), 0)).toBeLessThan(0.9999);
});

describe("residuals of noise", () => {
  // R² of p terms over n numbers has mean p / (n − 1) and a spread of 0.03 in one dimension, of 0.0015 in 400
  const residuals = mixed([], { dims: 400, noise: 1 });
  const share = shares(residuals);

  test("have what the terms have by chance, components a little more", () => {
    expect(Math.abs(share.helix - 8 / 89)).toBeLessThan(0.006);
    expect(Math.abs(share.circle - 7 / 89)).toBeLessThan(0.006);
    expect(Math.abs(share.polynomial - 9 / 89)).toBeLessThan(0.006);
    expect(Math.abs(share.line - 1 / 89)).toBeLessThan(0.003);
    expect(share.components).toBeGreaterThan(share.helix);
    expect(share.components).toBeLessThan(0.25);
  });

  test("are told by nothing of the others", () => {
    expect(rSquaredLeftOut(residuals, leftOut(fitsOf(numbers, residuals).helix, residuals))).toBeLessThan(-0.05);
  });
});

describe("a fit", () => {
  const residuals = mixed(HELIX, { noise: 2, dims: 6, seed: 9 });
  /** Constant and helix, as the paper writes them; sin πa is left to the solver, which must not need it. */
  const row = (a: number) => [
    1,
    a,
    Math.cos(Math.PI * a),
    ...[5, 10, 100].flatMap((period) => [Math.cos((2 * Math.PI * a) / period), Math.sin((2 * Math.PI * a) / period)]),
  ];
  /** Least squares by normal equations and Gaussian elimination with pivots: what the rows but one say of a number. */
  const predicted = (a: number, dim: number, left = -1) => {
    const kept = numbers.map((_, place) => place).filter((place) => place !== left);
    const size = row(0).length;
    const system = Array.from({ length: size }, (_, i) => [
      ...Array.from({ length: size }, (_each, j) =>
        kept.reduce((sum, at) => sum + row(numbers[at]!)[i]! * row(numbers[at]!)[j]!, 0),
      ),
      kept.reduce((sum, at) => sum + row(numbers[at]!)[i]! * residuals[at]![dim]!, 0),
    ]);
    for (let pivot = 0; pivot < size; pivot++) {
      const best = system
        .slice(pivot)
        .reduce(
          (most, each, at) => (Math.abs(each[pivot]!) > Math.abs(system[most]![pivot]!) ? pivot + at : most),
          pivot,
        );
      [system[pivot], system[best]] = [system[best]!, system[pivot]!];
      for (let other = 0; other < size; other++) {
        if (other === pivot) continue;
        const factor = system[other]![pivot]! / system[pivot]![pivot]!;
        system[other] = system[other]!.map((value, at) => value - factor * system[pivot]![at]!);
      }
    }
    return row(a).reduce((sum, value, term) => sum + (value * system[term]![size]!) / system[term]![term]!, 0);
  };
  const { helix } = fitsOf(numbers, residuals);

  test("is least squares, held to the normal equations", () => {
    const found = projected(helix, residuals);
    for (const place of [0, 41, 89]) {
      expect(found[place]!).toBeAllClose(
        [0, 1, 2, 3, 4, 5].map((dim) => predicted(numbers[place]!, dim)),
        { atol: 1e-8 },
      );
    }
  });

  test("without a number is that of a system without it", () => {
    const found = leftOut(helix, residuals);
    for (const place of [0, 41, 89]) {
      expect(found[place]!).toBeAllClose(
        [0, 1, 2, 3, 4, 5].map((dim) => predicted(numbers[place]!, dim, place)),
        { atol: 1e-8 },
      );
    }
  });

  test("has as many terms as are independent: sin πa is none, and of odd numbers neither is cos πa", () => {
    const sizes = (list: readonly number[]) => {
      const fits = fitsOf(
        list,
        list.map((_, place) => residuals[place]!),
      );
      return FITS.map((name) => fits[name].size);
    };
    // six dimensions have six components
    expect(sizes(numbers)).toEqual([8, 7, 9, 1, 6]);
    expect(sizes(numbers.filter((a) => a % 2 === 1))).toEqual([7, 6, 9, 1, 6]);
  });

  test("of components has the largest eigenvalues' share, and more than any other of its size", () => {
    const wide = mixed(HELIX, { noise: 3, dims: 40, seed: 4 });
    const share = shares(wide);
    expect(share.components).toBeGreaterThan(share.helix);
    // a component is left as it is: what is projected twice is what is projected once
    const { components } = fitsOf(numbers, wide);
    const once = projected(components, wide);
    expect(projected(components, once).flatMap((each) => [...each])).toBeAllClose(
      once.flatMap((each) => [...each]),
      { atol: 1e-10 },
    );
  });

  test("hangs on one number: nothing is told of it; residuals that are all alike have no variance", () => {
    const few = [1, 2, 3];
    const alike = few.map(() => Float64Array.of(1, 2));
    const fits = fitsOf(few, alike);
    expect(
      leftOut(fits.polynomial, alike)
        .flatMap((each) => [...each])
        .every(Number.isNaN),
    ).toBe(true);
    expect(rSquared(alike, projected(fits.line, alike))).toBeNaN();
  });
});
