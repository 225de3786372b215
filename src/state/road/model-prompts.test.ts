import { beforeEach, expect, test } from "vitest";
import type { Engine } from "#client/engine.ts";
import { Fault } from "#core/fault.ts";
import type { ModelInfo } from "#protocol/engine.ts";
import { model } from "../model/model.ts";
import { connectEngine } from "../run/engine-port.ts";
import { modelPrompts, readModelPrompts } from "./model-prompts.ts";

/** An engine whose tokenizer cuts by a pattern, behind a beginning that it adds. */
function connect(pattern: RegExp): string[] {
  const asked: string[] = [];
  const cut = (text: string) => text.match(pattern) ?? [];
  connectEngine({
    tokenize: (text: string) => {
      asked.push(text);
      return Promise.resolve({ ids: [], texts: ["<s>", ...cut(text)], added: [0], unknown: [] });
    },
    answerTokens: (prompt: string, { answer }: { readonly answer: string }) => {
      const behind = cut(prompt + answer).slice(cut(prompt).length);
      return Promise.resolve(behind.map((text, id) => ({ id, text })));
    },
  } as unknown as Engine);
  return asked;
}

const LLAMA = /\d| ?[A-Za-z:?]+|[^\s\d]| /g;
const GPT = / ?\d{1,3}| ?[A-Za-z:?]+|\S/g;

beforeEach(() => {
  modelPrompts.setState({ value: undefined });
  model.setState({ info: { content: "a" } as ModelInfo });
});

test("where the space is a token of its own the prompt ends with it", async () => {
  connect(LLAMA);
  await readModelPrompts();
  const { reading, cut, prompts } = modelPrompts.getState().value!;
  expect([reading, cut[0]]).toEqual(["digits", ["1", "2", "3"]]);
  expect(prompts.slice(0, 4)).toEqual(["3+5=", "The sum of 3 and 5 is ", "3 plus 5 is ", "Q: What is 3 plus 5? A: "]);
  expect(prompts).toContain("45+27=");
});

test("where it belongs to the number the prompt ends with the word", async () => {
  connect(GPT);
  await readModelPrompts();
  const { reading, prompts } = modelPrompts.getState().value!;
  expect([reading, prompts[1]]).toEqual(["threes-from-left", "The sum of 3 and 5 is"]);
});

test("a model is asked once, and another one anew", async () => {
  const asked = connect(LLAMA);
  await readModelPrompts();
  await readModelPrompts();
  expect(asked).toHaveLength(3);
  model.setState({ info: { content: "b" } as ModelInfo });
  await readModelPrompts();
  expect([asked.length, modelPrompts.getState().value!.content]).toEqual([6, "b"]);
});

test("a vocabulary without digits has no suggestions", async () => {
  connectEngine({
    tokenize: () => Promise.resolve({ ids: [], texts: [], added: [], unknown: ["1"] }),
    answerTokens: () => Promise.reject(new Fault("bad-request", "“8” is not in this model’s vocabulary")),
  } as unknown as Engine);
  await readModelPrompts();
  expect(modelPrompts.getState().value).toBeUndefined();
});
