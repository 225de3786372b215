import type { WeightPlan } from "#model/spec.ts";
import { blockForm, isBlockType } from "#formats/gguf/blocks.ts";
import { blocksPerRow } from "#formats/linear.ts";
import type { LinearForm } from "#formats/linear.ts";
import { formOfBits } from "#formats/linear-pack.ts";
import { bytesOfValues } from "#formats/stored.ts";
import type { StoredDtype } from "#formats/stored.ts";
import type { GraphBuilder, Value, WeightPlace } from "./builder.ts";
import {
  add,
  div,
  layerNormalization,
  linear,
  matMul,
  mul,
  reduceMean,
  simplifiedLayerNormalization,
  sqrt,
} from "./operators.ts";
import type { BandWeight, LinearWeight } from "./operators.ts";
import { infiniteFrom, normRange } from "./range.ts";
import { rowRuns } from "./row-runs.ts";

/** Each tensor begins at a multiple of this, so that it can be viewed as any type without a copy. */
const ALIGNMENT_BYTES = 64;

/** Where every weight of one part lies in its file. */
export interface WeightLayout {
  readonly linear: ReadonlyMap<string, LinearWeight>;
  readonly plain: ReadonlyMap<string, { readonly shape: readonly number[]; readonly place: WeightPlace }>;
  readonly table: ReadonlyMap<string, TableWeight>;
  readonly totalBytes: number;
}

/** Rows that are looked up one at a time, as the checkpoint stores them. */
export interface TableWeight {
  readonly rows: number;
  readonly cols: number;
  readonly dtype: StoredDtype;
  readonly place: WeightPlace;
}

/** How a part's linear layers are held: in so many bits, or as the file has them. */
export type Held = LinearForm["bits"] | "stored";

/** How a file holds a tensor, and how many rows of it. */
export interface StoredAs {
  readonly dtype: StoredDtype;
  readonly rows: number;
}

/**
 * Lays a part's weights out one after the other, before any of them has been read.
 *
 * @param storedAs how the checkpoint stores a tensor
 */
export function layOut(
  plans: readonly WeightPlan[],
  held: Held,
  storedAs: (tensor: string) => StoredAs = () => ({ dtype: "F32", rows: 1 }),
): WeightLayout {
  const tables = new Map<string, TableWeight>();
  const linears = new Map<string, LinearWeight>();
  const plains = new Map<string, { shape: readonly number[]; place: WeightPlace }>();
  let offset = 0;
  const place = (bytes: number): WeightPlace => {
    const at = { offset, bytes };
    offset = Math.ceil((offset + bytes) / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
    return at;
  };
  for (const plan of plans) {
    const { name, kind, shape, tensors } = plan;
    if (kind === "table") {
      const [rows, cols] = shape as [number, number];
      const { dtype } = storedAs(tensors[0]!);
      tables.set(name, { rows, cols, dtype, place: place(rows * bytesOfValues(dtype, cols)) });
      continue;
    }
    if (kind === "plain") {
      plains.set(name, { shape, place: place(4 * shape.reduce((count, size) => count * size, 1)) });
      continue;
    }
    const [rows, cols] = shape as [number, number];
    const forms = held === "stored" ? storedForms(plan, storedAs) : [{ ...formOfBits(held), rows }];
    linears.set(name, { name, rows, cols, bands: forms.map((form) => placedBand(form, cols, place)) });
  }
  return { linear: linears, plain: plains, table: tables, totalBytes: offset };
}

type RowsInForm = LinearForm & { readonly rows: number };

function placedBand(form: RowsInForm, cols: number, place: (bytes: number) => WeightPlace): BandWeight {
  const { rows, bits, block, hasOffsets } = form;
  if (bits === 32) return { ...form, values: place(4 * rows * cols), scales: place(0), offsets: place(0) };
  const blocks = blocksPerRow(cols, block);
  return {
    ...form,
    values: place((rows * blocks * block * bits) / 8),
    scales: place(4 * rows * blocks),
    offsets: place(hasOffsets ? 4 * rows * blocks : 0),
  };
}

/** The runs of a weight's rows that are held in one form, each tensor in its own. */
function storedForms(plan: WeightPlan, storedAs: (tensor: string) => StoredAs): RowsInForm[] {
  // blocks along the inputs are none along the outputs: what is turned is held as numbers
  if (plan.transposed) return [{ ...formOfBits(32), rows: plan.shape[0]! }];
  const stored = plan.tensors.map(storedAs);
  const forms: { readonly form: LinearForm; rows: number }[] = [];
  for (const { tensor, sources } of rowRuns(
    plan,
    stored.map(({ rows }) => rows),
  )) {
    const form = formOfStored(stored[tensor]!.dtype);
    const last = forms.at(-1);
    if (last && isSameForm(last.form, form)) last.rows += sources.length;
    else forms.push({ form, rows: sources.length });
  }
  return forms.map(({ form, rows }) => ({ ...form, rows }));
}

const formOfStored = (dtype: StoredDtype): LinearForm => (isBlockType(dtype) ? blockForm(dtype) : formOfBits(32));

const isSameForm = (a: LinearForm, b: LinearForm) =>
  a.bits === b.bits && a.block === b.block && a.hasOffsets === b.hasOffsets;

/** The plain weight Aᵀ, [inputs, rank], of the low-rank path beside the linear layer `name`. */
export const loraDown = (name: string) => `${name}.lora_a`;
/** The plain weight s·Bᵀ, [rank, outputs]. */
export const loraUp = (name: string) => `${name}.lora_b`;

/** How a graph builder gets at its weights by the names of the family's plan. */
export interface PartWeights {
  has(name: string): boolean;
  plain(name: string): Value;
  /** x · Wᵀ, plus the bias `name.bias` where there is one, changed as given, plus what an adapter adds. */
  linear(x: Value, name: string, changed?: (bias: Value) => Value): Value;
  /** x · Wᵀ without any bias. */
  bare(x: Value, name: string): Value;
  /**
   * The spec's norm with the gain `name`, for a LayerNorm with the bias `name.bias` too; an RMSNorm where there is none. Right for whatever
   * is below the limit of `range.ts`, NaN above.
   */
  norm(x: Value, name: string): Value;
  /** The same RMSNorm with what it divides by, √(mean(x²) + ε), [… , 1]; its gain has no bias. */
  normWithScale(x: Value, name: string): { readonly normed: Value; readonly scale: Value };
}

/** @throws RangeError if a builder asks for a weight that the family's plan does not have */
export function weightsOf(
  g: GraphBuilder,
  layout: WeightLayout,
  { normEps }: { readonly normEps: number },
): PartWeights {
  const plain = (name: string): Value => {
    const weight = layout.plain.get(name);
    if (!weight)
      throw new RangeError(`graph: no plain weight ${name}; there are ${[...layout.plain.keys()].join(", ")}`);
    return g.weight(name, "float32", weight.shape, weight.place);
  };
  const bare = (x: Value, name: string): Value => {
    const weight = layout.linear.get(name);
    if (!weight)
      throw new RangeError(`graph: no linear weight ${name}; there are ${[...layout.linear.keys()].join(", ")}`);
    return linear(g, x, weight);
  };
  /** A norm's input times what keeps its squares in range, NaN-bound where they cannot be. */
  const shrunkFor = (x: Value, name: string) => {
    const { shrink, limit } = normRange(normEps, layout.plain.get(name)!.shape[0]!);
    // beyond the limit the squares would be infinite and the norm 0, which looks like an answer; infinity itself gives NaN
    const checked = infiniteFrom(limit);
    const shrunk = mul(g, mul(g, x, g.floats([checked])), g.floats([shrink / checked]));
    return { shrunk, shrink, epsilon: normEps * shrink ** 2 };
  };
  return {
    has: (name) => layout.plain.has(name) || layout.linear.has(name),
    plain,
    bare,
    linear(x, name, changed = (bias) => bias) {
      const product = bare(x, name);
      const biased = layout.plain.has(`${name}.bias`) ? add(g, product, changed(plain(`${name}.bias`))) : product;
      if (!layout.plain.has(loraDown(name))) return biased;
      // after the bias, so that the base's own operators are fused as they are without an adapter
      return add(g, biased, matMul(g, matMul(g, x, plain(loraDown(name))), plain(loraUp(name))));
    },
    norm(x, name) {
      const gain = plain(name);
      const { shrunk, epsilon } = shrunkFor(x, name);
      if (!layout.plain.has(`${name}.bias`)) return simplifiedLayerNormalization(g, shrunk, gain, epsilon);
      return layerNormalization(g, shrunk, [gain, plain(`${name}.bias`)], epsilon);
    },
    normWithScale(x, name) {
      const { shrunk, shrink, epsilon } = shrunkFor(x, name);
      const scale = sqrt(g, add(g, reduceMean(g, mul(g, shrunk, shrunk)), g.floats([epsilon])));
      return {
        normed: mul(g, div(g, shrunk, scale), plain(name)),
        scale: mul(g, scale, g.floats([1 / shrink])),
      };
    },
  };
}
