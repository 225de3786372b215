import { beforeAll, expect, test } from "vitest";
import { fitsOf, leftOut, projected, reordered, rSquared } from "#analysis/experiments/operands/helix.ts";
import { patchedLayers } from "#analysis/experiments/operands/helix-table.ts";
import { STANDINS } from "#analysis/experiments/operands/patched-operand.ts";
import type { Moved, PatchedOperand, Standin } from "#analysis/experiments/operands/patched-operand.ts";
import { randomStream, sample } from "#core/numeric/random.ts";
import type { RequestFor, SuiteDefinition, SuiteSource } from "#protocol/experiments.ts";
import { abacusFiles } from "#test/checkpoints.ts";
import { unaborted } from "#test/engine.ts";
import { difference, experimentBench, findingsOf, resumedFindings } from "#test/experiment-bench.ts";
import type { ExperimentBench } from "#test/experiment-bench.ts";
import { forward } from "#test/reference/forward.ts";
import { logProbability } from "#test/reference/lens.ts";
import { operandProblems, operandSuite } from "./operand-problems.ts";

const definition: SuiteDefinition = {
  name: "sums",
  title: "",
  about: "",
  arithmetic: [
    {
      group: "+",
      operation: "+",
      a: { from: 11, to: 34 },
      b: { from: 11, to: 12 },
      templates: ["{a}+{b}=", "{a} plus {b} is"],
    },
    { group: "*", operation: "*", a: { from: 0, to: 9 }, b: { from: 0, to: 9 }, templates: ["{a}*{b}="] },
  ],
};
const suite: SuiteSource = { kind: "definition", definition, count: 2, seed: 4 };
const request: RequestFor<"helix"> = { kind: "helix", suite, seed: 2 };

let bench: ExperimentBench;
beforeAll(async () => {
  bench = await experimentBench(abacusFiles());
});

const tokens = async (text: string) => [...(await bench.model.tokenizer.tokenize(text)).ids];

test("fits and patches agree with the reference, one forward pass for each layer and stand-in", async () => {
  const { reference: model } = bench;
  const found = await findingsOf(bench, request);
  expect(found.left).toEqual(["*"]);
  const [group] = found.groups;
  expect([found.groups.length, group!.numbers, group!.least, group!.most, group!.tested]).toEqual([1, 24, 11, 34, 2]);

  const numbers = Array.from({ length: 24 }, (_, place) => 11 + place);
  const problem = async (a: number, b: number) => {
    const ids = await tokens(`${a}+${b}=`);
    return { ids, right: (await tokens(`${a}+${b}=${a + b}`))[ids.length]! };
  };
  const runs = await Promise.all(numbers.map(async (a) => forward(model, (await problem(a, 11)).ids)));
  // the only position at which 11+11= and 12+11= differ
  const [one, other] = [await tokens("11+11="), await tokens("12+11=")];
  const position = one.findIndex((id, at) => id !== other[at]);
  const places = numbers.map((_, place) => place);
  const random = randomStream(2);
  const orders = Array.from({ length: 10 }, () => sample(places, places.length, random));

  const layers = Array.from({ length: model.layers }, (_, layer) => {
    const residuals = runs.map((run) => run.layerInput[layer]![position]!);
    const fits = fitsOf(numbers, residuals);
    const shuffled = orders.map((order) => projected(reordered(fits.helix, order), residuals));
    const of = (name: keyof typeof fits) => projected(fits[name], residuals);
    const values: Record<Standin, readonly Float64Array[]> = {
      layer: residuals,
      helix: of("helix"),
      leftOut: leftOut(fits.helix, residuals),
      components: of("components"),
      circle: of("circle"),
      polynomial: of("polynomial"),
      line: of("line"),
      shuffled: shuffled[0]!,
    };
    return { residuals, values, shuffled: shuffled.map((each) => rSquared(residuals, each)) };
  });
  for (const [layer, { residuals, values, shuffled }] of layers.entries()) {
    const { leftOut: _, shuffled: byChance, ...fits } = group!.fits[layer]!;
    expect(byChance).toBeCloseTo(shuffled.reduce((sum, each) => sum + each, 0) / 10, 5);
    for (const [name, share] of Object.entries(fits)) {
      expect(share).toBeCloseTo(rSquared(residuals, values[name as Standin]), 5);
    }
    // as 1 − Σ|h − ĥ|² / Σ|h − h̄|², both without the number
    const without = numbers.map((_number, at) => {
      const rest = residuals.filter((_row, place) => place !== at);
      const mean = rest[0]!.map((_value, dim) => rest.reduce((sum, row) => sum + row[dim]!, 0) / rest.length);
      const apart = (from: Float64Array) =>
        residuals[at]!.reduce((sum, value, dim) => sum + (value - from[dim]!) ** 2, 0);
      return [apart(values.leftOut[at]!), apart(mean)] as const;
    });
    const [error, spread] = [0, 1].map((part) => without.reduce((sum, each) => sum + each[part]!, 0));
    expect(group!.fits[layer]!.leftOut).toBeCloseTo(1 - error! / spread!, 5);
  }

  // the suite's draw, and the operand that a pair is corrupted with
  const { pairs } = await drawn();
  const patched = await Promise.all(
    pairs.map(async ([a, b, corruptedBy]): Promise<PatchedOperand> => {
      const [clean, corrupted] = [await problem(a, b), await problem(corruptedBy, b)];
      const after = (ids: readonly number[], at?: number, row?: Float64Array) =>
        forward(model, ids, [], undefined, {
          residPre: (layer: number, own: Float64Array[]) =>
            layer === at ? own.map((x, p) => (p === position ? row! : x)) : own,
        }).logits.at(-1)!;
      const before = after(corrupted.ids);
      const moved = (logits: Float64Array): Moved => ({
        logit: logits[clean.right]! - before[clean.right]!,
        nats: logProbability(logits, clean.right) - logProbability(before, clean.right),
      });
      const isFirst = (logits: Float64Array, id: number) => logits.every((logit) => logit <= logits[id]!);
      const asItIs = after(clean.ids);
      return {
        isRight: isFirst(asItIs, clean.right) && isFirst(before, corrupted.right),
        clean: moved(asItIs),
        layers: layers.map(({ values }, layer) => {
          const each = STANDINS.map(
            (name) => [name, moved(after(corrupted.ids, layer, values[name][a - 11]))] as const,
          );
          return Object.fromEntries(each) as Record<Standin, Moved>;
        }),
      };
    }),
  );
  const want = patchedLayers(patched, { seed: 2, draws: 1000 });
  expect(want.correct).toBeGreaterThan(0);
  const { tested, correct, clean, layers: ours } = group!;
  expect(
    difference(
      plain({ tested, correct, clean, layers: ours.map(unkept) }),
      plain({ ...want, layers: want.layers.map(unkept) }),
    ),
  ).toBeUndefined();
  // what the first layer reads of the operand is all that there is of it
  expect(ours[0]!.layer.logit.value).toBeCloseTo(clean.logit.value, 4);
  const kept = (of: typeof ours) => of.flatMap((each) => STANDINS.map((name) => each[name].kept.value));
  const known = (values: readonly number[]) => values.filter((value) => !Number.isNaN(value));
  expect(kept(ours).map(Number.isNaN)).toEqual(kept(want.layers).map(Number.isNaN));
  expect(known(kept(ours))).toBeAllClose(known(kept(want.layers)), { atol: 1e-4 });
});

/** A ratio's interval is of small numbers where little is moved; it is looked at by itself. */
const unkept = (layer: Readonly<Record<Standin, { logit: unknown; nats: unknown }>>) =>
  STANDINS.map((name) => [layer[name].logit, layer[name].nats]);
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** The pairs that the suite and the seed draw: operands of the clean problem, and the other first one. */
async function drawn(): Promise<{ pairs: readonly (readonly [number, number, number])[] }> {
  const source = operandSuite(suite);
  const tested = (await operandProblems(source, bench.model)).filter(({ group }) => group === "+");
  const random = randomStream(2);
  return {
    pairs: tested.map(({ a, b }) => {
      const others = Array.from({ length: 24 }, (_, place) => 11 + place).filter((each) => each !== a);
      return [a, b, others[Math.floor(random() * others.length)]!] as const;
    }),
  };
}

test("goes on after a stop where it was, to the same findings", async () => {
  const whole = await findingsOf(bench, request);
  const resumed = await resumedFindings(bench, request, 1);
  // the fits, then two pairs a step
  expect([resumed.stopped, resumed.plan.steps, resumed.plan.stepsKept]).toEqual(["AbortError", 2, 1]);
  expect(resumed.found).toEqual(whole);
  expect(resumed.partial!.groups.map(({ fits, tested }) => [fits.length, tested])).toEqual([[6, 0]]);
});

test("the plan counts a prompt for each number, and for each pair both problems and eight stand-ins in six layers", async () => {
  const plan = await bench.session.plan({ ...request, seed: 9 }, unaborted());
  expect([plan.steps, plan.rows]).toEqual([2, 24 + 2 * (2 + (8 * 7) / 2)]);
});

test.each<[string, SuiteSource, string]>([
  [
    "cases that are lines",
    { kind: "pasted", text: "3+5=,8,+" },
    "none of its cases is a problem whose operands are known",
  ],
  [
    "few operands",
    { kind: "definition", definition: { ...definition, arithmetic: definition.arithmetic!.slice(1) }, seed: 1 },
    "none of its operations has 20 first operands",
  ],
  [
    "a second operand that stands before the first",
    {
      kind: "definition",
      definition: { ...definition, arithmetic: [{ ...definition.arithmetic![0]!, templates: ["{b}+{a}="] }] },
      seed: 1,
      count: 1,
    },
    "has to be one token",
  ],
])("refuses %s", async (_, change, message) => {
  await expect(findingsOf(bench, { ...request, suite: change })).rejects.toThrow(message);
});
