import { storedRowBytes } from "#formats/stored.ts";
import type { RowRange, TensorEntry } from "#formats/stored.ts";
import { rowRuns } from "#graph/row-runs.ts";
import type { WeightPlan } from "#model/spec.ts";
import { segmentsOf } from "../load/content.ts";
import type { ModelPart, ModelPlan } from "./model-parts.ts";
import type { PartId } from "./model-weights.ts";
import { decode, packedRows, packedValues, rangesOf } from "./packed-rows.ts";
import type { ByteRange } from "../sources/fetch-range.ts";
import type { Segment, StoredRows } from "./packed-rows.ts";

/** Some rows of one tensor. */
export interface TensorRows {
  readonly tensor: string;
  readonly rows: RowRange;
}

/** A place in one part's file that takes rows as they are read. */
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
export function fillsOf(model: ModelPlan): Fill[] {
  const fills = new Map<string, Fill>();
  for (const part of model.parts) {
    for (const plan of part.plans) {
      for (const fill of isReordered(plan) ? [wholePlan(part, plan, model)] : runsOfRows(part, plan, model)) {
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

function* runsOfRows(part: ModelPart, plan: WeightPlan, { tensors, dtype }: ModelPlan): Generator<Fill> {
  let planRow = 0;
  for (const tensor of plan.tensors) {
    const entry = tensors.entry(tensor);
    const [rows = 1] = entry.shape;
    const rowBytes = storedRowBytes(entry);
    for (const { first: source, count } of segmentsOf(entry)) {
      const first = planRow + source;
      const sink = {
        part: part.id,
        ranges: rangesOf(part, plan, { first, count }),
        pack: (read: readonly ArrayBuffer[]) =>
          packedRows(part, plan, dtype, { first, count, entry, bytes: read[0]!, source: (row) => source + row }),
      };
      const reads = [{ tensor, rows: { first: source, count } }];
      yield { key: `${tensor}:${source}`, reads, bytes: count * rowBytes, sinks: [sink] };
    }
    planRow += rows;
  }
}

function wholePlan(part: ModelPart, plan: WeightPlan, { tensors, dtype }: ModelPlan): Fill {
  const entries = plan.tensors.map(tensors.entry);
  const pack = (read: readonly ArrayBuffer[]) => {
    if (!plan.transposed) return gathered(plan, entries, read).flatMap((rows) => packedRows(part, plan, dtype, rows));
    const decoded = read.map((bytes, index) => turned(entries[index]!, bytes));
    return packedValues(part, plan, { first: 0, values: inOrder(plan, decoded) });
  };
  return {
    key: `${plan.tensors.join("+")}:all`,
    reads: entries.map(({ name, shape }) => ({ tensor: name, rows: { first: 0, count: shape[0] ?? 1 } })),
    bytes: entries.reduce((sum, { startByte, endByte }) => sum + endByte - startByte, 0),
    sinks: [{ part: part.id, ranges: rangesOf(part, plan, { first: 0, count: plan.shape[0]! }), pack }],
  };
}

/** A plan's rows in the graph's order, as they are stored: rows move whole, so that blocks stay as they are. */
function gathered(plan: WeightPlan, entries: readonly TensorEntry[], read: readonly ArrayBuffer[]): StoredRows[] {
  const rowsOf = ({ shape }: TensorEntry) => shape[0] ?? 1;
  return rowRuns(plan, entries.map(rowsOf)).map(({ tensor, first, sources }) => {
    const entry = entries[tensor]!;
    const rowBytes = storedRowBytes(entry);
    const from = new Uint8Array(read[tensor]!);
    const into = new Uint8Array(sources.length * rowBytes);
    sources.forEach((source, row) =>
      into.set(from.subarray(source * rowBytes, (source + 1) * rowBytes), row * rowBytes),
    );
    return { first, count: sources.length, entry, bytes: into.buffer, source: (row) => sources[row]! };
  });
}

/** [inputs, outputs] as [outputs, inputs]. */
function turned(entry: TensorEntry, bytes: ArrayBuffer): Float32Array {
  const values = decode(entry, bytes);
  const [inputs, outputs] = entry.shape as [number, number];
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
