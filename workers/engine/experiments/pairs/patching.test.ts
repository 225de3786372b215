import { patching } from "#protocol/experiments/pairs/patching.ts";
import { beforeAll, describe, expect, test } from "vitest";
import { patchTable } from "#analysis/experiments/tables/patch-table.ts";
import type { PatchedPair } from "#analysis/experiments/patched-pairs.ts";
import { patchingRows } from "#analysis/patching/wavefront.ts";
import { randomStream } from "#core/numeric/random.ts";
import type { RequestFor, SuiteSource } from "#protocol/experiments.ts";
import { abacusFiles, randomCheckpoint } from "#test/checkpoints.ts";
import { unaborted } from "#test/engine.ts";
import { difference, experimentBench, findingsOf, resumedFindings } from "#test/experiment-bench.ts";
import type { ExperimentBench } from "#test/experiment-bench.ts";
import { forward } from "#test/reference/forward.ts";
import { logProbability } from "#test/reference/lens.ts";
import { patchedAt, patchedHead } from "#test/reference/patching.ts";
import type { ReferencePair } from "#test/reference/patching.ts";
import { readSuite } from "../suite-reader.ts";

const suite = (rows: (text: string) => string): SuiteSource => ({
  kind: "pasted",
  text: JSON.stringify({
    contrasts: [
      {
        group: "operator",
        rows: [
          ["9-4=", "5", "9+4=", "13"],
          ["8-3=", "5", "8+3=", "11"],
        ],
      },
      { group: "same answer", rows: [["3+5=", "8", "4+4=", "8"]] },
      // of other lengths, and of one prompt
      {
        group: "left out",
        rows: [
          ["3+5=", "8", "3+5+1=", "9"],
          ["3+5=", "8", "3+5=", "9"],
        ],
      },
    ].map(({ group, rows: list }) => ({ group, rows: list.map((row) => row.map(rows)) })),
  }),
});
const few = suite((text) => text);
/** The same shapes in the words of a random checkpoint, where a whole forward in float64 costs little. */
const words = suite((text) => [...text].map((sign) => `w${20 + (sign.codePointAt(0)! % 70)}`).join(" "));

const request = (change: Partial<RequestFor<"patching">> = {}): RequestFor<"patching"> => ({
  kind: "patching",
  suite: few,
  seed: 3,
  site: "z",
  direction: "denoise",
  ...change,
});

let abacus: ExperimentBench;
let random: ExperimentBench;
beforeAll(async () => {
  abacus = await experimentBench(abacusFiles());
  random = await experimentBench(randomCheckpoint());
});

/** The donor with what stands at position p + shift in the place of p. */
function moved(donor: ReferencePair["donor"], shift: number): ReferencePair["donor"] {
  const turn = <T>(values: readonly T[]) => values.map((_, p) => values[(p + shift) % values.length]!);
  return {
    ...donor,
    layerInput: donor.layerInput.map(turn),
    layerOutput: donor.layerOutput.map(turn),
    attnOutput: donor.attnOutput.map(turn),
    z: donor.z.map((heads) => heads.map(turn)),
  };
}

describe.each(["denoise", "noise"] as const)("patches over pairs, %s", (direction) => {
  test.each(["z", "resid_pre"] as const)(
    "of %s agree with one forward pass for each, number by number",
    async (site) => {
      const found = await findingsOf(random, request({ suite: words, site, direction }));
      const { reference: model } = random;
      const { cases } = await readSuite(words, random.model);
      const pairs = cases.filter(({ asked }) => asked.group !== "left out");
      expect([found.left, found.groups.map(({ name, pairs: count }) => [name, count])]).toEqual([
        2,
        [
          ["operator", 2],
          ["same answer", 1],
        ],
      ]);
      // as the request's seed draws them: the others of each pair in the suite's order
      const draw = randomStream(3);
      const sides = pairs.map(({ ids, other }) => (direction === "denoise" ? ids : other!.ids));
      const patched = pairs.map(({ ids, answerIds, other, asked }, index): { group: string; patched: PatchedPair } => {
        const others = sides.filter((_, place) => place !== index);
        const donorOfAnother = forward(model, others[Math.floor(draw() * others.length)]!);
        const shift = 1 + Math.floor(draw() * (ids.length - 1));
        const [right, wrong] = [answerIds[0]!, other!.answerIds[0]!];
        const metric = (logits: Float64Array) =>
          right === wrong ? logProbability(logits, right) : logits[right]! - logits[wrong]!;
        const [clean, corrupted] = [forward(model, ids), forward(model, other!.ids)];
        const [receiver, donor] = direction === "denoise" ? [corrupted, clean] : [clean, corrupted];
        const grid = (from: ReferencePair["donor"]) => {
          const pair = { model, receiver, donor: from };
          const positions = ids.map((_, at) => at);
          return Array.from({ length: model.layers }, (_, layer) =>
            site === "z"
              ? Array.from({ length: model.heads }, (_head, head) =>
                  metric(patchedHead(pair, { layer, head }, positions)),
                )
              : positions.map((at) => metric(patchedAt(pair, "residPre", layer, [at]))),
          );
        };
        return {
          group: asked.group,
          patched: {
            clean: metric(clean.logits.at(-1)!),
            corrupted: metric(corrupted.logits.at(-1)!),
            own: grid(donor),
            other: grid(donorOfAnother),
            shuffled: grid(moved(donor, shift)),
          },
        };
      });
      const options = {
        direction,
        isByPosition: site !== "z",
        unscaled: new Set(["same answer"]),
        seed: 3,
        draws: 1000,
      };
      expect(difference(found.groups, patchTable(patched, options))).toBeUndefined();
      // two answers are judged by their logits, one by its log-probability, and a link names the unit
      const units = patching.claims(found).map(({ name, unit }) => [name.startsWith("same answer"), unit]);
      expect(units).toEqual([...Array<unknown>(4).fill([false, "logits"]), ...Array<unknown>(4).fill([true, "nats"])]);
    },
  );
});

test("an operator is carried by one head of the bundled model", async () => {
  const found = await findingsOf(abacus, request());
  expect(found.groups[0]!.rows[0]![7]!.value.value).toBeGreaterThan(0.9);
});

test("goes on after a stop where it was, to the same findings", async () => {
  const whole = await findingsOf(abacus, request());
  const resumed = await resumedFindings(abacus, request(), 1);
  expect([resumed.stopped, resumed.plan.steps, resumed.plan.stepsKept]).toEqual(["AbortError", 3, 1]);
  expect(resumed.found).toEqual(whole);
  expect(resumed.partial!.groups.map(({ pairs }) => pairs)).toEqual([1]);
});

test("the plan counts the forwards of every pair: its own two, another's, and three maps of patches", async () => {
  const plan = await abacus.session.plan(request(), unaborted());
  // 6 layers of 8 heads: 3 · 8 · 7 / 2 forwards and 3 more, for each of three pairs
  expect(plan.rows).toBe(3 * 87);
  expect(patchingRows(6, [[{ layer: 0 }]])).toBe(6);
});

test("a suite without pairs is refused with what is needed", async () => {
  await expect(findingsOf(abacus, request({ suite: { kind: "pasted", text: "3+5=,8,+" } }))).rejects.toThrow(
    "suite: none of its cases is a pair of two prompts of as many tokens",
  );
});
