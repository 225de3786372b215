import type {
  Attribute,
  Dimension,
  ElementType,
  Initializer,
  OnnxGraph,
  OperatorNode,
  TensorType,
} from "#formats/onnx/encode.ts";

/** Names a tensor inside the graph that it was made in. */
export type Value = string;

/** Where a weight's bytes lie in the part's file of weights. */
export interface WeightPlace {
  /** Another file than the part's own. */
  readonly file?: string;
  readonly offset: number;
  readonly bytes: number;
}

/** Collects a graph. Operators are in `operators.ts`, one function each. */
export class GraphBuilder {
  readonly #name: string;
  readonly #weightsFile: string;
  readonly #inputs: TensorType[] = [];
  readonly #outputs: TensorType[] = [];
  readonly #operations: OperatorNode[] = [];
  readonly #initializers: Initializer[] = [];
  readonly #renamed = new Map<Value, string>();

  constructor(name: string, weightsFile: string) {
    this.#name = name;
    this.#weightsFile = weightsFile;
  }

  input(name: string, dims: readonly Dimension[], type: ElementType = "float32"): Value {
    this.#inputs.push({ name, type, dims });
    return name;
  }

  /**
   * Makes a value an output of that name. The value is renamed, not copied.
   *
   * @throws RangeError if it is an output already
   */
  output(value: Value, name: string, dims: readonly Dimension[], type: ElementType = "float32"): void {
    const earlier = this.#renamed.get(value);
    if (earlier !== undefined) {
      throw new RangeError(`graph: ${name} is already the output ${earlier}; a value can be put out under one name`);
    }
    this.#renamed.set(value, name);
    this.#outputs.push({ name, type, dims });
  }

  floats(values: readonly number[], dims: readonly number[] = [values.length]): Value {
    return this.#constant("float32", dims, new Uint8Array(Float32Array.from(values).buffer));
  }

  /** Shapes, axes and indices. */
  ints(values: readonly number[], dims: readonly number[] = [values.length]): Value {
    return this.#constant("int64", dims, new Uint8Array(BigInt64Array.from(values, BigInt).buffer));
  }

  /** A constant whose bytes lie in the file of weights. */
  weight(name: string, type: ElementType, dims: readonly number[], place: WeightPlace): Value {
    this.#initializers.push({ name, type, dims, data: { file: this.#weightsFile, ...place } });
    return name;
  }

  /** @returns the names of the operator's outputs */
  apply(op: string, inputs: readonly Value[], options: OperatorOptions = {}): Value[] {
    const { attributes = {}, domain = "", results = 1 } = options;
    const outputs = Array.from({ length: results }, (_, index) => `${op}_${this.#operations.length}_${index}`);
    this.#operations.push({ op, domain, inputs, outputs, attributes });
    return outputs;
  }

  build(): OnnxGraph {
    const final = (value: Value) => this.#renamed.get(value) ?? value;
    return {
      name: this.#name,
      inputs: this.#inputs,
      outputs: this.#outputs,
      operations: this.#operations.map((operation) => ({
        ...operation,
        inputs: operation.inputs.map(final),
        outputs: operation.outputs.map(final),
      })),
      initializers: this.#initializers,
    };
  }

  #constant(type: ElementType, dims: readonly number[], data: Uint8Array): Value {
    const name = `constant_${this.#initializers.length}`;
    this.#initializers.push({ name, type, dims, data });
    return name;
  }
}

export interface OperatorOptions {
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly domain?: string;
  readonly results?: number;
}
