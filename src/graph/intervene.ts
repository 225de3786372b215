import type { Dimension } from "#formats/onnx/encode.ts";
import type { GraphBuilder, Value } from "./builder.ts";
import * as op from "./operators.ts";

/** x · scale + fill, both inputs of the graph that broadcast to x: scale 1 and fill 0 leave it alone, scale 0 ablates. */
export function intervene(g: GraphBuilder, x: Value, what: "head" | "neuron", dims: readonly Dimension[]): Value {
  return op.add(g, op.mul(g, x, g.input(`${what}_scale`, dims)), g.input(`${what}_fill`, dims));
}
