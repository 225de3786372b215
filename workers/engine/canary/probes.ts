import type * as Ort from "onnxruntime-web";
import { randomStream } from "#core/numeric/random.ts";
import { memorySource } from "#formats/byte-source.ts";
import { GraphBuilder } from "#graph/builder.ts";
import { WEIGHTS_FILE } from "#graph/parts.ts";
import { MASKED_SCORE } from "#graph/range.ts";
import { createSession } from "../load/load-model.ts";
import type { Runtime } from "../run/runtime.ts";
import { drawnConstants } from "./drawn.ts";
import { float64Of } from "./float64.ts";
import type { Constants } from "./float64.ts";
import type { Form } from "./forms.ts";

/** Shapes of activations as a model runs: [batch, position, …]. One row has kernels of its own, and so have more rows than a tile has. */
const RUNS = [
  { batch: 1, positions: 1 },
  { batch: 2, positions: 33 },
] as const;

/** Constants that are in memory at once beside each other. */
const MAX_BYTES_AT_ONCE = 2 ** 25;

/** A form with numbers for its constants, and where they lie in the file of weights. */
interface Probe {
  readonly form: Form;
  readonly constants: Constants;
  readonly bytes: number;
}

/**
 * How far a device's results are from float64 for each form: max |y − y₆₄| over max |y₆₄| of a row, the largest of all rows; infinite for
 * what is no number.
 *
 * @param heads how many rows of scores a position has
 */
export async function proveForms(
  runtime: Runtime,
  forms: readonly Form[],
  { heads, signal }: { readonly heads: number; readonly signal: AbortSignal },
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const group of grouped(forms)) {
    signal.throwIfAborted();
    const session = await probeSession(runtime, group, heads);
    try {
      for (const run of RUNS) {
        for (const [key, difference] of await runProbes(runtime, session, group, { ...run, heads })) {
          found.set(key, Math.max(found.get(key) ?? 0, difference));
        }
      }
    } finally {
      await runtime.queue.add(() => session.release());
    }
  }
  return found;
}

/** Few sessions, none of which holds much: each group's constants are drawn when it is its turn. */
function* grouped(forms: readonly Form[]): Iterable<readonly Probe[]> {
  let group: Probe[] = [];
  let bytes = 0;
  for (const form of forms) {
    const constants = drawnConstants(form);
    const probe = { form, constants, bytes: constants.reduce((sum, { byteLength }) => sum + byteLength, 0) };
    if (group.length > 0 && bytes + probe.bytes > MAX_BYTES_AT_ONCE) {
      yield group;
      [group, bytes] = [[], 0];
    }
    group.push(probe);
    bytes += probe.bytes;
  }
  if (group.length > 0) yield group;
}

/** Every operator of the group by itself, in one graph. */
async function probeSession(runtime: Runtime, probes: readonly Probe[], heads: number): Promise<Ort.InferenceSession> {
  const g = new GraphBuilder("canary", WEIGHTS_FILE);
  const pieces: Uint8Array[] = [];
  let offset = 0;
  probes.forEach(({ form, constants }, index) => {
    const rows = form.op === "Softmax" ? ["batch", heads, "position"] : ["batch", "position"];
    const [inputs, outputs] = form.op === "Softmax" ? ["position", "position"] : [widthOf(form), outputsOf(form)];
    const weights = form.constants.map(({ type, dims }, place) => {
      const { buffer, byteOffset, byteLength: bytes } = constants[place]!;
      pieces.push(new Uint8Array(buffer, byteOffset, bytes));
      const weight = g.weight(`w${index}_${place}`, type, dims, { offset, bytes });
      const padding = (64 - (bytes % 64)) % 64;
      pieces.push(new Uint8Array(padding));
      offset += bytes + padding;
      return weight;
    });
    const [y] = g.apply(form.op, [g.input(`x${index}`, [...rows, inputs]), ...weights], form);
    g.output(y!, `y${index}`, [...rows, outputs]);
  });
  const file = memorySource(new Uint8Array(await new Blob(pieces as Uint8Array<ArrayBuffer>[]).arrayBuffer()));
  return createSession(runtime, g.build(), { [WEIGHTS_FILE]: file }, { leaves: "in memory" });
}

interface Shape {
  readonly batch: number;
  readonly positions: number;
  readonly heads: number;
}

async function runProbes(
  { ort, queue }: Runtime,
  session: Ort.InferenceSession,
  probes: readonly Probe[],
  shape: Shape,
): Promise<[key: string, difference: number][]> {
  const rows = probes.map(({ form }) => drawnRows(form, shape));
  const { batch, positions, heads } = shape;
  const feeds = Object.fromEntries(
    probes.map(({ form }, index) => {
      const dims = form.op === "Softmax" ? [batch, heads, positions, positions] : [batch, positions, widthOf(form)];
      return [`x${index}`, new ort.Tensor("float32", rows[index]!.data, dims)];
    }),
  );
  const outputs = await queue.add(() => session.run(feeds));
  return probes.map(({ form, constants }, index) => {
    const got = outputs[`y${index}`]!.data as Float32Array;
    return [form.key, farthest(got, rows[index]!, float64Of(form, constants))];
  });
}

/** Rows of an activation: one of a few that were drawn, times a power of two each, so that products need be worked out once for each drawn one. */
interface Rows {
  readonly width: number;
  readonly data: Float32Array;
  /** Of each row; 0 for one that nothing is known of. */
  readonly scales: readonly number[];
  readonly isLinear: boolean;
}

const DRAWN_ROWS = 2;

function drawnRows(form: Form, { batch, positions, heads }: Shape): Rows {
  const random = randomStream(7);
  const isSoftmax = form.op === "Softmax";
  const width = isSoftmax ? positions : widthOf(form);
  const count = batch * positions * (isSoftmax ? heads : 1);
  const unit = unitOf(form);
  const drawn = Array.from({ length: DRAWN_ROWS }, () =>
    Float32Array.from({ length: width }, () => unit * (2 * random() - 1)),
  );
  const scales = Array.from({ length: count }, (_, row) => 2 ** ((row % 7) - 3));
  const data = new Float32Array(count * width);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < width; i++) {
      const isMasked = isSoftmax && i > row % positions;
      data[row * width + i] = isMasked ? MASKED_SCORE : drawn[row % DRAWN_ROWS]![i]! * scales[row]!;
    }
  }
  return { width, data, scales, isLinear: form.op === "MatMul" || form.op === "MatMulNBits" };
}

/** A norm's squares have to matter beside its ε, which graphs shrink; scores are some units apart. */
function unitOf({ op, attributes }: Form): number {
  if (op === "Softmax") return 4;
  const epsilon = attributes["epsilon"] as { readonly float: number } | undefined;
  return epsilon ? 300 * Math.sqrt(epsilon.float) : 1;
}

function farthest(got: Float32Array, rows: Rows, float64: (row: Float32Array) => Float64Array): number {
  const { width, data, scales, isLinear } = rows;
  const size = got.length / scales.length;
  const products = new Map<number, Float64Array>();
  let largest = 0;
  for (let row = 0; row < scales.length; row++) {
    const input = () => data.subarray(row * width, (row + 1) * width);
    const known = isLinear ? products.get(row % DRAWN_ROWS) : undefined;
    const want = known ?? float64(input().map((x) => (isLinear ? x / scales[row]! : x)));
    if (isLinear) products.set(row % DRAWN_ROWS, want);
    const factor = isLinear ? scales[row]! : 1;
    let difference = 0;
    let extent = 0;
    for (let i = 0; i < size; i++) {
      const off = Math.abs(got[row * size + i]! - want[i]! * factor);
      // a comparison with NaN is false
      if (!(off <= difference)) difference = Number.isNaN(off) ? Infinity : off;
      extent = Math.max(extent, Math.abs(want[i]! * factor));
    }
    largest = Math.max(largest, difference / extent);
  }
  return largest;
}

const widthOf = ({ op, attributes, constants }: Form): number =>
  op === "MatMulNBits" ? (attributes["K"] as number) : constants[0]!.dims[0]!;

const outputsOf = ({ op, attributes, constants }: Form): number =>
  op === "MatMulNBits" ? (attributes["N"] as number) : constants[0]!.dims.at(-1)!;
