import { Fault } from "#core/fault.ts";
import { emptyLinear, packRows } from "#formats/linear.ts";
import type { Linear } from "#formats/linear.ts";
import type { TensorFile } from "#formats/checkpoint.ts";
import type { WeightLayout } from "#graph/weights.ts";
import type { WeightPlan } from "#model/spec.ts";

/** One part's weights as its graph reads them. */
export interface PackedPart {
  readonly linear: ReadonlyMap<string, Linear>;
  readonly plain: ReadonlyMap<string, Float32Array>;
}

/**
 * Reads a part's tensors one by one and quantises each as it arrives.
 *
 * @throws Fault "bad-file" for a tensor that is missing, of another shape than the config says, or unreadable
 */
export async function readPart(
  file: TensorFile,
  plans: readonly WeightPlan[],
  bits: Linear["bits"],
  signal?: AbortSignal,
): Promise<PackedPart> {
  const linear = new Map<string, Linear>();
  const plain = new Map<string, Float32Array>();
  for (const plan of plans) {
    signal?.throwIfAborted();
    checkShapes(file, plan);
    if (plan.kind === "plain") {
      plain.set(plan.name, await readWhole(file, plan));
      continue;
    }
    const [rows, cols] = plan.shape as [number, number];
    const packed = emptyLinear(rows, cols, bits);
    if (plan.sourceRow) packRows(packed, 0, await readWhole(file, plan));
    else await packTensors(file, plan, packed);
    linear.set(plan.name, packed);
  }
  return { linear, plain };
}

/** One tensor after the other, so that no more than one is in memory unpacked. */
async function packTensors(file: TensorFile, plan: WeightPlan, packed: Linear): Promise<void> {
  let row = 0;
  for (const tensor of plan.tensors) {
    const values = await readRows(file, plan, tensor);
    packRows(packed, row, values);
    row += values.length / packed.cols;
  }
}

/** All of a plan's tensors, stacked and with their rows in the graph's order. */
async function readWhole(file: TensorFile, plan: WeightPlan): Promise<Float32Array> {
  const rowLength = plan.shape.slice(1).reduce((count, size) => count * size, 1);
  const stacked = new Float32Array(plan.shape[0]! * rowLength);
  let at = 0;
  for (const tensor of plan.tensors) {
    const values = await readRows(file, plan, tensor);
    stacked.set(values, at);
    at += values.length;
  }
  const { sourceRow } = plan;
  if (!sourceRow) return stacked;
  const ordered = new Float32Array(stacked.length);
  for (let row = 0; row < plan.shape[0]!; row++) {
    const from = sourceRow(row) * rowLength;
    ordered.set(stacked.subarray(from, from + rowLength), row * rowLength);
  }
  return ordered;
}

/** A tensor's values as [outputs, inputs]. */
async function readRows(file: TensorFile, plan: WeightPlan, tensor: string): Promise<Float32Array> {
  const values = await readFinite(file, tensor);
  if (!plan.transposed) return values;
  const [inputs, outputs] = file.entry(tensor).shape as [number, number];
  const turned = new Float32Array(values.length);
  for (let input = 0; input < inputs; input++) {
    for (let output = 0; output < outputs; output++)
      turned[output * inputs + input] = values[input * outputs + output]!;
  }
  return turned;
}

/** One NaN or infinity would spread over everything that the model computes. */
async function readFinite(file: TensorFile, tensor: string): Promise<Float32Array> {
  const values = await file.read(tensor);
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong < 0) return values;
  throw new Fault(
    "bad-file",
    `safetensors: ${tensor} has ${values[wrong]} at place ${wrong}; finite numbers are needed`,
  );
}

/** The stacked tensors have to give the plan's shape: the config and the file could disagree. */
export function checkShapes(file: TensorFile, { tensors, shape, transposed = false }: WeightPlan): void {
  const stored = tensors.map((tensor) => file.entry(tensor).shape);
  const shapes = transposed ? stored.map((dims) => dims.toReversed()) : stored;
  const inner = shape.slice(1).join(" × ");
  const rows = shapes.reduce((sum, [first = 0]) => sum + first, 0);
  if (rows !== shape[0] || shapes.some((found) => found.slice(1).join(" × ") !== inner)) {
    const found = shapes.map((dims) => `[${dims.join(", ")}]`).join(" + ");
    throw new Fault(
      "bad-file",
      `safetensors: ${tensors.join(" + ")} has shape ${found}; config.json asks for [${shape.join(", ")}]`,
    );
  }
}

/** The bytes that a graph finds its weights in, laid out as the graph was told. */
export function weightBlob({ linear, plain }: PackedPart, layout: WeightLayout): Blob {
  const pieces: { offset: number; bytes: ArrayBufferView }[] = [];
  for (const [name, { values, scales }] of linear) {
    const place = layout.linear.get(name)!;
    pieces.push({ offset: place.values.offset, bytes: values }, { offset: place.scales.offset, bytes: scales });
  }
  for (const [name, values] of plain) pieces.push({ offset: layout.plain.get(name)!.place.offset, bytes: values });
  pieces.sort((a, b) => a.offset - b.offset);
  const chunks: BlobPart[] = [];
  let at = 0;
  for (const { offset, bytes } of pieces) {
    if (offset > at) chunks.push(new Uint8Array(offset - at));
    chunks.push(bytes as ArrayBufferView<ArrayBuffer>);
    at = offset + bytes.byteLength;
  }
  if (layout.totalBytes > at) chunks.push(new Uint8Array(layout.totalBytes - at));
  return new Blob(chunks);
}
