import { beforeAll, describe, expect, test } from "vitest";
import { NATS } from "#test/agreement.ts";
import { abacusFiles, randomCheckpoint } from "#test/checkpoints.ts";
import { loadInNode, unaborted } from "#test/engine.ts";
import { forward } from "#test/reference/forward.ts";
import { readModel } from "#test/reference/model.ts";
import { detected, detectionPatterns } from "#test/reference/reading.ts";
import type { HeadScores } from "#protocol/lens.ts";
import type { LoadedModel } from "../load/load-model.ts";
import { scoredHeads } from "./scored-heads.ts";

const scored = (model: LoadedModel, seed = 1) =>
  scoredHeads(model, { seed, onProgress: () => undefined, signal: unaborted() });

describe.each(["llama", "gpt2", "gptj"] as const)("on a random model of %s", (family) => {
  test("every score is the reference's attention through the head detector's patterns", async () => {
    const files = randomCheckpoint({ family, context: 12 });
    const found = await scored(await loadInNode(files, "f32"));
    const reference = readModel(files);
    const runs = found.sequences.map((ids) => forward(reference, ids));
    for (const name of ["previousToken", "duplicateToken", "induction", "firstToken"] as const) {
      const { score, queries, positions } = found.scores[name]!;
      const { mul, most } = detected(runs, (ids) => detectionPatterns(ids)[name]);
      expect(queries / positions).toBeCloseTo(most, 12);
      expect(score.map((row) => row.map((value) => (value * queries) / positions))).toBeAllClose(mul, NATS);
    }
    // its tokens are w3, w4, …, which are no list that anybody counts in
    expect(found.scores.successor).toBeUndefined();
    // BOS, and as many tokens twice as its context of 12 takes
    for (const ids of found.sequences) {
      expect(ids).toHaveLength(11);
      expect(ids[0]).toBe(1);
      expect(ids.slice(1, 6)).toEqual(ids.slice(6));
      expect(new Set(ids.slice(1, 6)).size).toBe(5);
    }
  });
});

describe("on the bundled model", () => {
  let model: LoadedModel;
  let found: HeadScores;
  beforeAll(async () => {
    model = await loadInNode(abacusFiles(), "f32");
    found = await scored(model);
  });

  test("what is drawn are pieces of text: nothing that marks, fills or stands beyond the vocabulary", () => {
    const marks = ["<s>", "</s>", "<unk>", "<pad>"];
    const drawn = new Set(found.sequences.flatMap((ids) => ids.slice(1)));
    expect([...drawn].map((id) => model.tokenizer.tokenText(id)).filter((name) => marks.includes(name))).toEqual([]);
    expect(
      marks.some((name) => Array.from({ length: 8 }, (_, id) => model.tokenizer.tokenText(id)).includes(name)),
    ).toBe(true);
    // of a model whose vocabulary is padded with places that no text is cut into, none is drawn
    const odd = (id: number) => id % 2 === 1;
    const tokenizer = { ...model.tokenizer, isPlain: (id: number) => odd(id) && model.tokenizer.isPlain(id) };
    return scored({ ...model, tokenizer }).then(({ sequences }) => {
      expect(sequences.flatMap((ids) => ids.slice(1)).every(odd)).toBe(true);
    });
  });

  test("a successor is the word that comes next where people count, in whatever order they stand", () => {
    const counted = [
      "0 1 2 3 4 5 6 7 8 9",
      "one two three four five six seven eight nine ten",
      "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
      "January February March April May June July August September October November December",
      "A B C D E F G H I J K L M N O P Q R S T U V W X Y Z",
    ].map((list) => list.split(" "));
    const text = (id: number) => model.tokenizer.tokenText(id).trim();
    const isNext = (query: number, key: number) =>
      counted.some((list) => list.includes(text(query)) && list[list.indexOf(text(query)) + 1] === text(key));
    const { score, queries } = found.scores.successor!;
    const reference = readModel(abacusFiles());
    const tables = found.lists.map((list) => {
      const { mul, most } = detected([forward(reference, list)], (ids) =>
        ids.map((query, place) => ids.map((key, at) => (at < place && isNext(query, key) ? 1 : 0))),
      );
      return { mul, could: Math.round(most * list.length), length: list.length };
    });
    expect(tables.reduce((sum, { could }) => sum + could, 0)).toBe(queries);
    const wanted = score.map((row, layer) =>
      row.map((_, head) => tables.reduce((sum, { mul, length }) => sum + mul[layer]![head]! * length, 0) / queries),
    );
    expect(score).toBeAllClose(wanted, NATS);
  });

  test("the same seed draws the same, another one other tokens", async () => {
    expect(await scored(model)).toEqual(found);
    expect((await scored(model, 2)).sequences).not.toEqual(found.sequences);
  });

  test("every attention is a share", () => {
    for (const { score } of Object.values(found.scores)) {
      for (const value of score.flat()) {
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1 + 1e-6);
      }
    }
  });
});
