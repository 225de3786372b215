import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { CALL_NAMES, entryOf } from "#protocol/calls.ts";
import { goldenCases } from "#test/agreement.ts";
import { builtCommand } from "#test/built-command.ts";
import type { BuiltCommand } from "#test/built-command.ts";
import { kebab } from "./command-line.ts";
import { callNamed } from "./call-command.ts";
import { shippedModel } from "./package-files.ts";

/** What the page's own engine is held to in a browser. */
const NEAR = 4;

const cache = mkdtempSync(join(tmpdir(), "arithmoscope-command-"));
let command: BuiltCommand;
beforeAll(async () => {
  command = await builtCommand("calls");
});

const asked = async (...args: string[]) => {
  const { code, out, err } = await command.run([
    ...args,
    "--cache",
    cache,
    "--dtype",
    "f32",
    "--threads",
    "1",
    "--quiet",
  ]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return JSON.parse(out) as { readonly model: object; readonly result: never };
};

describe("one prompt, against an independent float64 implementation", () => {
  const [first] = goldenCases;

  test("predict", async () => {
    const { model, result } = await asked("predict", first!.prompt, "--top", "3");
    const { top, target } = result as {
      top: { id: number; probability: number }[];
      target: { logProbability: number };
    };
    expect(model).toMatchObject({ name: "abacus", dtype: "f32", provider: "wasm" });
    expect(top.map(({ id }) => id)).toEqual(first!.top.slice(0, 3).map(([id]) => id));
    expect(target.logProbability).toBeCloseTo(first!.logprob, NEAR);
  });

  test("sweep, of every prompt, one on each line of stdin", async () => {
    const lines = goldenCases.map(({ ids }) => JSON.stringify(ids)).join("\n");
    const { code, out } = await command.run(["sweep", "-", "--cache", cache, "--dtype", "f32", "--threads", "1"], {
      input: lines,
    });
    expect(code).toBe(0);
    const sweeps = out.trimEnd().split("\n");
    expect(sweeps.length).toBe(goldenCases.length);
    for (const [index, line] of sweeps.entries()) {
      const { logProbability } = (JSON.parse(line) as { result: { logProbability: number[][] } }).result;
      const golden = goldenCases[index]!.head_logprob_after_ablation;
      logProbability.forEach((row, layer) =>
        row.forEach((value, head) => expect(value).toBeCloseTo(golden[layer]![head]!, NEAR)),
      );
    }
  });

  test("compare, with the most important head off", async () => {
    const [layer, head] = first!.most_important_head;
    const { result } = await asked("compare", first!.prompt, "--off", `L${layer}H${head}`, "--count", "5");
    const { rows } = result as { rows: { layer: number; neuron: number; change: number }[] };
    expect(rows.map((row) => [row.layer, row.neuron])).toEqual(
      first!.cna_top.slice(0, 5).map((row) => [row.layer, row.neuron]),
    );
    rows.forEach(({ change }, place) => expect(change).toBeCloseTo(first!.cna_top[place]!.change, NEAR));
  });

  test("chain begins with the head whose loss costs most", async () => {
    const { result } = await asked("chain", first!.prompt);
    const [layer, head] = first!.most_important_head;
    expect(JSON.stringify(result)).toContain(JSON.stringify({ layer, head }).slice(1, -1));
  });
});

describe("a word that is wrong is one sentence, and an exit code that says whose fault it is", () => {
  test.each<[string, string[], number, string]>([
    ["no such command", ["predikt", "3+5="], 2, "there is no command “predikt”"],
    ["a word that every object knows", ["constructor", "3+5="], 2, "there is no command “constructor”"],
    ["no prompt", ["predict"], 2, "predict: one argument is needed, the prompt; it got 0"],
    ["a prompt in several words", ["predict", "3", "+", "5"], 2, "is a text with spaces in quotes?"],
    ["an unknown option", ["predict", "3+5=", "--tops", "3"], 2, "Unknown option '--tops'"],
    ["an option out of range", ["predict", "3+5=", "--top", "0"], 2, "predict: top is 0; it needs to be"],
    ["no such model", ["predict", "3+5=", "--model", "nowhere"], 2, "--model is “nowhere”; a folder"],
    ["no such adapter", ["predict", "3+5=", "--adapter", "nowhere"], 2, "--adapter is “nowhere”; a folder"],
    ["a folder without a model", ["predict", "3+5=", "--model", "src/core"], 3, "config.json"],
    ["no such provider", ["predict", "3+5=", "--ep", "tpu"], 2, "--ep is “tpu”; it needs to be one of wasm, cpu"],
    ["a head that is not there", ["compare", "3+5=", "--count", "3", "--off", "L9H9"], 2, "L9H9"],
  ])("%s", async (_, args, code, words) => {
    const ended = await command.run([...args, "--quiet"]);
    expect(ended).toMatchObject({ code, out: "" });
    expect(ended.err).toContain(words);
    expect(ended.err.trimEnd().split("\n").length).toBe(1);
  });
});

test("a folder that keeps no models costs a sentence, and not the answer", async () => {
  const file = join(cache, "a-file");
  writeFileSync(file, "");
  for (const place of ["/proc/arithmoscope", file]) {
    const { code, out, err } = await command.run(["predict", "3+5=", "--cache", place, "--threads", "1", "--quiet"]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ model: { name: "abacus" } });
    expect(err).toMatch(/^arithmoscope: .+\. The model is held in memory for this visit, .+\n$/);
    expect(err).toContain(place);
  }
});

test("a tokenizer's pattern that never ends is ended and named", { timeout: 30_000 }, async () => {
  const folder = join(cache, "endless");
  cpSync(shippedModel("abacus"), folder, { recursive: true });
  const path = join(folder, "tokenizer.json");
  const json = JSON.parse(readFileSync(path, "utf8")) as { readonly pre_tokenizer: object };
  // cubic in the letters behind each of them: nothing gives up, and nothing comes to an end
  const endless = { type: "Split", pattern: { Regex: "\\w*\\w*\\w*[^\\w]" }, behavior: "Isolated", invert: false };
  const steps = { type: "Sequence", pretokenizers: [endless, json.pre_tokenizer] };
  writeFileSync(path, JSON.stringify({ ...json, pre_tokenizer: steps }));
  const asked = ["predict", "a".repeat(380), "--model", folder, "--cache", cache, "--threads", "1", "--quiet"];
  const { code, out, err } = await command.run(asked);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toMatch(
    /^arithmoscope: tokenizer\.json: its pattern ".*" of pre_tokenizer had not finished cutting "aaa.* and was ended/,
  );
});

describe("the catalogue", () => {
  const about = CALL_NAMES.filter((name) => {
    const { of } = entryOf(name);
    return of !== "engine" && of !== "experiments";
  });

  test("every call about a model is a command, and the help names it", async () => {
    expect(about.filter((name) => callNamed(kebab(name)) !== name)).toEqual([]);
    const { out } = await command.run(["--help"]);
    const short = { sweepHeads: "sweep", compareNeurons: "compare" } as Record<string, string>;
    expect(about.filter((name) => !out.includes(short[name] ?? kebab(name)))).toEqual([]);
  });

  test("a command's help names every option of its call", async () => {
    const { out } = await command.run(["patch", "--help"]);
    const options = Object.keys(entryOf("patch").options!);
    expect(options.filter((name) => !out.includes(`--${kebab(name)}`))).toEqual([]);
  });
});
