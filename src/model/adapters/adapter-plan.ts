import { faultsOf } from "#core/fault.ts";
import { shown, shownName } from "#core/shown.ts";
import type { AdapterConfig } from "./adapter-config.ts";
import type { WeightPlan } from "../spec.ts";

export interface TensorShape {
  readonly name: string;
  readonly shape: readonly number[];
}

/** What an adapter can be laid over: a layer's weights, and the shapes of the tensors they are made of. */
export interface BaseLayer {
  readonly layer: number;
  readonly plans: readonly WeightPlan[];
  /** As the checkpoint stores it. */
  readonly shapeOf: (tensor: string) => readonly number[];
}

/** One pair of factors: scale · B·A is added to `rows` outputs of the stacked layer, from `firstRow` on. */
export interface AdapterPair {
  readonly module: string;
  /** The tensor A, [rank, inputs]. */
  readonly down: string;
  /** The tensor B, [rows, rank]. */
  readonly up: string;
  readonly rank: number;
  readonly scale: number;
  readonly firstRow: number;
  readonly rows: number;
}

/** All that is added to one linear layer of the graph. */
export interface AdaptedLinear {
  readonly layer: number;
  readonly plan: WeightPlan;
  /** In the order in which the layer's tensors are stacked. */
  readonly pairs: readonly AdapterPair[];
}

/** Models are saved with and without their heads, and their modules' names then have a prefix or not. */
const MODEL_PREFIX = /^(?:model|transformer|gpt_neox)\./;
const PEFT_PREFIX = /^base_model\.model\./;
/** `…lora_A.weight`, or with the adapter's name as `…lora_A.default.weight`. */
const FACTOR = /^(.+)\.lora_([AB])(?:\.[^.]+)?\.weight$/;
const OUTSIDE_BLOCKS = /(?:^|\.)(?:embed_tokens|wte|wpe|embed_in|lm_head|embed_out)$/;

const bare = (module: string) => module.replace(MODEL_PREFIX, "");

/**
 * Which of an adapter's tensors belong to which linear layers of the base. The tensors say what is adapted; the config says
 * what rank and scale they have, and that they are meant.
 *
 * @param base every layer of the model
 * @throws Fault "bad-file" naming the tensor that has no place, no partner, or another shape than the base asks for
 */
export function planAdapter(
  config: AdapterConfig,
  tensors: readonly TensorShape[],
  base: readonly BaseLayer[],
): AdaptedLinear[] {
  const factors = factorsOf(tensors);
  const planned: AdaptedLinear[] = [];
  const placed = new Set<string>();
  for (const { layer, plans, shapeOf } of base) {
    for (const plan of plans) {
      if (plan.kind !== "linear") continue;
      const pairs: AdapterPair[] = [];
      let firstRow = 0;
      for (const tensor of plan.tensors) {
        const shape = shapeOf(tensor);
        const [rows, inputs] = (plan.transposed ? shape.toReversed() : shape) as [number, number];
        const found = factors.get(bare(tensor.replace(/\.weight$/, "")));
        if (found) {
          pairs.push({ ...checkPair(config, found, { rows, inputs }), firstRow, rows });
          placed.add(found.module);
        }
        firstRow += rows;
      }
      if (pairs.length > 0) planned.push({ layer, plan, pairs });
    }
  }
  const lost = [...factors.values()].find(({ module }) => !placed.has(module));
  if (lost)
    throw bad(`is for ${shownName(lost.module)}, which this base does not have (its layers have ${modulesOf(base)})`);
  if (planned.length === 0) throw bad(`has no weights; target_modules asks for ${config.targets}`);
  return planned;
}

/** A module's two factors, where the file has both. */
interface Factors {
  readonly module: string;
  A?: TensorShape;
  B?: TensorShape;
}

function factorsOf(tensors: readonly TensorShape[]): ReadonlyMap<string, Factors> {
  const found = new Map<string, Factors>();
  for (const tensor of tensors) {
    const [, path, which] = FACTOR.exec(tensor.name) ?? [];
    if (OUTSIDE_BLOCKS.test(path ?? tensor.name.replace(/\.weight$/, "").replace(/\.lora_embedding_[AB].*$/, ""))) {
      throw bad(
        `changes embeddings or the unembedding (${shownName(tensor.name)}); only attention and FFN can be adapted here`,
      );
    }
    if (path === undefined)
      throw bad(`has ${shownName(tensor.name)}, which is no factor of a LoRA pair (…lora_A.weight, …lora_B.weight)`);
    const module = path.replace(PEFT_PREFIX, "");
    const factors = found.get(bare(module)) ?? { module };
    if (factors[which as "A" | "B"])
      throw bad(
        `has ${shownName(tensor.name)} beside ${shownName(factors[which as "A" | "B"]!.name)}; one adapter is needed`,
      );
    factors[which as "A" | "B"] = tensor;
    found.set(bare(module), factors);
  }
  return found;
}

function checkPair(
  config: AdapterConfig,
  { module, A, B }: Factors,
  { rows, inputs }: { readonly rows: number; readonly inputs: number },
): Pick<AdapterPair, "module" | "down" | "up" | "rank" | "scale"> {
  if (!A || !B) {
    throw bad(`has ${shownName((A ?? B)!.name)} without its lora_${A ? "B" : "A"}; both factors are needed`);
  }
  if (!config.isTarget(module)) {
    throw bad(
      `has weights for ${shownName(module)}, which adapter_config.json leaves out (target_modules: ${config.targets})`,
    );
  }
  const rank = config.rankOf(module) ?? Math.max(1, A.shape[0] ?? 1);
  const needed = [
    [A, [rank, inputs]],
    [B, [rows, rank]],
  ] as const;
  for (const [{ name, shape }, want] of needed) {
    if (shape.join() !== want.join()) {
      throw bad(
        `has ${shownName(name)} of shape ${shown(shape)}; rank ${rank} on this base’s ${rows} × ${inputs} asks for [${want.join(", ")}]`,
      );
    }
  }
  return { module, down: A.name, up: B.name, rank, scale: config.scaleOf(module, rank) };
}

/** The names of what can be adapted, as `q_proj`, each once. */
const modulesOf = (base: readonly BaseLayer[]) =>
  [...new Set(base.flatMap(({ plans }) => plans.filter(({ kind }) => kind === "linear").flatMap(namesOf)))].join(", ");

const namesOf = ({ tensors }: WeightPlan) => tensors.map((tensor) => tensor.split(".").at(-2) ?? tensor);

const bad = faultsOf("bad-file", "adapter: the file ");

/** B·A of a whole linear layer in float32: `down` is A, [rank, inputs], `up` is scale · B, [outputs, rank]. */
export interface StackedFactors {
  readonly rank: number;
  readonly down: Float32Array<ArrayBuffer>;
  readonly up: Float32Array<ArrayBuffer>;
}

/**
 * The factors of a whole linear layer: the pairs' A's one below the other, their B's times their scales on the diagonal, with
 * the rows in the order in which the graph has them.
 *
 * @param values of the tensors that the pairs name, row-major
 */
export function stackedFactors(
  { plan, pairs }: AdaptedLinear,
  values: ReadonlyMap<string, Float32Array>,
): StackedFactors {
  const [rows, inputs] = plan.shape as [number, number];
  const rank = pairs.reduce((sum, pair) => sum + pair.rank, 0);
  const down = new Float32Array(rank * inputs);
  const asStored = new Float32Array(rows * rank);
  let first = 0;
  for (const pair of pairs) {
    down.set(values.get(pair.down)!, first * inputs);
    const own = values.get(pair.up)!;
    for (let row = 0; row < pair.rows; row++) {
      for (let r = 0; r < pair.rank; r++) {
        asStored[(pair.firstRow + row) * rank + first + r] = pair.scale * own[row * pair.rank + r]!;
      }
    }
    first += pair.rank;
  }
  const up = new Float32Array(rows * rank);
  for (let row = 0; row < rows; row++) {
    const from = (plan.moduleRow ?? plan.sourceRow)?.(row) ?? row;
    up.set(asStored.subarray(from * rank, (from + 1) * rank), row * rank);
  }
  return { rank, down, up };
}
