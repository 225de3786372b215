import { breathe } from "#core/breath.ts";

/**
 * One task at a time, in order. onnxruntime's WebGPU backend allows one creation, run, read or release at once in the whole
 * module and does not guard itself; a failed task must not fail those behind it.
 * Between two tasks the worker's messages are let in.
 */
export class Queue {
  #tail: Promise<unknown> = Promise.resolve();

  add<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(task);
    // the caller sees the failure; the queue must not
    this.#tail = result.then(
      () => breathe(),
      () => breathe(),
    );
    return result;
  }
}
