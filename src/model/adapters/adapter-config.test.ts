import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readAdapterConfig } from "./adapter-config.ts";

const MINIMAL = { peft_type: "LORA", r: 8, lora_alpha: 16, target_modules: ["q_proj", "v_proj"] };
const read = (fields: object) => readAdapterConfig({ ...MINIMAL, ...fields });
const Q3 = "model.layers.3.self_attn.q_proj";
const UP3 = "model.layers.3.mlp.up_proj";

describe("scale and rank", () => {
  test("are those worked out by hand", () => {
    const config = read({ rank_pattern: { q_proj: 4 }, alpha_pattern: { "layers.3.mlp.up_proj": 6 } });
    expect([config.rankOf(Q3), config.scaleOf(Q3, config.rankOf(Q3)!)]).toEqual([4, 16 / 4]);
    expect([config.rankOf(UP3), config.scaleOf(UP3, config.rankOf(UP3)!)]).toEqual([8, 6 / 8]);
    expect(read({ use_rslora: true }).scaleOf(Q3, 8)).toBe(16 / Math.sqrt(8));
  });

  test("go by the first key that fits the end of a name, as an expression", () => {
    const config = read({ rank_pattern: { "layers\\.[0-3]\\..*": 2, q_proj: 4 } });
    expect([config.rankOf(Q3), config.rankOf("model.layers.4.self_attn.q_proj"), config.rankOf("xq_proj")]).toEqual([
      2, 4, 8,
    ]);
  });
});

describe("patterns that are not read here", () => {
  test("leave it to the tensors what is adapted, and say so", () => {
    const config = read({ target_modules: "^(model(?=\\.).*\\.(q_proj|v_proj))$" });
    expect([config.isTarget(Q3), config.isTarget(UP3)]).toEqual([true, true]);
    expect(config.note).toBe(
      "adapter_config.json: the pattern “^(model(?=\\.).*\\.(q_proj|v_proj))$” has a group with a question mark other than (?: and (?P<…> before character 10, which is not read here. Its tensors say what is adapted; PEFT may adapt other modules by that pattern.",
    );
    expect(read({}).note).toBe("");
  });

  test("leave the rank to the tensors, from the first key on that is not read, and the alpha to nobody", () => {
    const config = read({ rank_pattern: { "layers.3.mlp.up_proj": 2, "(?i)q_PROJ": 4, v_proj: 5 } });
    expect([config.rankOf(UP3), config.rankOf(Q3)]).toEqual([2, undefined]);
    expect(config.note).toContain("Its tensors say what rank they have.");
    expect(() => read({ alpha_pattern: { "(?i)q_PROJ": 4 } })).toThrow("which is not read here");
  });

  test("are found in no time, however many there are", () => {
    const many = (count: number) => ({
      rank_pattern: Object.fromEntries(Array.from({ length: count }, (_, index) => [`x.${index}.q_proj`, 4])),
    });
    expect(read(many(10_000)).rankOf(Q3)).toBe(8);
    expect(() => read(many(100_000))).toThrow(
      "adapter_config.json: rank_pattern has 100000 keys; at most 10000 are read",
    );
    // the thousandth is beyond what patterns may take together
    const expressions = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`[q]_proj${index}`, 4]));
    expect(read({ rank_pattern: expressions }).rankOf(Q3)).toBeUndefined();
  });

  test("a plain key's full stop is any character, as in an expression", () => {
    const config = read({ rank_pattern: { "layers.3.self.attn.q_proj": 3 } });
    expect(config.rankOf(Q3)).toBe(3);
  });
});

describe("targets", () => {
  test.each<[string, object, string, boolean]>([
    ["by the end of a name", {}, Q3, true],
    ["and not by a part of it", { target_modules: ["proj"] }, Q3, false],
    ["none of the list", {}, UP3, false],
    ["in full", { target_modules: [Q3] }, Q3, true],
    ["by a pattern", { target_modules: ".*mlp\\.(up|down)_proj" }, UP3, true],
    ["not by a part of a pattern", { target_modules: "up_proj" }, UP3, false],
    ["all", { target_modules: "all-linear" }, UP3, true],
    ["in a layer", { layers_to_transform: [1, 3] }, Q3, true],
    ["in another layer", { layers_to_transform: 2 }, Q3, false],
    ["in a layer of a list", { layers_to_transform: [3], layers_pattern: "layers" }, Q3, true],
    ["not in a layer of another list", { layers_to_transform: [3], layers_pattern: ["h"] }, Q3, false],
    ["layers left out", { layers_to_transform: null }, Q3, true],
  ])("%s", (_name, fields, module, isTarget) => {
    expect(read(fields).isTarget(module)).toBe(isTarget);
  });
});

test("fields that are there and empty, as PEFT writes them, are no reason to refuse", () => {
  const config = read({
    bias: "none",
    modules_to_save: null,
    use_dora: false,
    use_qalora: false,
    lora_bias: false,
    layer_replication: null,
    trainable_token_indices: null,
    target_parameters: [],
    fan_in_fan_out: null,
    init_lora_weights: "gaussian",
    base_model_name_or_path: "someone/base",
  });
  expect([config.baseHint, config.targets]).toEqual(["someone/base", "q_proj, v_proj"]);
});

test.each<[object, string]>([
  [{ peft_type: "IA3" }, 'peft_type is "IA3"; LORA is needed'],
  [{ peft_type: undefined }, "peft_type is missing; LORA is needed"],
  [{ bias: "lora_only" }, 'bias is "lora_only"; none is needed'],
  [{ use_dora: true }, "use_dora is true; false is needed"],
  [{ modules_to_save: ["lm_head"] }, 'modules_to_save is ["lm_head"]; nothing beside the adapter is needed'],
  [{ lora_bias: true }, "lora_bias is true; false is needed"],
  [{ layer_replication: [[0, 2]] }, "layer_replication is [[…]]; none is needed"],
  [
    { init_lora_weights: "pissa_niter_4" },
    'init_lora_weights is "pissa_niter_4"; a way to begin that leaves the base’s own weights alone is needed',
  ],
  [{ r: 0 }, "r is 0; a whole number from 1 to 65536 is needed"],
  [{ r: undefined }, "r is missing; a whole number from 1 to 65536 is needed"],
  [{ lora_alpha: "16" }, 'lora_alpha is "16"; a number above 0 is needed'],
  [{ rank_pattern: { q_proj: 2.5 } }, "rank_pattern is 2.5; a whole number from 1 to 65536 is needed"],
  [{ alpha_pattern: [1] }, "alpha_pattern is [1]; an object from modules to numbers is needed"],
  [{ target_modules: [] }, "target_modules is []; a list of modules, a pattern, or all-linear is needed"],
  [{ target_modules: 7 }, "target_modules is 7; a list of modules, a pattern, or all-linear is needed"],
  [{ layers_to_transform: ["1"] }, 'layers_to_transform is ["1"]; a layer’s number or a list of them is needed'],
  [{ use_rslora: "yes" }, 'use_rslora is "yes"; true or false is needed'],
])("refuses %j", (fields, message) => {
  expect(() => read(fields)).toThrow(
    expect.objectContaining({ code: "bad-config", message: `adapter_config.json: ${message}` }),
  );
});

interface Peft {
  readonly madeBy: string;
  /** Of its LoraConfig. */
  readonly fields: readonly string[];
  /** What it writes where nothing was asked for. */
  readonly defaults: object;
  readonly modules: readonly string[];
  readonly cases: readonly { readonly fields: object; readonly adapted: readonly number[] }[];
}

describe("as PEFT has it", () => {
  const { madeBy, fields, defaults, modules, cases } = JSON.parse(
    readFileSync(new URL("../../../test/golden/adapter-targets.json", import.meta.url), "utf8"),
  ) as Peft;

  test("of this version", () => {
    expect(madeBy).toBe("scripts/golden/adapter_targets.py with peft 0.21.0");
  });

  test.each(cases)("$fields adapts the same modules", ({ fields: given, adapted }) => {
    const { isTarget, note } = read(given);
    expect(modules.filter((module) => isTarget(module))).toEqual(adapted.map((index) => modules[index]));
    expect(note).toBe("");
  });

  test("a config of its defaults is read without a word", () => {
    expect(readAdapterConfig(defaults).note).toBe("");
  });

  /** Each of its fields with something that it is not by default, or two ways of it; what no base + s·B·A comes of is refused. */
  const CHANGED: Readonly<
    Record<string, { readonly read?: readonly unknown[]; readonly refused?: readonly unknown[] }>
  > = {
    task_type: { read: ["CAUSAL_LM"] },
    peft_type: { refused: ["DORA", "LOHA", null] },
    auto_mapping: { read: [{ base_model_class: "LlamaForCausalLM" }] },
    peft_version: { read: ["0.99.0"] },
    base_model_name_or_path: { read: ["someone/base"] },
    revision: { read: ["main"] },
    inference_mode: { read: [true] },
    r: { read: [16], refused: [0, "8"] },
    target_modules: { read: ["all-linear"], refused: [[], 7] },
    exclude_modules: { read: [["v_proj"], ".*v_proj", "", []], refused: [7, [1], { v_proj: 1 }] },
    lora_alpha: { read: [2.5], refused: [0] },
    lora_dropout: { read: [0.1] },
    fan_in_fan_out: { read: [true], refused: ["yes"] },
    bias: { refused: ["all", "lora_only"] },
    use_rslora: { read: [true], refused: [1] },
    modules_to_save: { read: [[]], refused: [["lm_head"]] },
    init_lora_weights: {
      read: [true, false, "gaussian", "Gaussian", "eva", "orthogonal", "mica"],
      refused: ["pissa", "pissa_niter_4", "olora", "OLoRA", "corda", "loftq", "lora_ga", "unheard_of", 1],
    },
    layers_to_transform: { read: [[0], 1], refused: [["1"]] },
    layers_pattern: { read: ["layers", ["layers", "h"]], refused: [7] },
    rank_pattern: { read: [{ q_proj: 4 }], refused: [[1]] },
    alpha_pattern: { read: [{ q_proj: 4 }], refused: [{ q_proj: 0 }] },
    megatron_config: { read: [{ hidden_size: 8 }] },
    megatron_core: { read: ["other.core"] },
    trainable_token_indices: { refused: [[1, 2], { embed_tokens: [1] }] },
    loftq_config: { read: [{ loftq_bits: 4 }] },
    eva_config: { read: [{ rho: 2 }] },
    corda_config: { read: [{ corda_method: "ipm" }] },
    lora_ga_config: { read: [{ scale: "stable" }] },
    use_dora: { refused: [true] },
    velora_config: { read: [{ num_groups: 32 }] },
    alora_invocation_tokens: { read: [[]], refused: [[5, 6]] },
    use_qalora: { refused: [true] },
    qalora_group_size: { read: [32] },
    monteclora_config: { refused: [{ num_samples: 8 }, {}] },
    layer_replication: { refused: [[[0, 4]]] },
    runtime_config: { read: [{ ephemeral_gpu_offload: true }] },
    lora_bias: { refused: [true] },
    target_parameters: { read: [[]], refused: [["experts.up_proj"]] },
    use_bdlora: { refused: [{ nblocks: 2 }, {}] },
    arrow_config: { refused: [{ top_k: 3 }, {}] },
    kasa_config: { refused: [{ beta: 1 }, {}] },
    ensure_weight_tying: { read: [true] },
  };

  test("each of its fields is decided on", () => {
    expect(Object.keys(CHANGED).toSorted()).toEqual(fields.toSorted());
  });

  test.each(Object.entries(CHANGED))("%s", (name, { read: isRead = [], refused = [] }) => {
    const base = { ...defaults, ...(name === "layers_pattern" && { layers_to_transform: [0] }) };
    for (const value of isRead) expect(readAdapterConfig({ ...base, [name]: value }).note).toBe("");
    for (const value of refused) {
      expect(() => readAdapterConfig({ ...base, [name]: value })).toThrow(
        expect.objectContaining({ code: "bad-config", message: expect.stringContaining(`: ${name} `) as string }),
      );
    }
  });

  test("a field that it does not know is named, where it switches something on", () => {
    for (const off of [null, false, "", [], {}]) expect(read({ use_later: off }).note).toBe("");
    expect(read({ use_later: true, unsloth_fixed: 1 }).note).toBe(
      "adapter_config.json: use_later, unsloth_fixed are fields that PEFT 0.21.0 does not know and goes on without, as is done here.",
    );
    const many = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`field_${index}`, 1]));
    expect(read(many).note).toContain("field_3 and 5 more are fields");
  });

  test("layers are chosen in a list of modules only", () => {
    const pattern = { target_modules: ".*q_proj" };
    expect(() => read({ ...pattern, layers_to_transform: [0] })).toThrow(
      "layers_to_transform is [0]; none beside a pattern",
    );
    expect(() => read({ ...pattern, layers_pattern: "h" })).toThrow("layers_pattern is");
  });
});

test("an exclusion by an expression that is not read here is said, and excludes nothing", () => {
  const config = read({ exclude_modules: ".*(?=v_proj).*" });
  expect(config.isTarget("model.layers.3.self_attn.v_proj")).toBe(true);
  expect(config.note).toContain("Its tensors say what is adapted; PEFT may leave some of them out by that pattern.");
});

test.each([[null], [[]], ["LORA"]])("refuses a config that is %j", (json) => {
  expect(() => readAdapterConfig(json)).toThrow("adapter_config.json is not a JSON object");
});
