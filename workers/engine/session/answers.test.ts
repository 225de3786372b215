import { NATS } from "#test/agreement.ts";
import { abacusFiles, randomCheckpoint } from "#test/checkpoints.ts";
import type { RandomCheckpoint } from "#test/checkpoints.ts";
import { loadInNode, unaborted } from "#test/engine.ts";
import { forward } from "#test/reference/forward.ts";
import { atLast, logProbability } from "#test/reference/lens.ts";
import { scoreAnswer } from "#test/reference/method.ts";
import { readModel } from "#test/reference/model.ts";
import { llama2 } from "#test/tokenizers.ts";
import { beforeAll, describe, expect, test } from "vitest";
import { ModelSession } from "./model-session.ts";

const OFF = [
  { kind: "head", at: { layer: 1, head: 2 }, scale: 0 },
  { kind: "neuron", at: { layer: 0, neuron: 5 }, scale: -2 },
] as const;

const MODELS: readonly { name: string; changes: Partial<RandomCheckpoint> }[] = [
  { name: "heads that share keys, RMSNorm", changes: {} },
  { name: "LayerNorm, learned positions, tied", changes: { family: "gpt2" } },
  { name: "LayerNorm, FFN beside attention, a bias on the logits", changes: { family: "gptj" } },
];

describe.each(MODELS)("on a random model in f32: $name", ({ changes }) => {
  const files = randomCheckpoint(changes);
  const reference = readModel(files);
  const prompt = [1, 20, 9, 33];
  const answer = [2, 31, 31, 17, 5];
  let session: ModelSession;
  beforeAll(async () => {
    session = new ModelSession(await loadInNode(files, "f32"));
  });

  test.each([
    ["as it is", []],
    ["with parts changed", OFF],
  ])("agrees with the reference run on every prefix by itself, %s", async (_name, interventions) => {
    const found = await session.scoreAnswer(prompt, { answer, interventions }, unaborted());
    const want = scoreAnswer(reference, prompt, answer, interventions);
    expect(found.tokens.map(({ id, rank }) => [id, rank])).toEqual(want.map(({ id, rank }) => [id, rank]));
    expect(found.tokens.map(({ logProbability }) => logProbability)).toBeAllClose(
      want.map(({ logProbability }) => logProbability),
      NATS,
    );
    const sum = want.reduce((total, { logProbability }) => total + logProbability, 0);
    // five sums of it, each within the tolerance of one
    expect(found.logProbability).toBeAllClose(sum, { atol: 5 * NATS.atol });
  });

  test("of one token it is the prediction of that token", async () => {
    for (const interventions of [[], OFF]) {
      const { tokens, logProbability, correct } = await session.scoreAnswer(
        prompt,
        { answer: [17], interventions },
        unaborted(),
      );
      const { target } = await session.predict(
        prompt,
        { top: 10, target: 17, interventions },
        () => undefined,
        unaborted(),
      );
      expect(tokens[0]).toMatchObject({ id: 17, rank: target.rank, text: target.text });
      expect(logProbability).toBeAllClose(target.logProbability, NATS);
      expect(correct).toBe(target.rank === 0);
    }
  });

  test("a prediction with parts changed has the clean run beside it, each with the other's first tokens", async () => {
    const asked = { top: 5, interventions: OFF };
    const { clean, ...changed } = await session.predict(prompt, asked, () => undefined, unaborted());
    const wanted = [changed, clean!].map((run, index) => {
      const logits = atLast(forward(reference, prompt, index === 0 ? OFF : []).logits);
      const order = Array.from(logits.keys()).sort((a, b) => logits[b]! - logits[a]!);
      return { run, order, of: (id: number) => logProbability(logits, id) };
    });
    const target = wanted[1]!.order[0];
    for (const { run, order, of } of wanted) {
      const other = wanted.find((each) => each.run !== run)!;
      const own = order.slice(0, 5);
      expect(run.top.map(({ id }) => id)).toEqual(own);
      expect(run.included.map(({ id }) => id)).toEqual(other.order.slice(0, 5).filter((id) => !own.includes(id)));
      expect([run.target.id, run.target.rank]).toEqual([target, order.indexOf(target!)]);
      const all = [...run.top, ...run.included, run.target];
      expect(all.map((each) => each.logProbability)).toBeAllClose(
        all.map(({ id }) => of(id)),
        NATS,
      );
    }
    expect(await session.predict(prompt, { ...asked, interventions: [] }, () => undefined, unaborted())).toEqual({
      tokens: changed.tokens,
      ...clean,
      included: [],
    });
  });

  test("obeys the chain rule: an answer is its beginning, and its end after a longer prompt", async () => {
    const score = async (ids: number[], rest: number[]) =>
      (await session.scoreAnswer(ids, { answer: rest, interventions: OFF }, unaborted())).logProbability;
    const whole = await score(prompt, answer);
    const parts = (await score(prompt, answer.slice(0, 2))) + (await score([...prompt, 2, 31], answer.slice(2)));
    expect(whole).toBeAllClose(parts, NATS);
  });

  test("is right where greedy decoding writes it, and only there", async () => {
    const { ids } = await session.generate(prompt, { tokens: 4 }, unaborted());
    expect((await session.scoreAnswer(prompt, { answer: ids }, unaborted())).correct).toBe(true);
    const other = [...ids.slice(0, 3), (ids[3]! + 1) % 97];
    const missed = await session.scoreAnswer(prompt, { answer: other }, unaborted());
    expect([missed.correct, missed.tokens.findIndex(({ rank }) => rank > 0)]).toEqual([false, 3]);
  });
});

describe("an answer as text", () => {
  test("is cut as it stands behind the prompt", async () => {
    const session = new ModelSession(await loadInNode(abacusFiles(), "q8"));
    const { tokens, correct } = await session.scoreAnswer("3+5=", { answer: "8" }, unaborted());
    expect(tokens.map(({ id, text, rank }) => [id, text, rank])).toEqual([[12, "8", 0]]);
    expect(correct).toBe(true);
    const two = await session.scoreAnswer("3+5=", { answer: "8+1" }, unaborted());
    expect(two.tokens.map(({ text }) => text)).toEqual(["8", "+", "1"]);
  });

  const withSentencepiece = () => {
    const files = randomCheckpoint({ vocabulary: 277 });
    const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
    files.set("tokenizer.json", bytes(llama2.json));
    files.set("tokenizer_config.json", bytes(llama2.config));
    return loadInNode(files, "f32").then((model) => new ModelSession(model));
  };

  test("has no space of its own behind a prompt, and digits one by one where the model has them so", async () => {
    const session = await withSentencepiece();
    const texts = async (prompt: string | number[], answer: string) =>
      (await session.scoreAnswer(prompt, { answer }, unaborted())).tokens.map(({ text }) => text);
    expect(await texts("128+2=", "128")).toEqual(["1", "2", "8"]);
    expect(await texts("a", " the")).toEqual([" the"]);
    // behind token ids nobody knows what the text before was
    expect(await texts([1, 265], "128")).toEqual([" ", "1", "2", "8"]);
  });

  test("is refused where the prompt's last token would become another one", async () => {
    const session = await withSentencepiece();
    await expect(session.scoreAnswer("a ", { answer: "the" }, unaborted())).rejects.toMatchObject({
      code: "bad-request",
      message:
        "answer: with “the” behind it the prompt is cut otherwise than alone (<s> ·   · a ·  the against <s> ·   · a ·  ); move the space between them, or give the answer as token ids",
    });
  });
});

test.each<[string, string | number[], string | number[], string, string]>([
  ["no answer", [1, 5], [], "bad-request", "the answer is empty; at least one token is needed"],
  ["an empty text", "w5", "", "bad-request", "the answer is empty; at least one token is needed"],
  ["an id that is none", [1, 5], [97], "bad-request", "answer: 97 is no token id; they go from 0 to 96"],
  ["half an id", [1, 5], [1.5], "bad-request", "answer: 1.5 is no token id"],
  ["a text nobody knows", "w5", " é", "bad-request", "“é” is not in this model’s vocabulary"],
  ["more than an answer has", [1], Array<number>(257).fill(5), "bad-request", "the answer has 257 tokens; at most 256"],
  ["an empty prompt", "", "w5", "empty-prompt", "the prompt is empty"],
  [
    "a prompt and an answer beyond the context",
    Array<number>(30).fill(5),
    [5, 5, 5, 5],
    "prompt-too-long",
    "the prompt has 33 tokens; this model reads at most 32",
  ],
])("refuses %s", async (_name, prompt, answer, code, message) => {
  const session = new ModelSession(await loadInNode(randomCheckpoint({ layers: 1 }), "q8"));
  await expect(session.scoreAnswer(prompt, { answer }, unaborted())).rejects.toMatchObject({
    name: "Fault",
    code,
    message: expect.stringContaining(message),
  });
});
