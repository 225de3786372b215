import { dot } from "#core/numeric/matrix.ts";
import { orthonormal } from "#core/numeric/orthonormal.ts";
import { symmetricEigen } from "#core/numeric/symmetric-eigen.ts";

/** Kantamneni & Tegmark (arXiv 2502.00873), section 4.2. */
export const PERIODS = [2, 5, 10, 100] as const;
/** The polynomial has as many terms as the helix with four periods: 2 · 4 + 1. */
const POLYNOMIAL_DEGREE = 2 * PERIODS.length + 1;

/**
 * What a number's residual is fitted to, a constant beside: the helix a, cos 2πa/T, sin 2πa/T; the circle without a; powers of a up to the
 * ninth; a alone; and, which knows nothing of the number, the residuals' own first principal components, as many as the helix has terms.
 */
export const FITS = ["helix", "circle", "polynomial", "line", "components"] as const;
export type FitName = (typeof FITS)[number];

/** Residuals of numbers, one each, and a fit of them: its span in the space of the numbers. */
export interface Fit {
  /** Terms beside the constant that are independent over these numbers: of whole numbers sin πa is none. */
  readonly size: number;
  /** Orthonormal, the constant first, [term][number]. */
  readonly basis: readonly Float64Array[];
}

const circle = (numbers: readonly number[]) =>
  PERIODS.flatMap((period) => {
    const angles = numbers.map((number) => (2 * Math.PI * (number % period)) / period);
    return [angles.map(Math.cos), angles.map(sine)];
  });

/** sin π is 1e-16 in float64, and a column of rounding errors would be made long. */
function sine(angle: number): number {
  const value = Math.sin(angle);
  return Math.abs(value) < 1e-12 ? 0 : value;
}

/** Chebyshev's, on the numbers' range: the same span as the powers, and far from dependent. */
function polynomial(numbers: readonly number[]): number[][] {
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  const scaled = numbers.map((number) => (2 * (number - least)) / (most - least || 1) - 1);
  return Array.from({ length: POLYNOMIAL_DEGREE }, (_, power) =>
    scaled.map((x) => Math.cos((power + 1) * Math.acos(Math.min(1, Math.max(-1, x))))),
  );
}

const COLUMNS: Readonly<Record<Exclude<FitName, "components">, (numbers: readonly number[]) => number[][]>> = {
  helix: (numbers) => [[...numbers], ...circle(numbers)],
  circle,
  polynomial,
  line: (numbers) => [[...numbers]],
};

const fitted = (columns: readonly ArrayLike<number>[], count: number): Fit => {
  const basis = orthonormal([new Float64Array(count).fill(1), ...columns]);
  return { size: basis.length - 1, basis };
};

/** Every fit of the residuals of some numbers, [number][modelDim]. */
export function fitsOf(
  numbers: readonly number[],
  residuals: readonly ArrayLike<number>[],
): Readonly<Record<FitName, Fit>> {
  const of = (name: Exclude<FitName, "components">) => fitted(COLUMNS[name](numbers), numbers.length);
  const helix = of("helix");
  return {
    helix,
    circle: of("circle"),
    polynomial: of("polynomial"),
    line: of("line"),
    components: fitted(components(residuals, helix.size), numbers.length),
  };
}

/** The first principal components as the numbers' coordinates: eigenvectors of the Gram matrix of the centred residuals, [component][number]. */
function components(residuals: readonly ArrayLike<number>[], count: number): Float64Array[] {
  const centred = lessTheMean(residuals);
  const size = centred.length;
  const gram = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let col = row; col < size; col++) {
      gram[row * size + col] = gram[col * size + row] = dot(centred[row]!, centred[col]!);
    }
  }
  const { values, vectors } = symmetricEigen(gram, size);
  return vectors.slice(0, count).filter((_, place) => values[place]! > ROUNDING * values[0]!);
}

/** Least eigenvalue against the largest; a direction below it is one in which nothing varies. */
const ROUNDING = 1e-12;

/** The same fit to numbers in another order: what its form fits of residuals that do not have it. */
export const reordered = ({ size, basis }: Fit, order: readonly number[]): Fit => ({
  size,
  basis: basis.map((term) => Float64Array.from(order, (place) => term[place]!)),
});

/** Least squares of residuals, each dimension by itself: what stands at each term, [term][modelDim]. */
export const coefficients = ({ basis }: Fit, residuals: readonly ArrayLike<number>[]): Float64Array[] =>
  basis.map((term) => {
    const along = new Float64Array(residuals[0]!.length);
    residuals.forEach((residual, number) => {
      for (let dim = 0; dim < along.length; dim++) along[dim]! += term[number]! * residual[dim]!;
    });
    return along;
  });

/** What a fit with these coefficients says of a number, [modelDim]. */
export function valueAt({ basis }: Fit, terms: readonly Float64Array[], number: number): Float64Array {
  const value = new Float64Array(terms[0]!.length);
  terms.forEach((along, term) => {
    for (let dim = 0; dim < value.length; dim++) value[dim]! += basis[term]![number]! * along[dim]!;
  });
  return value;
}

/** The residuals' part in the span, [number][modelDim]. */
export function projected(
  fit: Fit,
  residuals: readonly ArrayLike<number>[],
  terms = coefficients(fit, residuals),
): Float64Array[] {
  return residuals.map((_, number) => valueAt(fit, terms, number));
}

/**
 * What the fit of all other numbers says of one, without fitting again: (ĥ − λ·h) / (1 − λ), λ the number's leverage. NaN where a fit
 * hangs on one number.
 *
 * @see Allen (1974), "The relationship between variable selection and data augmentation", for the sum of squares of these (PRESS)
 */
export function leftOutAt(
  fit: Fit,
  terms: readonly Float64Array[],
  residual: ArrayLike<number>,
  number: number,
): Float64Array {
  const leverage = fit.basis.reduce((sum, term) => sum + term[number]! ** 2, 0);
  return valueAt(fit, terms, number).map((value, dim) =>
    leverage > 1 - 1e-9 ? Number.NaN : (value - leverage * residual[dim]!) / (1 - leverage),
  );
}

/** The fits of all other numbers at every number, [number][modelDim]; see `leftOutAt`. */
export function leftOut(
  fit: Fit,
  residuals: readonly ArrayLike<number>[],
  terms = coefficients(fit, residuals),
): Float64Array[] {
  return residuals.map((residual, number) => leftOutAt(fit, terms, residual, number));
}

/** 1 − Σ|h − ĥ|² / Σ|h − h̄|² over numbers and dimensions: the share of the variance that a fit has. NaN where nothing varies. */
export const rSquared = (residuals: readonly ArrayLike<number>[], fit: readonly ArrayLike<number>[]): number =>
  1 - squares(residuals, (number, dim) => fit[number]![dim]!) / spread(residuals);

/** R² of fits that had to do without the number, against the mean that had to as well. */
export function rSquaredLeftOut(residuals: readonly ArrayLike<number>[], fit: readonly ArrayLike<number>[]): number {
  const { length } = residuals;
  const spreadLeftOut = (spread(residuals) * length ** 2) / (length - 1) ** 2;
  return 1 - squares(residuals, (number, dim) => fit[number]![dim]!) / spreadLeftOut;
}

const spread = (residuals: readonly ArrayLike<number>[]) => {
  const total = lessTheMean(residuals).reduce((sum, row) => sum + dot(row, row), 0);
  return total === 0 ? Number.NaN : total;
};

function squares(residuals: readonly ArrayLike<number>[], of: (number: number, dim: number) => number): number {
  let sum = 0;
  residuals.forEach((residual, number) => {
    for (let dim = 0; dim < residual.length; dim++) sum += (residual[dim]! - of(number, dim)) ** 2;
  });
  return sum;
}

function lessTheMean(residuals: readonly ArrayLike<number>[]): Float64Array[] {
  const width = residuals[0]!.length;
  const mean = new Float64Array(width);
  for (const residual of residuals) {
    for (let dim = 0; dim < width; dim++) mean[dim]! += residual[dim]! / residuals.length;
  }
  return residuals.map((residual) => Float64Array.from(residual, (value, dim) => value - mean[dim]!));
}
