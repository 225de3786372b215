import type { ElementType, OnnxGraph, OperatorNode } from "#formats/onnx/encode.ts";

/** A constant that an operator reads: codes, scales, a gain. Which numbers it holds plays no part. */
export interface FormConstant {
  readonly type: ElementType;
  readonly dims: readonly number[];
}

/** One operator as a model's graphs have it, with the shapes of its weights: what a device is asked to prove. */
export interface Form extends Pick<OperatorNode, "op" | "domain" | "attributes"> {
  /** Behind the activation, which is the first input. */
  readonly constants: readonly FormConstant[];
  /** The same for the same operator on the same shapes. */
  readonly key: string;
}

/** Operators that a graphics processor has been seen to get wrong in silence: products with weights, and what exponentials and roots are in. */
const PROVED: ReadonlySet<string> = new Set([
  "MatMulNBits",
  "MatMul",
  "Softmax",
  "LayerNormalization",
  "SimplifiedLayerNormalization",
]);

/** A float32 product as large as the largest quantised one: the operator takes more columns the same way. */
const MOST_FLOATS = 2 ** 24;

/** The forms of some graphs, each once, in the order in which they run; and quantised products in both widths. */
export function formsOf(graphs: Iterable<OnnxGraph>): Form[] {
  const forms = new Map<string, Form>();
  for (const { operations, initializers } of graphs) {
    const constants = new Map(initializers.map(({ name, type, dims }) => [name, { type, dims }]));
    for (const { op, domain, attributes, inputs } of operations) {
      const read = inputs.slice(1).map((name) => constants.get(name));
      // a product of two activations, as attention's, has no weights
      if (!PROVED.has(op) || read.includes(undefined)) continue;
      const form = formOf({ op, domain, attributes, constants: read.map((each) => narrowed(op, each!)) });
      forms.set(form.key, form);
    }
  }
  const found = [...forms.values()];
  const twin = otherWidth(found);
  return twin ? [...found, twin] : found;
}

const formOf = (form: Omit<Form, "key">): Form => ({ ...form, key: JSON.stringify(form) });

function narrowed(op: string, { type, dims }: FormConstant): FormConstant {
  const [rows = 1, cols = 1] = dims;
  return op === "MatMul" ? { type, dims: [rows, Math.min(cols, Math.ceil(MOST_FLOATS / rows))] } : { type, dims };
}

/** The smallest quantised product in 4 bits where the model has 8, and the other way round: a device that fails one is trusted with neither. */
function otherWidth(forms: readonly Form[]): Form | undefined {
  const products = forms.filter(({ op, constants }) => op === "MatMulNBits" && constants.length === 2);
  if (new Set(products.map(({ attributes }) => attributes["bits"])).size !== 1) return undefined;
  const smallest = products.reduce((least, each) => (sizeOf(each) < sizeOf(least) ? each : least));
  const { attributes, constants } = smallest;
  const bits = attributes["bits"] === 4 ? 8 : 4;
  const [codes, scales] = constants as [FormConstant, FormConstant];
  const [rows, blocks] = codes.dims as [number, number];
  const dims = [rows, blocks, ((attributes["block_size"] as number) * bits) / 8];
  return formOf({ ...smallest, attributes: { ...attributes, bits }, constants: [{ ...codes, dims }, scales] });
}

/** What ONNX calls the sizes of a quantised product, with `size` for weights that share a scale. */
export const productOf = ({ attributes }: Pick<Form, "attributes">) =>
  attributes as Readonly<Record<"K" | "N" | "bits" | "block_size", number>>;

const sizeOf = ({ constants }: Form) => constants[0]!.dims.reduce((size, dim) => size * dim, 1);

/** `MatMulNBits, 192 to 576 in 8 bits by 32`, for a sentence. */
export function nameOf({ op, attributes, constants }: Form): string {
  if (op === "MatMulNBits") {
    const { K, N, bits, block_size: size } = productOf({ attributes });
    return `${op}, ${K} to ${N} in ${bits} bits by ${size}`;
  }
  const [dims = []] = constants.map((constant) => constant.dims);
  return dims.length > 0 ? `${op} of ${dims.join(" to ")}` : op;
}
