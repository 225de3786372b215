import { rowsThatFit } from "#analysis/batch-budget.ts";
import {
  coefficients,
  FITS,
  fitsOf,
  leftOut,
  leftOutAt,
  projected,
  reordered,
  rSquared,
  rSquaredLeftOut,
  valueAt,
} from "#analysis/experiments/operands/helix.ts";
import type { Fit, FitName } from "#analysis/experiments/operands/helix.ts";
import { patchedLayers } from "#analysis/experiments/operands/helix-table.ts";
import { lastResiduals, patchedOperand, STANDINS } from "#analysis/experiments/operands/patched-operand.ts";
import type { PatchedOperand, Standin } from "#analysis/experiments/operands/patched-operand.ts";
import { DEFAULT_RESAMPLES } from "#analysis/experiments/tables/statistics.ts";
import { breathe } from "#core/breath.ts";
import { Fault } from "#core/fault.ts";
import { sum } from "#core/numeric/sum.ts";
import { randomStream, sample } from "#core/numeric/random.ts";
import { recordOf } from "#core/record-of.ts";
import type { FittedRequest, HelixFindings, HelixGroup } from "#protocol/experiments.ts";
import { seedBeside } from "#protocol/experiments/fields.ts";
import type { ExperimentModel, ExperimentSteps } from "../experiment-steps.ts";
import type { ReadCase } from "../suite-reader.ts";
import { firstOperands, operandPatches, problemsByGroup } from "./first-operands.ts";
import type { FirstOperands, NumberedPatch } from "./first-operands.ts";
import { operandProblems, operandSuite } from "./operand-problems.ts";

/** Pairs of one step. */
const PAIRS_AT_ONCE = 2;
/** Least numbers for a fit: with fewer a helix, of 8 terms, fits nearly whatever there is. */
const LEAST_NUMBERS = 20;
/** Orders of the numbers that R² is measured in; the first stands in for the operand too. */
const ORDERS = 10;

/** The fits of a group, layer by layer. */
type FitPart = Pick<HelixGroup, "numbers" | "least" | "most" | "sizes" | "fits">;

export type HelixPart = FitPart | readonly PatchedOperand[];

/** A group with its numbers and pairs in tokens. */
interface Group {
  readonly name: string;
  readonly operands: FirstOperands;
  readonly pairs: readonly NumberedPatch[];
}

/** Numbers as a helix: a step fits a group's residuals at every layer, then each patches a few pairs with the fits. */
export async function helixSteps(
  { model }: ExperimentModel,
  _: readonly ReadCase[],
  request: FittedRequest<"helix">,
): Promise<ExperimentSteps<HelixPart, HelixFindings>> {
  const { runner, spec } = model;
  const { seed } = request;
  const source = operandSuite(request.suite);
  const tested = Map.groupBy(await operandProblems(source, model), ({ group }) => group);
  const problems = problemsByGroup(source);
  const names = [...problems.keys()];
  const isEnough = (name: string) => new Set(problems.get(name)!.map(({ problem }) => problem.a)).size >= LEAST_NUMBERS;
  const left = names.filter((name) => !isEnough(name));
  const groups = await Promise.all(
    names.filter(isEnough).map(async (name, index): Promise<Group> => {
      const operands = await firstOperands(name, problems.get(name)!, model);
      const own = { model, seed: seedBeside(seed, index) };
      return {
        name,
        operands,
        pairs: await operandPatches(tested.get(name) ?? [], problems.get(name)!, operands, own),
      };
    }),
  );
  if (groups.length === 0) {
    throw new Fault(
      "bad-request",
      `suite: none of its operations has ${LEAST_NUMBERS} first operands, which a helix needs; take one as abacus-2d`,
    );
  }
  const steps = groups.flatMap(({ pairs }, group) => [
    { group, first: undefined },
    ...Array.from({ length: Math.ceil(pairs.length / PAIRS_AT_ONCE) }, (_unused, place) => ({
      group,
      first: place * PAIRS_AT_ONCE,
    })),
  ]);
  const patchesOf = ({ group, first }: { readonly group: number; readonly first: number }) =>
    groups[group]!.pairs.slice(first, first + PAIRS_AT_ONCE);
  /** The group that was fitted last: its pairs come next. */
  let fitted: { readonly group: number; readonly fits: ReturnType<typeof fitGroup> } | undefined;
  const fitsFor = (group: number, signal: AbortSignal) => {
    if (fitted?.group !== group)
      fitted = { group, fits: fitGroup(groups[group]!.operands, seedBeside(seed, group), signal) };
    return fitted.fits;
  };

  return {
    runs: {
      kind: "helix",
      groups: groups.map(({ name, operands, pairs }) => ({ name, prompts: operands.prompts, pairs })),
      seed,
    },
    count: steps.length,
    rowsOf(step) {
      const { group, first } = steps[step]!;
      if (first === undefined) return groups[group]!.operands.numbers.length;
      return patchesOf({ group, first }).length * Math.ceil(2 + (STANDINS.length * (spec.layers + 1)) / 2);
    },
    async run(step, _before, signal) {
      const { group, first } = steps[step]!;
      const { part, standins } = await fitsFor(group, signal);
      if (first === undefined) return part;
      const { position } = groups[group]!.operands;
      const found: PatchedOperand[] = [];
      for (const pair of patchesOf({ group, first })) {
        const own = standins.map((layer) => layer(pair.number));
        found.push(await patchedOperand(runner, pair, own, { position, signal }));
      }
      return found;
    },
    found: (parts, isWhole) => ({
      left,
      groups: groups.map(({ name, operands }, group): HelixGroup => {
        const own = parts.filter((_part, step) => steps[step]!.group === group);
        const fit = own[0] as FitPart | undefined;
        return {
          name,
          ...(fit ?? unfitted(operands.numbers)),
          ...patchedLayers(
            own.slice(1).flatMap((part) => part as readonly PatchedOperand[]),
            {
              seed: seedBeside(seed, group),
              draws: isWhole ? DEFAULT_RESAMPLES : 0,
            },
          ),
        };
      }),
    }),
  };

  async function fitGroup({ numbers, prompts }: FirstOperands, ownSeed: number, signal: AbortSignal) {
    const atOnce = rowsThatFit(spec, prompts[0]!.length);
    const residuals = await lastResiduals(runner, prompts, { atOnce, signal });
    const random = randomStream(ownSeed);
    const places = numbers.map((_number, place) => place);
    const orders = Array.from({ length: ORDERS }, () => sample(places, places.length, random));
    const layers: ReturnType<typeof layerFits>[] = [];
    for (const rows of residuals) {
      await breathe();
      signal.throwIfAborted();
      layers.push(layerFits(numbers, rows, orders));
    }
    return {
      part: {
        ...unfitted(numbers),
        sizes: layers[0]!.sizes,
        fits: layers.map(({ fit }) => fit),
      } satisfies FitPart,
      standins: layers.map(({ standin }) => standin),
    };
  }
}

/** Every fit of one layer's residuals, and what each says in the place of one number's: of every fit its coefficients are kept alone. */
function layerFits(
  numbers: readonly number[],
  residuals: readonly Float32Array[],
  orders: readonly (readonly number[])[],
) {
  const solved = (fit: Fit) => ({ fit, terms: coefficients(fit, residuals) });
  const share = ({ fit, terms }: ReturnType<typeof solved>) => rSquared(residuals, projected(fit, residuals, terms));
  const fits = fitsOf(numbers, residuals);
  const own = perFit((name) => solved(fits[name]));
  const overOthers = orders.map((order) => solved(reordered(fits.helix, order)));
  const { helix } = own;
  const shuffled = overOthers[0]!;
  return {
    sizes: perFit((name) => fits[name].size),
    fit: {
      ...perFit((name) => share(own[name])),
      leftOut: rSquaredLeftOut(residuals, leftOut(helix.fit, residuals, helix.terms)),
      shuffled: sum(overOthers.map(share)) / overOthers.length,
    },
    standin: (number: number): Readonly<Record<Standin, ArrayLike<number>>> => ({
      layer: residuals[number]!,
      ...perFit((name) => valueAt(own[name].fit, own[name].terms, number)),
      leftOut: leftOutAt(helix.fit, helix.terms, residuals[number]!, number),
      shuffled: valueAt(shuffled.fit, shuffled.terms, number),
    }),
  };
}

const perFit = <Value>(of: (name: FitName) => Value) => recordOf(FITS, of);

const unfitted = (numbers: readonly number[]): FitPart => ({
  numbers: numbers.length,
  least: numbers[0]!,
  most: numbers.at(-1)!,
  sizes: perFit(() => 0),
  fits: [],
});
