import { Fault } from "#core/fault.ts";
import { emptyLinear, packRows } from "#formats/linear.ts";
import { decodeStored, storedDtype, storedRowBytes } from "#formats/safetensors.ts";
import type { RowRange, TensorEntry } from "#formats/safetensors.ts";
import type { TensorTable } from "#formats/checkpoint.ts";
import type { WeightPlace } from "#graph/builder.ts";
import type { LinearWeight } from "#graph/operators.ts";
import type { WeightPlan } from "#model/spec.ts";
import { segmentsOf } from "../load/content.ts";
import type { ModelPart, ModelPlan } from "./model-parts.ts";
import type { PartId } from "./model-weights.ts";

/** Bytes that belong at `offset` of a part's file. */
export interface Segment {
  readonly offset: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Some rows of one tensor. */
export interface TensorRows {
  readonly tensor: string;
  readonly rows: RowRange;
}

/** What becomes of rows that were read, in one part's file. */
export interface Sink {
  readonly part: PartId;
  /** Every byte that it writes lies in these. */
  readonly ranges: readonly ByteRange[];
  readonly pack: (read: readonly ArrayBuffer[]) => Segment[];
}

/** One step of making a model's files: rows are read once and packed wherever they are needed. */
export interface Fill {
  /** Names the step the same on the next visit. */
  readonly key: string;
  readonly reads: readonly TensorRows[];
  readonly bytes: number;
  readonly sinks: readonly Sink[];
}

/** What the steps read of the checkpoint. */
export const checkpointBytes = (fills: readonly Fill[]) => fills.reduce((sum, { bytes }) => sum + bytes, 0);

/**
 * The steps that make all of a model's files, in the order in which the parts are wanted. A tensor is read in runs of rows,
 * except where a weight's rows stand in another order than the tensor's: that one is read whole. A tensor that two parts are
 * made of (a tied embedding) is read once.
 */
export function fillsOf({ parts, tensors }: ModelPlan): Fill[] {
  const fills = new Map<string, Fill>();
  for (const part of parts) {
    for (const plan of part.plans) {
      for (const fill of isReordered(plan) ? [wholePlan(part, plan, tensors)] : runsOfRows(part, plan, tensors)) {
        const known = fills.get(fill.key);
        fills.set(fill.key, known ? { ...known, sinks: [...known.sinks, ...fill.sinks] } : fill);
      }
    }
  }
  return [...fills.values()];
}

/** The steps that are still to be made of a model that is stored in part. */
export const missingFills = (plan: ModelPlan, pack: { isDone(key: string): boolean }): Fill[] =>
  fillsOf(plan).filter(({ key }) => !pack.isDone(key));

const isReordered = ({ transposed, sourceRow }: WeightPlan) => transposed === true || sourceRow !== undefined;

function* runsOfRows(part: ModelPart, plan: WeightPlan, tensors: TensorTable): Generator<Fill> {
  let planRow = 0;
  for (const tensor of plan.tensors) {
    const entry = tensors.entry(tensor);
    const [rows = 1] = entry.shape;
    const rowBytes = storedRowBytes(entry);
    for (const { first, count } of segmentsOf(entry)) {
      const read = { tensor, rows: { first, count } };
      const sink = sinkOf(part, plan, { first: planRow + first, count }, (bytes) => decode(entry, first, bytes[0]!));
      yield { key: `${tensor}:${first}`, reads: [read], bytes: count * rowBytes, sinks: [sink] };
    }
    planRow += rows;
  }
}

function wholePlan(part: ModelPart, plan: WeightPlan, tensors: TensorTable): Fill {
  const entries = plan.tensors.map(tensors.entry);
  const rows = { first: 0, count: plan.shape[0]! };
  const sink = sinkOf(part, plan, rows, (bytes) => {
    const decoded = entries.map((entry, index) => decode(entry, 0, bytes[index]!));
    return inOrder(plan, plan.transposed ? decoded.map((values, index) => turned(values, entries[index]!)) : decoded);
  });
  return {
    key: `${plan.tensors.join("+")}:all`,
    reads: entries.map(({ name, shape }) => ({ tensor: name, rows: { first: 0, count: shape[0] ?? 1 } })),
    bytes: entries.reduce((sum, { startByte, endByte }) => sum + endByte - startByte, 0),
    sinks: [sink],
  };
}

/**
 * @param rows of the plan's weight
 * @param values those rows, from the bytes that were read
 */
function sinkOf(
  { id, layout }: ModelPart,
  { kind, name, plus = 0 }: WeightPlan,
  rows: RowRange,
  values: (read: readonly ArrayBuffer[]) => Float32Array,
): Sink {
  switch (kind) {
    case "linear": {
      const weight = layout.linear.get(name)!;
      return {
        part: id,
        // unquantised weights are stored by column, and a run of rows then lies all over it
        ranges:
          weight.bits === 32
            ? [rangeOf(weight.values)]
            : [rangeOfRows(weight.values, weight.rows, rows), rangeOfRows(weight.scales, weight.rows, rows)],
        pack: (read) => linearSegments(weight, rows, values(read)),
      };
    }
    case "plain": {
      const { place, shape } = layout.plain.get(name)!;
      const range = rangeOfRows(place, shape[0]!, rows);
      const kept = (read: readonly ArrayBuffer[]) =>
        plus === 0 ? values(read) : values(read).map((each) => each + plus);
      return { part: id, ranges: [range], pack: (read) => [{ offset: range.start, bytes: bytesOf(kept(read)) }] };
    }
    case "table": {
      const { place, rows: all } = layout.table.get(name)!;
      const range = rangeOfRows(place, all, rows);
      return {
        part: id,
        ranges: [range],
        pack(read) {
          values(read); // kept as it is stored, and refused like the rest if it is not finite
          return [{ offset: range.start, bytes: new Uint8Array(read[0]!) }];
        },
      };
    }
    default:
      throw new Error(`fill: unknown kind ${String(kind satisfies never)}`);
  }
}

const rangeOf = ({ offset, bytes }: WeightPlace): ByteRange => ({ start: offset, end: offset + bytes });

/** Where some of `allRows` equally long rows lie. */
function rangeOfRows({ offset, bytes }: WeightPlace, allRows: number, { first, count }: RowRange): ByteRange {
  const rowBytes = bytes / allRows;
  return { start: offset + first * rowBytes, end: offset + (first + count) * rowBytes };
}

function linearSegments(weight: LinearWeight, range: RowRange, values: Float32Array): Segment[] {
  const { rows, cols, bits } = weight;
  const { first, count } = range;
  const packed = emptyLinear(count, cols, bits);
  packRows(packed, 0, values);
  const bytes = bytesOf(packed.values);
  if (bits !== 32) {
    return [
      { offset: rangeOfRows(weight.values, rows, range).start, bytes },
      { offset: rangeOfRows(weight.scales, rows, range).start, bytes: bytesOf(packed.scales) },
    ];
  }
  if (count === rows) return [{ offset: weight.values.offset, bytes }];
  return Array.from({ length: cols }, (_, col) => ({
    offset: weight.values.offset + 4 * (col * rows + first),
    bytes: bytes.subarray(4 * col * count, 4 * (col + 1) * count),
  }));
}

/**
 * One NaN or infinity would spread over everything that the model computes.
 *
 * @param first the row that the bytes begin with
 */
function decode(entry: TensorEntry, first: number, bytes: ArrayBuffer): Float32Array {
  const values = decodeStored(bytes, storedDtype(entry));
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong < 0) return values;
  const rowLength = entry.shape.slice(1).reduce((count, size) => count * size, 1);
  throw new Fault(
    "bad-file",
    `safetensors: ${entry.name} has ${values[wrong]} at place ${first * rowLength + wrong}; finite numbers are needed`,
  );
}

/** [inputs, outputs] as [outputs, inputs]. */
function turned(values: Float32Array, { shape }: TensorEntry): Float32Array {
  const [inputs, outputs] = shape as [number, number];
  const into = new Float32Array(values.length);
  for (let input = 0; input < inputs; input++) {
    for (let output = 0; output < outputs; output++) into[output * inputs + input] = values[input * outputs + output]!;
  }
  return into;
}

/** The stacked tensors' rows in the order in which the graph has them. */
function inOrder({ shape, sourceRow }: WeightPlan, tensors: readonly Float32Array[]): Float32Array {
  const stacked = tensors.length === 1 ? tensors[0]! : stack(tensors);
  if (!sourceRow) return stacked;
  const rows = shape[0]!;
  const rowLength = stacked.length / rows;
  const into = new Float32Array(stacked.length);
  for (let row = 0; row < rows; row++) {
    const from = sourceRow(row) * rowLength;
    into.set(stacked.subarray(from, from + rowLength), row * rowLength);
  }
  return into;
}

function stack(tensors: readonly Float32Array[]): Float32Array {
  const stacked = new Float32Array(tensors.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const values of tensors) {
    stacked.set(values, at);
    at += values.length;
  }
  return stacked;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Uint8Array) =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
