import { beforeAll, describe, expect, test } from "vitest";
import { pruningCurve, unionOf } from "#analysis/experiments/tables/pruning-curve.ts";
import type { ScoredCase } from "#analysis/experiments/suite/scored-cases.ts";
import { randomGroups } from "#analysis/ablation/neuron-group.ts";
import type { HeadId, NeuronId } from "#model/ids.ts";
import type { RequestFor } from "#protocol/experiments.ts";
import { NATS } from "#test/agreement.ts";
import { abacusFiles } from "#test/checkpoints.ts";
import { difference, experimentBench, findingsOf, resumedFindings } from "#test/experiment-bench.ts";
import type { ExperimentBench } from "#test/experiment-bench.ts";
import { allBut, caseScore, lostTo, meanOfSource, promptsLike } from "#test/reference/experiments.ts";
import { forward } from "#test/reference/forward.ts";
import { lensOf } from "#test/reference/lens.ts";
import { neuronIncreases, rankNeurons } from "#test/reference/method.ts";
import type { ReferenceModel } from "#test/reference/families/family.ts";
import { readSuite } from "./suite-reader.ts";

const request: RequestFor<"pruning"> = {
  kind: "pruning",
  suite: { kind: "pasted", text: "prompt,answer,group\n45+27=,72,+\n9-4=,5,-\n" },
  foundOn: { kind: "pasted", text: "prompt,answer,group\n3+5=,8,+\n7-2=,5,-\n3+5=,8,+\n" },
  controls: [{ kind: "pasted", text: "the capital of france is,paris,capitals\nmary said that,she,names\n" }],
  per: "token",
  counts: [0, 5],
  draws: 1,
  onlyCorrect: false,
  seed: 9,
};
/** 17 of 32 layers stay: 3 of 6. */
const FROM = 3;

let abacus: ExperimentBench;
beforeAll(async () => {
  abacus = await experimentBench(abacusFiles());
});

/** Deep neurons of one answer token, most important first, straight from the definitions. */
function rankedByReference(model: ReferenceModel, { ids, answerIds }: ScoredCase, head: HeadId | undefined) {
  const all = head
    ? lostTo(model, { ids, target: answerIds[0]! }, head)
    : (() => {
        const run = forward(model, ids);
        return rankNeurons(neuronIncreases(lensOf(model, run), run, answerIds[0]!));
      })();
  return all.filter(({ layer }) => layer >= FROM).map(({ layer, neuron }): NeuronId => ({ layer, neuron }));
}

describe("what is left of a pruned model", () => {
  test.each([
    { head: undefined, ablation: "zero" },
    { head: { layer: 0, head: 7 }, ablation: "zero" },
    { head: undefined, ablation: "mean" },
  ] as const)(
    "agrees with one forward pass for each case and set of neurons, number by number: $head, $ablation",
    async ({ head, ablation }) => {
      const found = await findingsOf(abacus, { ...request, ablation, ...(head && { head }) });
      const { model, reference } = abacus;
      const casesOf = async (source: RequestFor<"pruning">["suite"]) => (await readSuite(source, model)).cases;
      const all = (await Promise.all([request.suite, request.foundOn, ...request.controls].map(casesOf))).flat();
      const ablationSource = (each: ScoredCase) =>
        ablation === "mean" ? meanOfSource(reference, promptsLike(each, all)) : undefined;
      const known = await casesOf(request.foundOn);
      const lists = known.slice(0, 2).map((each) => rankedByReference(reference, each, head));
      const kept = request.counts.map((count) => ({ count, neurons: unionOf(lists, count) }));
      const sets = kept.flatMap(({ neurons }, place) => [
        neurons,
        ...randomGroups(reference, neurons, { draws: 1, seed: 9 + place }),
      ]);
      const scored = async (source: RequestFor<"pruning">["suite"]) =>
        (await casesOf(source)).map((each) => ({
          group: each.asked.group,
          scores: [
            caseScore(reference, each),
            ...sets.map((set) => caseScore(reference, each, allBut(reference, set, FROM), ablationSource(each))),
          ],
        }));
      const curve = pruningCurve(
        {
          suite: await scored(request.suite),
          known: await scored(request.foundOn),
          controls: await scored(request.controls[0]!),
        },
        {
          spec: reference,
          per: "token",
          onlyCorrect: false,
          kept,
          randomSets: 1,
          fromLayer: FROM,
          seed: 9,
          draws: 1000,
        },
      );
      expect(difference(found, { ...curve, uncertified: 0, tokens: 2 })).toBeUndefined();
    },
  );

  test("is the model itself where everything is kept, and what is kept grows with N", async () => {
    const deep = FROM * abacus.model.spec.neurons;
    const counts = [1, 4, 40, deep];
    const { rows, all, groups, known } = await findingsOf(abacus, { ...request, counts, draws: 1 });
    expect(rows.map(({ neurons }) => neurons)).toEqual(rows.map(({ neurons }) => neurons).sort((a, b) => a - b));
    rows.forEach((row, index) => {
      const next = rows[index + 1] ?? row;
      row.kept.forEach(({ neurons }, layer) =>
        expect(next.kept[layer]!.neurons).toEqual(expect.arrayContaining([...neurons])),
      );
      expect(row.neurons).toBeLessThanOrEqual(2 * row.count);
      expect(row.share).toBe(row.neurons / deep);
    });
    const whole = rows.at(-1)!;
    expect(whole.share).toBe(1);
    expect(whole.all.accuracy).toEqual(all);
    expect(whole.groups.map(({ accuracy }) => accuracy)).toEqual(groups.map(({ accuracy }) => accuracy));
    expect(whole.known.accuracy.value).toBe(known.accuracy.value);
    for (const { nats } of [whole.all, ...whole.groups, ...whole.costs.map(({ cost }) => cost)]) {
      expect(nats.value).toBeAllClose(0, NATS);
    }
    expect(whole.random.mean, "there is nothing else to keep").toBe(all.value);
  });

  test("goes on with the neurons that were ranked before it was stopped", async () => {
    const { stopped, plan, partial, found } = await resumedFindings(abacus, request, 1);
    expect(partial!.all.value, "nothing is measured yet").toBeNaN();
    expect(partial!.rows.map(({ neurons }) => neurons)).toEqual(found.rows.map(({ neurons }) => neurons));
    expect(stopped).toBe("AbortError");
    expect(plan.stepsKept).toBe(1);
    expect(found).toEqual(await findingsOf(abacus, request));
  });

  test("is refused where more neurons are asked for than the deep layers have", async () => {
    await expect(findingsOf(abacus, { ...request, fromLayer: 5, counts: [513] })).rejects.toMatchObject({
      code: "bad-request",
      message: "counts is 513; it needs to be a whole number from 0 to 512",
    });
  });
});
