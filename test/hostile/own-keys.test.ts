import { callNamed } from "#command/call-command.ts";
import { suiteCommand } from "#command/suite/suite-commands.ts";
import { Fault } from "#core/fault.ts";
import { ggmlTypeNamed } from "#formats/gguf/ggml-types.ts";
import { plainName } from "#formats/checkpoint.ts";
import { isStored } from "#formats/stored.ts";
import { readSpec } from "#model/families.ts";
import { architectureNamed } from "#model/gguf/architectures.ts";
import { configOfGguf } from "#model/gguf/config.ts";
import { GATED_NAMES, checkpointName, storedName } from "#model/gguf/tensor-names.ts";
import { readArguments } from "#protocol/call.ts";
import { CALL_NAMES, entryOf } from "#protocol/calls.ts";
import type { ModelInfo } from "#protocol/engine.ts";
import { shippedAdapters } from "#state/experiments/adapter-set.ts";
import { readForm } from "#state/experiments/form/form-link.ts";
import { readResultFile } from "#state/experiments/result-file.ts";
import { randomCheckpoint } from "#test/checkpoints.ts";
import { PRE_TOKENIZERS } from "#workers/engine/gguf/pre-tokenizers.ts";
import { withConfig } from "#workers/engine/tokenizer/tokenizer-config.ts";
import { describe, expect, test } from "vitest";

/** Names that every object answers to, where a table is asked for what it does not have. */
describe.each(["__proto__", "constructor", "toString"])("a file, a link or a command line that says %s", (name) => {
  /** As a file has it: `__proto__` is a field like any other. */
  const json = (fields: string) => JSON.parse(fields.replaceAll("NAME", name)) as Record<string, unknown>;
  const config = json(new TextDecoder().decode(randomCheckpoint({}).get("config.json")));

  /** What a person is told; "" where nothing is refused. */
  const told = (run: () => unknown): Promise<string> =>
    Promise.resolve()
      .then(run)
      .then(
        () => "",
        (reason: unknown) => (reason instanceof Fault ? reason.message : `a crash: ${String(reason)}`),
      );
  /** It names what was found, and nothing of the language that reads it. */
  const isPlain = (message: string) =>
    message.includes(name) && !/a crash|\[object|native code|undefined/.test(message);

  test("of an architecture of GGUF", async () => {
    expect(await told(() => architectureNamed(name))).toSatisfy(isPlain);
    const tensors = { has: () => true, shapeOf: () => [2], ropeDivisors: {} };
    expect(await told(() => configOfGguf(new Map([["general.architecture", name]]), tensors))).toSatisfy(isPlain);
    expect(await told(() => readSpec({ ...config, gguf_architecture: name }))).toSatisfy(isPlain);
  });

  test.each([
    '{"model_type": "NAME", "architectures": ["LlamaForCausalLM"]}',
    '{"architectures": ["NAME"]}',
    '{"architectures": [], "model_type": "NAME"}',
    '{"hidden_act": "NAME"}',
    '{"rope_scaling": {"rope_type": "NAME"}}',
    '{"quantization_config": {"quant_method": "NAME"}}',
  ])("in a config: %s", async (fields) => {
    expect(await told(() => readSpec({ ...config, ...json(fields) }))).toSatisfy(isPlain);
  });

  test("of a stored type, a tensor, a way to cut texts or a tokenizer's class", () => {
    expect([isStored(name), ggmlTypeNamed(name), PRE_TOKENIZERS.get(name)]).toEqual([false, undefined, undefined]);
    for (const tensor of [name, `${name}.weight`]) {
      expect([checkpointName(GATED_NAMES, tensor), storedName(GATED_NAMES, tensor)]).toEqual([tensor, tensor]);
      expect(plainName(tensor)).toBe(tensor);
    }
    const tokenizer = json('{"added_tokens": [], "model": {"type": "NAME"}}');
    expect(withConfig(tokenizer, json('{"tokenizer_class": "NAME"}'), {}).whole).toEqual(tokenizer);
  });

  test("of a command, a call or an option", async () => {
    expect([callNamed(name), suiteCommand(name)]).toEqual([undefined, undefined]);
    expect(CALL_NAMES).not.toContain(name);
    expect(await told(() => readArguments("predict", entryOf("predict"), ["3+5=", json('{"NAME": 1}')]))).toSatisfy(
      isPlain,
    );
  });

  test("of a model that came from a folder", () => {
    const info = { source: { kind: "files", name } } as ModelInfo;
    expect(shippedAdapters({ shipped: {}, folders: [] }, { info })).toEqual([]);
  });

  test("of an experiment", async () => {
    expect(readForm(name, () => undefined)).toBeUndefined();
    expect(await told(() => readResultFile(JSON.stringify({ experiment: { kind: name } })))).toSatisfy(isPlain);
  });
});
