import type { StoreApi } from "zustand/vanilla";
import type { CallOptions, Engine } from "#client/engine.ts";
import { isEngineEnd } from "#core/fault.ts";
import type { Progress } from "#protocol/engine.ts";
import { dismiss, notifyFault } from "../notices.ts";
import { currentEngine } from "../run/engine-port.ts";
import { timeLeft } from "./time-left.ts";

export interface TimedProgress extends Progress {
  /** Milliseconds; undefined while there is no pace to go by. */
  readonly leftMs: number | undefined;
}

/** One kind of request: what it found, and how far it is. What belongs to a kind stands beside these. */
export interface RequestSlot<Value = unknown> {
  /** The latest answer: partial while a newer one is computed, whole once it is there, and kept where that fails or is stopped. */
  readonly value: Value | undefined;
  readonly status: "idle" | "computing" | "done" | "failed" | "stopped";
  readonly progress: TimedProgress | undefined;
}

/** How a request reports while it runs. */
export interface Reports<Value> {
  readonly signal: AbortSignal;
  readonly partial: (value: Value) => void;
  readonly progress: (done: Progress) => void;
}

/** Options with which the engine follows a call that reports how much of how much is done. */
export const following = ({
  signal,
  progress,
}: Pick<Reports<unknown>, "signal" | "progress">): CallOptions<Progress> => ({
  signal,
  onProgress: progress,
});

/** One question, and what it writes into its slot beside value, status and progress. */
export interface Course<Value, Slot> {
  readonly ask: (engine: Engine, reports: Reports<Value>) => Promise<Value>;
  readonly begins?: Partial<Slot>;
  /** With each value, partial or whole. */
  readonly shows?: (value: Value) => Partial<Slot>;
  /** With the whole value. */
  readonly ends?: Partial<Slot>;
  /** Left out: at the pace so far. */
  readonly leftMs?: (done: number, total: number) => number | undefined;
}

type Change<Value, Slot> = Partial<RequestSlot<Value>> | Partial<Slot> | undefined;
/** What the slots of a store hold, by kind. */
export type ValuesOf<Slots> = {
  readonly [Kind in keyof Slots]: Slots[Kind] extends RequestSlot<infer Value> ? Value : never;
};
type SlotsOf<Values> = { readonly [Kind in keyof Values]: RequestSlot<Values[Kind]> };

interface RequestOptions<Kind> {
  /** What a kind's notice is about. */
  readonly about: (kind: Kind) => string;
  /** How a request stands whose engine is gone, which is told once, and by whoever starts the engine again. */
  readonly gone: (kind: Kind) => RequestSlot["status"];
}

/** Requests to the engine by their kinds, one of each under way at most, written into the slots of a store: `Slot` is what all of them have. */
export class Requests<Values, Slots extends SlotsOf<Values>, Slot extends RequestSlot> {
  readonly #store: Pick<StoreApi<Slots>, "setState">;
  readonly #options: RequestOptions<keyof Values>;
  readonly #underWay = new Map<keyof Values, AbortController>();

  constructor(store: Pick<StoreApi<Slots>, "setState">, options: RequestOptions<keyof Values>) {
    this.#store = store;
    this.#options = options;
  }

  /** The kinds that are under way. */
  get underWay(): readonly (keyof Values)[] {
    return [...this.#underWay.keys()];
  }

  /**
   * Asks; an earlier question of the kind is given up. Never rejects: what goes wrong becomes a notice.
   *
   * @returns the whole answer; undefined where it failed, was stopped, or a newer question took its place
   */
  async start<Kind extends keyof Values>(
    kind: Kind,
    { ask, begins, shows, ends, leftMs }: Course<Values[Kind], Slot>,
  ): Promise<Values[Kind] | undefined> {
    this.cancel(kind);
    const controller = new AbortController();
    this.#underWay.set(kind, controller);
    // reports come another way than the answer and may arrive behind it
    const isOpen = () => this.#underWay.get(kind) === controller;
    const startedAt = performance.now();
    const left = leftMs ?? ((done, total) => timeLeft(startedAt, done, total));
    dismiss(this.#options.about(kind));
    this.patch(kind, { status: "computing", progress: undefined }, begins);
    try {
      const value = await ask(currentEngine(), {
        signal: controller.signal,
        partial: (part) => {
          if (isOpen()) this.patch(kind, { value: part }, shows?.(part));
        },
        progress: ({ done, total }) => {
          if (isOpen()) this.patch(kind, { progress: { done, total, leftMs: left(done, total) } });
        },
      });
      if (!isOpen()) return undefined;
      this.#underWay.delete(kind);
      this.settle(kind, { value, status: "done" }, shows?.(value), ends);
      return value;
    } catch (reason) {
      if (!isOpen()) return undefined;
      this.#underWay.delete(kind);
      this.settle(kind, { status: isEngineEnd(reason) ? this.#options.gone(kind) : "failed" });
      notifyFault(this.#options.about(kind), reason);
      return undefined;
    }
  }

  /**
   * Stops at a person's word; what has arrived stays.
   *
   * @returns whether it was under way
   */
  stop(kind: keyof Values): boolean {
    if (!this.#underWay.has(kind)) return false;
    this.settle(kind, { status: "stopped" });
    return true;
  }

  /** Nobody waits for it any more, and its slot is for whoever says so to write. */
  cancel(kind: keyof Values): void {
    this.#underWay.get(kind)?.abort();
    this.#underWay.delete(kind);
  }

  cancelAll(): void {
    for (const kind of this.underWay) this.cancel(kind);
  }

  /** Ends what is under way of a kind, and writes what is left of it. */
  settle<Kind extends keyof Values>(kind: Kind, ...changes: readonly Change<Values[Kind], Slot>[]): void {
    this.cancel(kind);
    this.patch(kind, { progress: undefined }, ...changes);
  }

  patch<Kind extends keyof Values>(kind: Kind, ...changes: readonly Change<Values[Kind], Slot>[]): void {
    this.#store.setState((slots) => ({ [kind]: Object.assign({}, slots[kind], ...changes) }) as Partial<Slots>);
  }
}
