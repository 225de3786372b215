import { safetensors } from "../checkpoints.ts";
import type { CheckpointFiles, RandomCheckpoint } from "../checkpoints.ts";
import { nameIn, tensorOf } from "../reference/families/family.ts";
import { readModel } from "../reference/model.ts";
import { drawFrom } from "./shape.ts";
import type { NamedTensor, StoredDtype } from "./shape.ts";

/** The shape of a LoRA adapter of random weights. */
export interface RandomAdapter {
  readonly seed: number;
  readonly rank: number;
  readonly alpha: number;
  /** The last parts of the modules' names; left out: every linear layer of attention and FFN. */
  readonly modules?: readonly string[];
  /** Left out: every layer. */
  readonly layers?: readonly number[];
  /** By the end of a module's name. */
  readonly rankPattern: Readonly<Record<string, number>>;
  readonly alphaPattern: Readonly<Record<string, number>>;
  readonly isRankStabilised: boolean;
  /** As peft itself keeps names before it saves them: `lora_A.default.weight`. */
  readonly hasAdapterName: boolean;
  /** What B is multiplied by: 0 is an adapter that has not been trained. */
  readonly upFactor: number;
  /** Fields of the config that stand instead of those made here. */
  readonly config: Readonly<Record<string, unknown>>;
}

const SMALL_ADAPTER: RandomAdapter = {
  seed: 101,
  rank: 3,
  alpha: 4,
  rankPattern: {},
  alphaPattern: {},
  isRankStabilised: false,
  hasAdapterName: false,
  upFactor: 1,
  config: {},
};

export interface AdapterParts {
  readonly config: Record<string, unknown>;
  readonly tensors: NamedTensor[];
}

/** An adapter as PEFT writes it for a base, the same for the same seed: A is [rank, inputs], B [outputs, rank]. */
export function randomAdapter(base: CheckpointFiles, changes: Partial<RandomAdapter> = {}): AdapterParts {
  const shape = { ...SMALL_ADAPTER, ...changes };
  const model = readModel(base);
  const draw = drawFrom(shape.seed);
  const layers = shape.layers ?? Array.from({ length: model.layers }, (_, layer) => layer);
  const tensors: NamedTensor[] = [];
  const names = new Set<string>();
  for (const module of layers.flatMap((layer) => model.anatomy.linears(layer))) {
    const last = module.split(".").at(-1)!;
    if (shape.modules && !shape.modules.includes(last)) continue;
    names.add(last);
    const [rows, cols] = tensorOf(model, `${module}.weight`).shape as [number, number];
    const [outputs, inputs] = model.anatomy.isConv1d ? [cols, rows] : [rows, cols];
    const rank = patternOf(shape.rankPattern, module) ?? shape.rank;
    const stored = nameIn(model, `${module}.weight`).replace(/\.weight$/, "");
    const factor = (which: string) =>
      `base_model.model.${stored}.lora_${which}${shape.hasAdapterName ? ".default" : ""}.weight`;
    const up = draw.linear(factor("B"), outputs, rank, 0.4);
    tensors.push(draw.linear(factor("A"), rank, inputs), {
      ...up,
      data: up.data.map((value) => value * shape.upFactor),
    });
  }
  const config = {
    peft_type: "LORA",
    task_type: "CAUSAL_LM",
    base_model_name_or_path: "someone/random-base",
    r: shape.rank,
    lora_alpha: shape.alpha,
    lora_dropout: 0.05,
    rank_pattern: shape.rankPattern,
    alpha_pattern: shape.alphaPattern,
    use_rslora: shape.isRankStabilised,
    fan_in_fan_out: model.anatomy.isConv1d,
    bias: "none",
    modules_to_save: null,
    use_dora: false,
    layers_to_transform: shape.layers ?? null,
    layers_pattern: null,
    init_lora_weights: true,
    target_modules: [...names],
    ...shape.config,
  };
  return { config, tensors };
}

/** Every way in which an adapter's files differ, over a base of a family each way matters to. */
export const ADAPTER_VARIANTS: readonly {
  readonly name: string;
  readonly base: Partial<RandomCheckpoint>;
  readonly changes: Partial<RandomAdapter>;
}[] = [
  { name: "everything", base: {}, changes: {} },
  { name: "everything, over gpt2", base: { family: "gpt2" }, changes: {} },
  { name: "everything, over gpt_neox", base: { family: "gpt_neox" }, changes: {} },
  { name: "everything, over gptj", base: { family: "gptj" }, changes: {} },
  {
    name: "ranks and alphas of their own",
    base: {},
    changes: { rankPattern: { q_proj: 5, "layers.1.mlp.up_proj": 2 }, alphaPattern: { v_proj: 7 } },
  },
  { name: "α/√r", base: {}, changes: { isRankStabilised: true, rank: 4 } },
  { name: "q and v alone", base: {}, changes: { modules: ["q_proj", "v_proj"] } },
  { name: "one half of a stacked FFN", base: {}, changes: { modules: ["up_proj"] } },
  { name: "value vectors alone", base: {}, changes: { modules: ["down_proj"] } },
  { name: "the upper layers", base: {}, changes: { layers: [1, 2] } },
  { name: "all-linear", base: {}, changes: { config: { target_modules: "all-linear" } } },
  {
    name: "a pattern",
    base: {},
    changes: { modules: ["k_proj", "o_proj"], config: { target_modules: ".*\\.self_attn\\.(k|o)_proj" } },
  },
];

/** The files of an adapter as PEFT writes them. */
export const adapterFiles = ({ config, tensors }: AdapterParts, dtype: StoredDtype = "F32"): CheckpointFiles =>
  new Map([
    ["adapter_config.json", new TextEncoder().encode(JSON.stringify(config))],
    ["adapter_model.safetensors", safetensors(tensors, dtype)],
  ]);

/** The number of the first key that is the end of the module's name. */
export const patternOf = (pattern: Readonly<Record<string, number>>, module: string): number | undefined =>
  Object.entries(pattern).find(([key]) => module === key || module.endsWith(`.${key}`))?.[1];
