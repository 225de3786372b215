import * as ort from "onnxruntime-web";
import type { Runtime } from "#workers/engine/run/runtime.ts";
import { Queue } from "#workers/engine/run/queue.ts";

/** What a device does to the numbers that a session gives, by the output's name. */
export type Lie = (values: Float32Array, output: string) => void;

/** A tensor that is on the device: its numbers have to be asked for, and are gone once it is disposed of. */
class FarTensor {
  readonly location = "gpu-buffer";
  readonly #near: ort.Tensor;
  #isGone = false;

  constructor(near: ort.Tensor) {
    this.#near = near;
  }

  get dims(): readonly number[] {
    return this.#near.dims;
  }

  /** @throws Error as the runtime, where it was disposed of */
  get near(): ort.Tensor {
    if (this.#isGone) throw new Error("The tensor is disposed.");
    return this.#near;
  }

  async getData(isDisposing = false): Promise<ort.Tensor.DataType> {
    const { data } = await Promise.resolve(this.near);
    if (isDisposing) this.dispose();
    return data;
  }

  dispose(): void {
    this.#isGone = true;
  }
}

type Tensors = Record<string, ort.Tensor | FarTensor>;

/**
 * A runtime that takes itself for one on a graphics processor: WASM underneath. Where outputs should stay on the device they have to
 * be asked for, and what sessions give is told another way.
 *
 * @param lie left out: an honest one
 */
export function fakeGpu(name: string, lie: Lie = () => undefined): Runtime {
  const create = async (
    bytes: Uint8Array,
    { externalData = [], preferredOutputLocation }: ort.InferenceSession.SessionOptions,
  ) => {
    const session = await ort.InferenceSession.create(bytes, { externalData });
    const run = session.run.bind(session) as (
      feeds: Tensors,
      ...rest: unknown[]
    ) => Promise<Record<string, ort.Tensor>>;
    return Object.assign(session, {
      async run(feeds: Tensors, ...rest: unknown[]): Promise<Tensors> {
        const near = Object.entries(feeds).map(([input, tensor]) => [
          input,
          tensor instanceof FarTensor ? tensor.near : tensor,
        ]);
        const outputs = await run(Object.fromEntries(near) as Tensors, ...rest);
        for (const [output, { data }] of Object.entries(outputs)) if (data instanceof Float32Array) lie(data, output);
        if (preferredOutputLocation !== "gpu-buffer") return outputs;
        return Object.fromEntries(Object.entries(outputs).map(([output, tensor]) => [output, new FarTensor(tensor)]));
      },
    });
  };
  const lying = { ...ort, InferenceSession: { create } } as unknown as Runtime["ort"];
  return { ort: lying, backend: "webgpu", adapter: name, note: "", queue: new Queue() };
}
