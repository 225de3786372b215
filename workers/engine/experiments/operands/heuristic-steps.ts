import { HEURISTIC_KINDS, heuristicsOf } from "#analysis/experiments/operands/heuristics.ts";
import type { Heuristic } from "#analysis/experiments/operands/heuristics.ts";
import { heuristicAblationTable } from "#analysis/experiments/operands/heuristic-table.ts";
import { heuristicCase, heuristicAblation } from "#analysis/experiments/operands/heuristic-ablation.ts";
import type { HeuristicCase } from "#analysis/experiments/operands/heuristic-ablation.ts";
import { sortedLayer } from "#analysis/experiments/operands/sorted-layer.ts";
import type { SortedCount, SortedLayer } from "#analysis/experiments/operands/sorted-layer.ts";
import { DEFAULT_RESAMPLES } from "#analysis/experiments/tables/statistics.ts";
import { Fault } from "#core/fault.ts";
import { recordOf } from "#core/record-of.ts";
import { isGated } from "#model/spec.ts";
import type { FittedRequest, HeuristicFindings, HeuristicGroup } from "#protocol/experiments.ts";
import { seedBeside } from "#protocol/experiments/fields.ts";
import type { ExperimentModel, ExperimentSteps } from "../experiment-steps.ts";
import type { ReadCase } from "../suite-reader.ts";
import { MapWalk } from "./map-walk.ts";
import { mappedProblems, mapPlans, operandProblems, operandSuite } from "./operand-problems.ts";
import type { OperandProblem } from "./operand-problems.ts";

/** Problems of one step. */
const PROBLEMS_AT_ONCE = 4;
/** Neurons that are shown with the heuristic that fits them best. */
const EXAMPLES = 12;

/** One layer's neurons over the map of a group. */
interface SortedPart extends SortedLayer {
  readonly pairs: number;
  readonly heuristics: number;
  /** What fits each neuron best, by its name; "" where nothing does. */
  readonly best: readonly string[];
}

export type HeuristicPart = SortedPart | readonly HeuristicCase[];

/** Neurons by their operand maps, then problems without those that apply: a step is a layer over the pairs of a group, or a few problems. */
export async function heuristicSteps(
  { model }: ExperimentModel,
  _: readonly ReadCase[],
  request: FittedRequest<"heuristics">,
): Promise<ExperimentSteps<HeuristicPart, HeuristicFindings>> {
  const { runner, spec } = model;
  const { seed, fromLayer, sorted, counts, draws } = request;
  const source = operandSuite(request.suite);
  const tested = await operandProblems(source, model);
  if (tested.length === 0) {
    throw new Fault("bad-request", "suite: this model reads none of its problems; take another suite of operands");
  }
  const plans = mapPlans(source, tested);
  const layers = spec.layers - fromLayer;
  const sorting = plans.length * layers;
  const knocked = Math.ceil(tested.length / PROBLEMS_AT_ONCE);
  const placeOf = (step: number) => ({ group: Math.floor(step / layers), layer: fromLayer + (step % layers) });
  const problemsOf = (step: number) =>
    tested.slice((step - sorting) * PROBLEMS_AT_ONCE, (step - sorting + 1) * PROBLEMS_AT_ONCE);

  /** Each as it is, which is run twice at most, and under each k with both controls. */
  const rowsOfProblems = (step: number) => problemsOf(step).length * (2 + counts.length * (1 + 2 * draws));

  /** By token: the residual direction of its logit less the mean logit, whose own is read once for all. */
  const directions = new Map<number, Float64Array>();
  let ofMeanLogit: Float64Array | undefined;
  let maps: Promise<GroupMap[]> | undefined;
  /** Of every group, once a step needs them. */
  const mapsOf = () =>
    (maps ??= mappedProblems(source, plans, tested, model).then((groups) =>
      groups.map((problems) => ({
        problems,
        heuristics: heuristicsOf(problems[0]?.operation ?? "+", problems),
        walk: new MapWalk(runner, problems),
      })),
    ));

  return {
    runs: { kind: "heuristics", source, seed, fromLayer, sorted, counts, draws },
    count: sorting + knocked,
    rowsOf: (step) => (step < sorting ? 0 : rowsOfProblems(step)),
    costOf(step) {
      if (step >= sorting) return rowsOfProblems(step);
      const { group, layer } = placeOf(step);
      // a prompt through one layer, and through those below it for the first
      return (plans[group]!.pairs * (layer === fromLayer ? fromLayer + 1 : 1)) / spec.layers;
    },
    reads: (step) => (step < sorting ? [] : [{ from: 0, to: sorting }]),
    async run(step, before, signal) {
      const all = await mapsOf();
      if (step < sorting) return sort(all, step, signal);
      const part: HeuristicCase[] = [];
      for (const [offset, problem] of problemsOf(step).entries()) {
        const own = seedBeside(seed, (step - sorting) * PROBLEMS_AT_ONCE + offset);
        const group = plans.findIndex(({ group: name }) => name === problem.group);
        const sets = counts.map((count) =>
          heuristicAblation(
            problem,
            sortedLayers(before, group).map(({ neurons }, index) => ({ layer: fromLayer + index, neurons })),
            all[group]!.heuristics,
            { count, draws, seed: own },
          ),
        );
        part.push(await heuristicCase(runner, problem, sets, { draws, seed: own, signal }));
      }
      return part;
    },
    found(parts, isWhole) {
      const cases = parts.slice(sorting).flatMap((part) => part as readonly HeuristicCase[]);
      return {
        fromLayer,
        groups: plans.map(({ group: name, pairs, isHeldOut }, group): HeuristicGroup => {
          const own = sortedLayers(parts, group);
          return {
            name,
            pairs: own[0]?.pairs ?? pairs,
            isHeldOut,
            heuristics: own[0]?.heuristics ?? 0,
            sorted: {
              own: together(own.map((layer) => layer.own)),
              shuffled: together(own.map((layer) => layer.shuffled)),
              others: together(own.map((layer) => layer.others)),
            },
            examples: examplesOf(own, fromLayer),
            ...heuristicAblationTable(
              cases.filter((_each, index) => tested[index]!.group === name),
              counts,
              { seed: seedBeside(seed, group), draws: isWhole ? DEFAULT_RESAMPLES : 0 },
            ),
          };
        }),
      };
    },
    async close() {
      for (const { walk } of (await maps?.catch(() => [])) ?? []) walk.close();
    },
  };

  /** Those of a group that are there. */
  function sortedLayers(parts: readonly HeuristicPart[], group: number): SortedPart[] {
    return parts.slice(0, sorting).slice(group * layers, (group + 1) * layers) as SortedPart[];
  }

  async function sort(all: readonly GroupMap[], step: number, signal: AbortSignal): Promise<SortedPart> {
    const { group, layer } = placeOf(step);
    const { problems, heuristics, walk } = all[group]!;
    const fired = await walk.activations(layer, signal);
    if (layer === spec.layers - 1) walk.close();
    const tokens = [...new Set(problems.map(({ answerIds }) => answerIds[0]!))];
    const found = sortedLayer(
      {
        neurons: spec.neurons,
        ...fired,
        products: await productsOf(layer, tokens, signal),
        answers: problems.map(({ answerIds }) => tokens.indexOf(answerIds[0]!)),
      },
      heuristics,
      { count: sorted, bothEnds: isGated(spec), seed: seedBeside(seed, step) },
    );
    const best = found.neurons.map(({ matches }) => {
      const [first] = [...matches].sort((x, y) => y[1] - x[1]);
      return first ? heuristics[first[0]]!.name : "";
    });
    return { ...found, pairs: problems.length, heuristics: heuristics.length, best };
  }

  /** What a unit of each neuron's activation adds to each token's logit, less the mean logit, before the final norm's scale: [token][neuron]. */
  async function productsOf(layer: number, tokens: readonly number[], signal: AbortSignal): Promise<Float64Array[]> {
    const products: Float64Array[] = [];
    for (const token of tokens) {
      signal.throwIfAborted();
      products.push(await runner.weights.valueProducts(layer, await directionOf(token)));
    }
    return products;
  }

  /** A direction is linear in its mix: of a token only its own row is read. */
  async function directionOf(token: number): Promise<Float64Array> {
    const known = directions.get(token);
    if (known) return known;
    const { weights } = runner;
    ofMeanLogit ??= await weights.logitDirection(new Float64Array(spec.vocabulary).fill(1 / spec.vocabulary));
    const [own] = await weights.logitDirections([[1]], token);
    const direction = own!.map((value, dim) => value - ofMeanLogit![dim]!);
    directions.set(token, direction);
    return direction;
  }
}

interface GroupMap {
  readonly problems: readonly OperandProblem[];
  readonly heuristics: readonly Heuristic[];
  readonly walk: MapWalk;
}

function together(counts: readonly SortedCount[]): SortedCount {
  const sum = (of: (count: SortedCount) => number) => counts.reduce((total, count) => total + of(count), 0);
  return {
    neurons: sum(({ neurons }) => neurons),
    matched: sum(({ matched }) => matched),
    kinds: recordOf(HEURISTIC_KINDS, (kind) => sum((count) => count.kinds[kind])),
  };
}

/** The neurons that support the answers most. */
const examplesOf = (layers: readonly SortedPart[], fromLayer: number): HeuristicGroup["examples"] =>
  layers
    .flatMap(({ neurons, best }, index) =>
      neurons.map(({ neuron, support, matches }, place) => ({
        at: { layer: fromLayer + index, neuron },
        support,
        heuristic: best[place]!,
        score: Math.max(0, ...matches.map(([, score]) => score)),
        matches: matches.length,
      })),
    )
    .sort((x, y) => y.support - x.support)
    .slice(0, EXAMPLES);
