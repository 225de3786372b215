import { Fault } from "#core/fault.ts";
import { isBlockType, packBlocks } from "#formats/gguf/blocks.ts";
import type { Band } from "#formats/linear.ts";
import { packRows } from "#formats/linear-pack.ts";
import { decodeStored, storedDtype } from "#formats/stored.ts";
import type { RowRange, TensorEntry } from "#formats/stored.ts";
import type { WeightPlace } from "#graph/builder.ts";
import type { LinearWeight } from "#graph/operators.ts";
import type { WeightLayout } from "#graph/weights.ts";
import type { Dtype } from "#model/checkpoint.ts";
import type { WeightPlan } from "#model/spec.ts";
import type { ByteRange } from "../sources/fetch-range.ts";
import type { ModelPart } from "./model-parts.ts";

/** Bytes that belong at `offset` of a part's file. */
export interface Segment {
  readonly offset: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Rows that follow each other in a graph's weight, of one tensor and as it stores them. */
export interface StoredRows {
  /** In the graph's weight. */
  readonly first: number;
  readonly count: number;
  readonly entry: TensorEntry;
  readonly bytes: ArrayBuffer;
  /** Where each of them stands in the tensor, for messages. */
  readonly source: (row: number) => number;
}

/** Where rows of a weight lie. */
export const rangesOf = ({ layout }: ModelPart, { kind, name }: WeightPlan, rows: RowRange): ByteRange[] =>
  kind === "linear"
    ? rangesOfLinear(layout.linear.get(name)!, rows)
    : [rangeOfRows(rowsPlace(layout, kind, name), rows)];

/** Where a weight of equally long rows lies, and how many it has. */
function rowsPlace({ plain, table }: WeightLayout, kind: "plain" | "table", name: string): PlacedRows {
  if (kind === "table") return table.get(name)!;
  const { place, shape } = plain.get(name)!;
  return { place, rows: shape[0]! };
}

interface PlacedRows {
  readonly place: WeightPlace;
  readonly rows: number;
}

/** Where some of the rows lie. */
function rangeOfRows({ place: { offset, bytes }, rows }: PlacedRows, { first, count }: RowRange): ByteRange {
  const rowBytes = bytes / rows;
  return { start: offset + first * rowBytes, end: offset + (first + count) * rowBytes };
}

const rangeOf = ({ offset, bytes }: WeightPlace): ByteRange => ({ start: offset, end: offset + bytes });

/** Numbers and offsets are stored by column, and a run of rows then lies all over them. */
const rangesOfLinear = (weight: LinearWeight, rows: RowRange): ByteRange[] =>
  bandsOf(weight, rows).flatMap(({ band, within }) =>
    band.bits === 32
      ? [rangeOf(band.values)]
      : [
          rangeOfRows({ place: band.values, rows: band.rows }, within),
          rangeOfRows({ place: band.scales, rows: band.rows }, within),
          ...(band.hasOffsets ? [rangeOf(band.offsets)] : []),
        ],
  );

/** The bands that some rows of a layer lie in, with the rows there. */
function bandsOf({ bands }: LinearWeight, { first, count }: RowRange) {
  let start = 0;
  return bands.flatMap((band) => {
    const from = Math.max(first - start, 0);
    const to = Math.min(first + count - start, band.rows);
    start += band.rows;
    return from < to ? [{ band, within: { first: from, count: to - from } }] : [];
  });
}

/** The places that take the rows of one tensor. */
export function packedRows(part: ModelPart, plan: WeightPlan, dtype: Dtype, rows: StoredRows): Segment[] {
  const { entry, first, count, bytes, source } = rows;
  const type = storedDtype(entry);
  if (plan.kind === "linear" && dtype === "stored" && isBlockType(type)) {
    const weight = part.layout.linear.get(plan.name)!;
    const packed = packBlocks(new Uint8Array(bytes), type, weight.cols);
    // whole numbers times finite scales are finite
    if (![packed.scales, packed.offsets].every((each) => each.every(Number.isFinite))) decode(entry, bytes, source);
    return bandSegments(weight, { first, count }, packed);
  }
  const values = decode(entry, bytes, source);
  if (plan.kind !== "table") return packedValues(part, plan, { first, values });
  // kept as it is stored, and refused like the rest if it is not finite
  const { start } = rangeOfRows(rowsPlace(part.layout, "table", plan.name), { first, count });
  return [{ offset: start, bytes: new Uint8Array(bytes) }];
}

/** Numbers from row `first` on, as the layout has them. */
export function packedValues(
  { layout }: ModelPart,
  { kind, name, shape, plus = 0 }: WeightPlan,
  { first, values }: { readonly first: number; readonly values: Float32Array },
): Segment[] {
  const count = values.length / shape.slice(1).reduce((product, size) => product * size, 1);
  if (kind !== "linear") {
    const { start } = rangeOfRows(rowsPlace(layout, "plain", name), { first, count });
    return [{ offset: start, bytes: bytesOf(plus === 0 ? values : values.map((each) => each + plus)) }];
  }
  const weight = layout.linear.get(name)!;
  const { bits } = bandsOf(weight, { first, count })[0]!.band;
  return bandSegments(weight, { first, count }, packRows(values, weight.cols, bits));
}

/** The places of packed rows, which lie in one band. */
function bandSegments(weight: LinearWeight, rows: RowRange, packed: Band): Segment[] {
  const { band, within } = bandsOf(weight, rows)[0]!;
  if (band.bits === 32) return byColumn(band.values, band.rows, within, packed.values);
  return [
    { offset: rangeOfRows({ place: band.values, rows: band.rows }, within).start, bytes: bytesOf(packed.values) },
    { offset: rangeOfRows({ place: band.scales, rows: band.rows }, within).start, bytes: bytesOf(packed.scales) },
    ...byColumn(band.offsets, band.rows, within, packed.offsets),
  ];
}

/** Rows of a matrix that is stored by column, [columns, rows]: a piece of each column, or all of it at once. */
function byColumn(
  { offset }: WeightPlace,
  rows: number,
  { first, count }: RowRange,
  values: Float32Array | Uint8Array,
): Segment[] {
  const bytes = bytesOf(values);
  if (count === rows) return bytes.length === 0 ? [] : [{ offset, bytes }];
  return Array.from({ length: bytes.length / (4 * count) }, (_, col) => ({
    offset: offset + 4 * (col * rows + first),
    bytes: bytes.subarray(4 * col * count, 4 * (col + 1) * count),
  }));
}

/**
 * Numbers of a tensor's bytes. A NaN or infinity is refused: it would spread over everything that the model computes.
 *
 * @param source where a row of the bytes stands in the tensor
 */
export function decode(entry: TensorEntry, bytes: ArrayBuffer, source = (row: number) => row): Float32Array {
  const values = decodeStored(bytes, storedDtype(entry));
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong < 0) return values;
  const rowLength = entry.shape.slice(1).reduce((count, size) => count * size, 1);
  const place = source(Math.floor(wrong / rowLength)) * rowLength + (wrong % rowLength);
  throw new Fault(
    "bad-file",
    `checkpoint: ${entry.name} has ${values[wrong]} at place ${place}; finite numbers are needed`,
  );
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Uint8Array) =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
