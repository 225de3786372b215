import { Fault } from "#core/fault.ts";
import { foundAndNeeded, shownName } from "#core/shown.ts";

/** What stands before the tensors of a GGUF file, by key; arrays are arrays, numbers of every width are numbers. */
export type GgufMetadata = ReadonlyMap<string, unknown>;

/** What the file has of tensors, by llama.cpp's names. */
export interface GgufTensors {
  readonly has: (tensor: string) => boolean;
  /** Undefined if there is none. */
  readonly shapeOf: (tensor: string) => readonly number[] | undefined;
  /** The values of the tensors that each pair's inverse frequency is divided by, as far as the architecture has them. */
  readonly ropeDivisors: Readonly<Partial<Record<RopeTensor, readonly number[]>>>;
}

/** A divisor for each pair: one list, or one for prompts within the original context and one for longer ones. */
export type RopeTensor = "rope_freqs.weight" | "rope_factors_short.weight" | "rope_factors_long.weight";

/** The metadata with the checks that every key needs; those of the architecture are asked for without its name. */
export class GgufKeys {
  readonly architecture: string;
  readonly #metadata: GgufMetadata;

  /** @throws Fault "bad-config" if the file does not say what architecture it is */
  constructor(metadata: GgufMetadata) {
    const architecture = metadata.get("general.architecture");
    if (typeof architecture !== "string") throw wrong("general.architecture", architecture, "an architecture's name");
    this.architecture = architecture;
    this.#metadata = metadata;
  }

  /** As it stands, undefined if it is missing. */
  raw(key: string): unknown {
    return this.#metadata.get(`${this.architecture}.${key}`);
  }

  /**
   * @param fallback where it is missing; left out: it must not be
   * @throws Fault "bad-config" for what is no number; a list says that layers differ
   */
  number(key: string, fallback?: number): number {
    const value = this.raw(key);
    if (typeof value === "number" && Number.isFinite(value)) return value;
    if (value === undefined && fallback !== undefined) return fallback;
    const need = Array.isArray(value) ? "one number for all layers" : "a number";
    throw wrong(`${this.architecture}.${key}`, value, need);
  }

  flag(key: string, fallback: boolean): boolean {
    const value = this.raw(key) ?? fallback;
    if (typeof value === "boolean") return value;
    throw wrong(`${this.architecture}.${key}`, value, "true or false");
  }
}

export const wrong = (key: string, found: unknown, needed: string) =>
  new Fault("bad-config", `GGUF: ${shownName(key)} ${foundAndNeeded(found, needed)}`);
