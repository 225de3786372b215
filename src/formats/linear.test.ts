import { fc } from "#test/fast-check.ts";
import { describe, expect, test } from "vitest";
import { blocksPerRow, linearColumn, linearRow, multiplyColumns, multiplyRows } from "./linear.ts";
import type { Band, Linear } from "./linear.ts";
import { multiplyAllTransposed, multiplyRowsTransposed, multiplyTransposed } from "./linear-transposed.ts";
import { linearOf, packRows } from "./linear-pack.ts";

type Bits = Band["bits"];

const pack = (cols: number, bits: Bits, weights: ArrayLike<number>): Linear =>
  linearOf(packRows(Float32Array.from(weights), cols, bits), cols);

/** The only band of a layer that was packed at once. */
const bandOf = ({ bands }: Linear) => bands[0]!;

/** Every value that the layer holds, read element by element: (q − 2^(bits−1)) · scale. */
function dequantised(linear: Linear): number[][] {
  const { rows, cols } = linear;
  const { bits, values, scales } = bandOf(linear);
  const blocks = blocksPerRow(cols, 32);
  const at = (row: number, col: number) => {
    if (bits === 32) return values[col * rows + row]!;
    const index = row * blocks * 32 + col;
    const byte = values[bits === 8 ? index : index >> 1]!;
    const code = bits === 8 ? byte : index % 2 === 0 ? byte % 16 : Math.floor(byte / 16);
    return Math.fround((code - 2 ** (bits - 1)) * scales[row * blocks + Math.floor(col / 32)]!);
  };
  return Array.from({ length: rows }, (_, row) => Array.from({ length: cols }, (__, col) => at(row, col)));
}

/** 0 or far from where float32 has no more precision to give. */
const weight = fc.oneof(
  fc.constant(0),
  fc.double({ min: -1, max: 1, noNaN: true }).filter((value) => Math.abs(value) > 1e-20),
  fc.constantFrom(-1000, 1000),
);
const anyMatrix = fc
  .record({ rows: fc.integer({ min: 1, max: 4 }), cols: fc.integer({ min: 1, max: 70 }) })
  .chain(({ rows, cols }) =>
    fc.record({
      rows: fc.constant(rows),
      cols: fc.constant(cols),
      weights: fc.array(weight, { minLength: rows * cols, maxLength: rows * cols }),
    }),
  );
const anyBits = fc.constantFrom<Bits>(4, 8, 32);

describe("packed by hand", () => {
  test("q8: the value of largest magnitude takes code 0, zero code 128, the padding too", () => {
    const linear = pack(3, 8, [-2, 0.5, 1]);
    // scale −2 / −128 = 1/64; 0.5 · 64 = 32, 1 · 64 = 64
    expect([...bandOf(linear).scales]).toEqual([1 / 64]);
    expect([...bandOf(linear).values]).toEqual([0, 128 + 32, 128 + 64, ...Array<number>(29).fill(128)]);
  });

  test("q8: a positive extreme makes the scale negative, so it is exact as well", () => {
    const linear = pack(2, 8, [3, -1.5]);
    expect([...bandOf(linear).scales]).toEqual([-3 / 128]);
    expect([...bandOf(linear).values.subarray(0, 2)]).toEqual([0, 128 + 64]);
    expect([...linearRow(linear, 0)]).toEqual([3, -1.5]);
  });

  test("q8: what lies opposite the extreme stops at code 255", () => {
    const linear = pack(2, 8, [-1, 1]);
    expect([...bandOf(linear).values.subarray(0, 2)]).toEqual([0, 255]);
    expect([...linearRow(linear, 0)]).toEqual([-1, 127 / 128]);
  });

  test("q4: two values to a byte, the earlier one in the low half", () => {
    const linear = pack(3, 4, [-8, 1, 7]);
    // scale 1: codes 0, 9, 15, and 8 for the padding
    expect([...bandOf(linear).scales]).toEqual([1]);
    expect([...bandOf(linear).values]).toEqual([0x90, 0x8f, ...Array<number>(14).fill(0x88)]);
  });

  test.each([4, 8] as const)("q%d: a column beyond 32 starts a block with a scale of its own", (bits) => {
    const linear = pack(33, bits, [...Array<number>(32).fill(-8), -4, ...Array<number>(32).fill(-2), -1]);
    const zero = 2 ** (bits - 1);
    expect([...bandOf(linear).scales]).toEqual([8, 4, 2, 1].map((extreme) => extreme / zero));
    expect(bandOf(linear).values).toHaveLength((2 * 2 * 32 * bits) / 8);
    expect([...linearColumn(linear, 32)]).toEqual([-4, -1]);
  });

  test("a block of zeros has scale 0 and gives zeros", () => {
    const linear = pack(4, 4, [0, 0, 0, 0]);
    expect(bandOf(linear).scales[0]! + 0).toBe(0);
    expect([...bandOf(linear).values]).toEqual(Array<number>(16).fill(0x88));
    expect([...linearRow(linear, 0)].map(Math.abs)).toEqual([0, 0, 0, 0]);
  });

  test("f32: the transpose, without scales", () => {
    const linear = pack(3, 32, [1, 2, 3, 4, 5, 6]);
    expect([...bandOf(linear).values]).toEqual([1, 4, 2, 5, 3, 6]);
    expect(bandOf(linear).scales).toHaveLength(0);
  });
});

describe("the laws", () => {
  test("a weight is off by half a step, and by a step only opposite the extreme", () => {
    fc.assert(
      fc.property(anyMatrix, fc.constantFrom<4 | 8>(4, 8), ({ cols, weights }, bits) => {
        const linear = pack(cols, bits, weights);
        const held = dequantised(linear);
        weights.forEach((given, index) => {
          const wanted = Math.fround(given);
          const [row, col] = [Math.floor(index / cols), index % cols];
          const step = bandOf(linear).scales[row * blocksPerRow(cols, 32) + Math.floor(col / 32)]!;
          const isOpposite = Math.sign(wanted) === Math.sign(step);
          const allowed = Math.abs(step) * (isOpposite ? 1 : 0.5);
          // held and step are float32 themselves
          expect(Math.abs(held[row]![col]! - wanted)).toBeLessThanOrEqual(allowed * (1 + 1e-5));
        });
      }),
    );
  });

  test("the extreme of every block is exact", () => {
    fc.assert(
      fc.property(anyMatrix, anyBits, ({ cols, weights }, bits) => {
        const held = dequantised(pack(cols, bits, weights)).flat();
        for (let start = 0; start < cols; start += 32) {
          const block = weights.slice(start, Math.min(start + 32, cols)).map(Math.fround);
          const largest = Math.max(...block.map(Math.abs));
          const at = start + block.findIndex((value) => Math.abs(value) === largest);
          expect(Math.abs(held[at]!)).toBe(largest);
        }
      }),
    );
  });

  test("f32 holds every value as it is", () => {
    fc.assert(
      fc.property(anyMatrix, ({ cols, weights }) => {
        const linear = pack(cols, 32, weights);
        expect(dequantised(linear).flat()).toEqual(weights.map(Math.fround));
      }),
    );
  });

  test("rows, columns and products are those of the plain dense matrix", () => {
    const factors = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 74, maxLength: 74 });
    fc.assert(
      fc.property(anyMatrix, anyBits, factors, fc.nat(), ({ rows, cols, weights }, bits, factor, from) => {
        const linear = pack(cols, bits, weights);
        const dense = dequantised(linear);
        const columns = dense[0]!.map((_, col) => dense.map((row) => row[col]!));
        expect(dense.map((_, row) => [...linearRow(linear, row)])).toBeAllClose(dense, { atol: 0 });
        expect(columns.map((_, col) => [...linearColumn(linear, col)])).toBeAllClose(columns, { atol: 0 });

        const y = factor.slice(0, rows);
        const inner = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
        // sums of up to 4 terms below 10 000 in float64
        expect(multiplyTransposed(linear, y)).toBeAllClose(
          columns.map((column) => inner(column, y)),
          { atol: 1e-9 },
        );

        const fromCol = from % cols;
        const x = factor.slice(rows, rows + cols - fromCol);
        expect(multiplyColumns(linear, fromCol, x)).toBeAllClose(
          dense.map((row) => Math.fround(inner(row.slice(fromCol), x))),
          // the order of the sum is the same, the result is float32
          { atol: 0, rtol: 1e-6 },
        );
      }),
    );
  });

  test("several inputs at once give what each gives alone, from the row that is asked for", () => {
    fc.assert(
      fc.property(anyMatrix, anyBits, fc.nat(), ({ rows, cols, weights }, bits, from) => {
        const linear = pack(cols, bits, weights);
        const inputs = [1, 2].map((factor) => Float32Array.from({ length: cols }, (_, col) => factor + col / 8));
        const fromRow = from % rows;
        expect(multiplyRows(linear, inputs, fromRow)).toEqual(
          inputs.map((input) => multiplyColumns(linear, 0, input).slice(fromRow)),
        );
        expect(multiplyRows(linear, inputs, fromRow, 1).map((output) => output.length)).toEqual([1, 1]);
      }),
    );
  });

  test("a run of outputs read backwards is the whole layer with the other outputs at 0", () => {
    fc.assert(
      fc.property(anyMatrix, anyBits, fc.nat(), ({ rows, cols, weights }, bits, from) => {
        const linear = pack(cols, bits, weights);
        const fromRow = from % rows;
        const all = Float64Array.from({ length: rows }, (_, row) => (row < fromRow || row % 3 === 1 ? 0 : row + 0.5));
        const product = multiplyRowsTransposed(linear, fromRow, all.slice(fromRow));
        expect(product).toBeAllClose(multiplyTransposed(linear, all), { atol: 1e-12, rtol: 1e-12 });
      }),
    );
  });

  test("several products at once are what each is alone, through bands of any form, from the row that is asked for", () => {
    const factor = fc.oneof(fc.constant(0), fc.double({ min: -10, max: 10, noNaN: true }));
    const many = fc.record({
      bits: fc.array(anyBits, { minLength: 1, maxLength: 4 }),
      bandRows: fc.integer({ min: 1, max: 12 }),
      cols: fc.integer({ min: 1, max: 40 }),
      ys: fc.array(fc.array(factor, { minLength: 48, maxLength: 48 }), { minLength: 0, maxLength: 3 }),
      from: fc.nat(),
    });
    fc.assert(
      fc.property(many, ({ bits, bandRows, cols, ys, from }) => {
        const bands = bits.map((each, band) =>
          bandOf(
            pack(
              cols,
              each,
              Array.from({ length: bandRows * cols }, (_, i) => Math.sin(i + 7 * band)),
            ),
          ),
        );
        const rows = bits.length * bandRows;
        const linear: Linear = { rows, cols, bands };
        const fromRow = from % rows;
        const count = Math.ceil((rows - fromRow) / 2);
        const products = multiplyAllTransposed(
          linear,
          fromRow,
          ys.map((y) => y.slice(0, count)),
        );
        const naive = ys.map((y) =>
          Array.from({ length: cols }, (_, col) => {
            let sum = 0;
            for (let row = 0; row < count; row++) sum += y[row]! * linearRow(linear, fromRow + row)[col]!;
            return sum;
          }),
        );
        expect(products.map((product) => [...product])).toBeAllClose(naive, { atol: 1e-12 });
      }),
    );
  });

  test("bands one after the other are read as one layer", () => {
    const y = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(
        anyMatrix,
        fc.array(anyBits, { minLength: 4, maxLength: 4 }),
        y,
        ({ rows, cols, weights }, bits, factors) => {
          const each = Array.from({ length: rows }, (_, row) =>
            pack(cols, bits[row]!, weights.slice(row * cols, (row + 1) * cols)),
          );
          const whole: Linear = { rows, cols, bands: each.map(bandOf) };
          each.forEach((one, row) => expect(linearRow(whole, row)).toEqual(linearRow(one, 0)));
          expect([...linearColumn(whole, cols - 1)]).toEqual(each.map((one) => linearColumn(one, cols - 1)[0]));
          expect(multiplyTransposed(whole, factors.slice(0, rows))).toBeAllClose(
            Array.from({ length: cols }, (_, col) =>
              each.reduce((sum, one, row) => sum + linearRow(one, 0)[col]! * factors[row]!, 0),
            ),
            { atol: 1e-9 },
          );
        },
      ),
    );
  });

  test("a block's offset is added to each of its weights", () => {
    // whole numbers with a −8 in every block, whose scale is then 1
    const weightAt = (i: number) => (i % 8 === 0 ? -8 : (i % 16) - 8);
    const { values, scales } = bandOf(
      pack(
        40,
        4,
        Array.from({ length: 80 }, (_, i) => weightAt(i)),
      ),
    );
    const band: Band = {
      bits: 4,
      block: 32,
      rows: 2,
      hasOffsets: true,
      values,
      scales,
      offsets: Float32Array.of(10, 20, 30, 40),
    };
    const linear: Linear = { rows: 2, cols: 40, bands: [band] };
    const expected = [0, 1].map((row) =>
      Array.from({ length: 40 }, (_, col) => weightAt(40 * row + col) + 10 * (1 + row) + (col < 32 ? 0 : 20)),
    );
    expect([0, 1].map((row) => [...linearRow(linear, row)])).toEqual(expected);
    expect([0, 31, 32, 39].map((col) => [...linearColumn(linear, col)])).toEqual(
      [0, 31, 32, 39].map((col) => expected.map((row) => row[col]!)),
    );
  });
});

test("linearRow writes where it is told, from the column it is told", () => {
  const linear = pack(4, 8, [-128, 1, 2, 3, -128, 4, 5, 6]);
  const into = new Float32Array(2);
  expect(linearRow(linear, 1, into, 2)).toBe(into);
  expect([...into]).toEqual([5, 6]);
});

test("refuses values that fill no row", () => {
  expect(() => packRows(new Float32Array(5), 4, 8)).toThrow(new RangeError("linear: 5 values do not fill rows of 4"));
});

describe("with an adapter's low rank", () => {
  test("W + B·A worked out by hand, whichever way it is read", () => {
    const stored = pack(3, 32, [1, 2, 3, 4, 5, 6]);
    // B = [[1, 0], [2, −1]], A = [[1, 0, 1], [0, 3, 0]]: B·A = [[1, 0, 1], [2, −3, 2]]
    const lowRank = { rank: 2, down: Float32Array.of(1, 0, 1, 0, 3, 0), up: Float32Array.of(1, 0, 2, -1) };
    const linear = { ...stored, lowRank };
    expect([0, 1].map((row) => [...linearRow(linear, row)])).toEqual([
      [2, 2, 4],
      [6, 2, 8],
    ]);
    expect([...linearRow(linear, 1, new Float32Array(2), 1)]).toEqual([2, 8]);
    expect([0, 1, 2].map((col) => [...linearColumn(linear, col)])).toEqual([
      [2, 6],
      [2, 2],
      [4, 8],
    ]);
    expect([...multiplyTransposed(linear, [1, 10])]).toEqual([62, 22, 84]);
    expect([...multiplyColumns(linear, 1, [1, 10])]).toEqual([42, 82]);
    expect([...multiplyRowsTransposed(linear, 1, [10])]).toEqual([60, 20, 80]);
  });

  test("the stored layer stays as it is, and rank 0 adds nothing", () => {
    const stored = pack(
      40,
      8,
      Array.from({ length: 80 }, (_, i) => Math.sin(i)),
    );
    const nothing = { ...stored, lowRank: { rank: 0, down: new Float32Array(0), up: new Float32Array(0) } };
    expect(linearRow(nothing, 1)).toEqual(linearRow(stored, 1));
    expect(linearColumn(nothing, 7)).toEqual(linearColumn(stored, 7));
  });

  test.each([4, 8, 32] as const)("in %d bits every reading is of the same sum", (bits) => {
    const [rows, cols, rank] = [5, 70, 3];
    const wave = (length: number, step: number) => Float32Array.from({ length }, (_, i) => Math.sin(step * i + 1));
    const stored = pack(cols, bits, wave(rows * cols, 0.7));
    const lowRank = { rank, down: wave(rank * cols, 0.3), up: wave(rows * rank, 1.1) };
    const linear = { ...stored, lowRank };
    const dense = dequantised(stored).map((weights, row) =>
      weights.map((value, col) => {
        let sum = value;
        for (let r = 0; r < rank; r++) sum += lowRank.up[row * rank + r]! * lowRank.down[r * cols + col]!;
        return sum;
      }),
    );
    const close = { atol: 1e-5 };
    dense.forEach((weights, row) => expect(linearRow(linear, row)).toBeAllClose(weights, close));
    for (let col = 0; col < cols; col++) {
      expect(linearColumn(linear, col)).toBeAllClose(
        dense.map((weights) => weights[col]!),
        close,
      );
    }
    const y = wave(rows, 0.9);
    expect(multiplyTransposed(linear, y)).toBeAllClose(
      Array.from({ length: cols }, (_, col) => dense.reduce((sum, weights, row) => sum + weights[col]! * y[row]!, 0)),
      close,
    );
    expect(multiplyRowsTransposed(linear, 2, y.subarray(2))).toBeAllClose(
      Array.from({ length: cols }, (_, col) => [2, 3, 4].reduce((sum, row) => sum + dense[row]![col]! * y[row]!, 0)),
      close,
    );
    const whole = wave(cols, 0.4);
    expect(multiplyRows(linear, [whole], 1)[0]).toBeAllClose(
      dense.slice(1).map((weights) => weights.reduce((sum, weight, i) => sum + weight * whole[i]!, 0)),
      close,
    );
    const x = wave(12, 0.4);
    expect(multiplyColumns(linear, 30, x)).toBeAllClose(
      dense.map((weights) => x.reduce((sum, value, i) => sum + value * weights[30 + i]!, 0)),
      close,
    );
  });
});
