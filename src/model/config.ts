import { Fault } from "#core/fault.ts";
import { foundAndNeeded } from "#core/shown.ts";
import type { Config } from "./spec.ts";

/** Above this a field is a mistake or an attack: the largest models have some 10^5 of anything that is counted here. */
const MAX_COUNT = 16_777_216;

/** @throws Fault "bad-config" if it is not a JSON object */
export function readConfig(json: unknown): Config {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new Fault("bad-config", "config.json is not a JSON object");
  }
  const raw = (field: string): unknown =>
    Object.hasOwn(json, field) ? ((json as Record<string, unknown>)[field] ?? undefined) : undefined;
  const positive = (field: string, fallback?: number) => {
    const value = raw(field) ?? fallback;
    if (typeof value !== "number" || !Number.isFinite(value) || value <= 0)
      throw wrong(field, raw(field), "a number above 0");
    return value;
  };
  return {
    raw,
    has: (field) => Object.hasOwn(json, field),
    positive,
    count(field, fallback) {
      const value = positive(field, fallback);
      if (!Number.isInteger(value) || value > MAX_COUNT) throw wrong(field, value, `a whole number up to ${MAX_COUNT}`);
      return value;
    },
    flag(field, fallback) {
      const value = raw(field) ?? fallback;
      if (typeof value !== "boolean") throw wrong(field, value, "true or false");
      return value;
    },
  };
}

const wrong = (field: string, found: unknown, needed: string) =>
  new Fault("bad-config", `config.json: ${field} ${foundAndNeeded(found, needed)}`);

/** The deepest model of any family here has 126. */
const MAX_LAYERS = 4096;

/** How many layers a config has, within what can be read: before anything is made for each of them. */
export function layersOf(config: Config): number {
  const layers = config.count("num_hidden_layers");
  checkLayers(layers);
  return layers;
}

/** @throws Fault "bad-config" for more layers than can be read */
export const checkLayers = (layers: number): void =>
  refuse(layers > MAX_LAYERS, `it describes ${layers} layers; at most ${MAX_LAYERS} can be read`);

/** @throws Fault "bad-config" with what was found, if it is `wrong` */
export function refuse(wrong: boolean, found: string): void {
  if (wrong) throw new Fault("bad-config", `config.json: ${found}`);
}
