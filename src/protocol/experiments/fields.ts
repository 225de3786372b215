import * as v from "valibot";
import { ABLATIONS } from "#analysis/experiments/ablation.ts";
import type { Ablation } from "#analysis/experiments/ablation.ts";
import { Fault } from "#core/fault.ts";
import { checkHead } from "#model/ids.ts";
import type { HeadId } from "#model/ids.ts";
import { MAX_SCALE } from "#model/interventions.ts";
import type { ModelSpec } from "#model/spec.ts";
import { VARIANTS } from "../engine.ts";
import { MAX_DRAWS, MAX_SEED } from "../fields.ts";
import type { Variant } from "../engine.ts";
import { PATCH_DIRECTIONS } from "../patching.ts";
import { INPUTS, MAP_SITES } from "./inputs.ts";
import type { InputName } from "./inputs.ts";
import { head as headSchema, listOf, MAX_COUNT, MAX_LAYERS, text, wholeBetween } from "./schema-parts.ts";
import { suiteSource } from "./suite-schema.ts";
import type { SuiteSource } from "./suite-schema.ts";

/** The model that a request is fitted to. */
export type Shape = Pick<ModelSpec, "layers" | "heads" | "neurons" | "vocabulary">;
/** The fields of a request that stand before one. */
export type Earlier = Readonly<Record<string, unknown>>;

/**
 * How a field is said where that is not its value itself: a suite by its name (or text), a head as "L0H7", words as one text in the
 * form, adapters as lines there and as sources in a script; of the variant the form says the one that the page shows.
 */
export type Spoken = "itself" | "variant" | "suite" | "suites" | "head" | "words" | "adapters";

/**
 * One field of an experiment's request: what holds it, what it is where nothing is said, how a person and a script say it. The
 * form, the link, the script's options, the worker's checks, saved results and the table in the docs follow from it.
 */
export interface Field<Value = unknown, Fitted = Value> {
  /** In a request and in a saved one. */
  readonly schema: v.GenericSchema<unknown, Value>;
  /** Left out of a request where nothing is said and there is no `initial`. */
  readonly isOptional: boolean;
  /** What neither a script nor the form says, as they would say it. */
  readonly initial?: unknown;
  readonly spoken: Spoken;
  /** What a person sets of it; none: it is as it initially is. */
  readonly inputs: readonly InputName[];
  /** For the docs: what it is, and what it is counted in. */
  readonly about: string;
  readonly unit?: string;
  /**
   * As it is run on a model: what was left out filled in, lists in order and without repetition.
   *
   * @throws Fault "bad-request" for what is out of the model's range
   */
  fit(value: Value | undefined, on: Fitting): Fitted;
  /** As it may be saved and shown; left out: as it is. */
  saved?(value: Value): Value;
}

/** What a field is fitted to. */
export interface Fitting {
  readonly name: string;
  readonly shape: Shape;
  readonly earlier: Earlier;
}

type Described = Pick<Field, "about" | "unit">;

const itself = { isOptional: false, spoken: "itself", inputs: [] } as const;
/** A field that a model sets no limit to. */
const asItIs = <Value>(value: Value | undefined) => value as Value;

const suiteOf = (input: "suite" | "pairs" | "contrasts"): Field<SuiteSource> => ({
  schema: suiteSource,
  isOptional: false,
  spoken: "suite",
  inputs: [input, "count", "text"],
  about:
    "the name of a file in `public/suites`, a definition as one of these files holds it, or `{ text }` with a case a line; `count` cases of each group of it, left out: all",
  fit: asItIs,
});

export const suite = suiteOf("suite");
export const pairs = suiteOf("pairs");
export const contrasts = suiteOf("contrasts");

export const foundOn: Field<SuiteSource> = {
  ...suite,
  inputs: ["foundOn"],
  about: "the suite that the neurons are found on; left out: `suite`",
};

/** Cases of each group of a suite that should not change. */
export const CONTROL_CASES = 25;

/** Suites that should not change, a few cases of each group. */
export const controls = (names: readonly string[]): Field<readonly SuiteSource[]> => ({
  ...itself,
  schema: listOf(suiteSource, "an array of suites"),
  initial: names,
  spoken: "suites",
  about: `suites that should not change, ${CONTROL_CASES} cases of each group`,
  fit: asItIs,
});

/** A field that is one of the form's inputs as it is. */
const ofInput = <Value>(
  name: InputName,
  schema: v.GenericSchema<unknown, Value>,
  about: string,
): Field<Value> & { readonly initial: Value } => ({
  ...itself,
  schema,
  initial: INPUTS[name].initial as Value,
  inputs: [name],
  about,
  fit: asItIs,
});

/** The seed of a random choice beside the request's own, for each of several. */
export const seedBeside = (seed: number, place: number) => (seed + place) % (MAX_SEED + 1);

export const seed = ofInput(
  "seed",
  wholeBetween(0, MAX_SEED),
  "of the bootstrap, of random sets and of the other prompts of `resample`",
);
export const onlyCorrect = ofInput(
  "onlyCorrect",
  v.boolean("true or false"),
  "leaves out what the model as it is gets wrong",
);
export const per = ofInput(
  "per",
  v.picklist(["token", "answer"], "one of token, answer"),
  "what accuracy is a share of",
);

export const site = ofInput(
  "site",
  v.picklist(MAP_SITES, `one of ${MAP_SITES.join(", ")}`),
  "what is patched: heads at all positions, or what there is of each layer and position",
);
export const direction = ofInput(
  "direction",
  v.picklist(PATCH_DIRECTIONS, `one of ${PATCH_DIRECTIONS.join(", ")}`),
  "clean activations into the corrupted prompt, or the other way",
);

export const scale: Field<number> = ofInput(
  "scale",
  v.pipe(
    v.number("a number"),
    v.finite("a number"),
    v.minValue(-MAX_SCALE, `a number from −${MAX_SCALE}`),
    v.maxValue(MAX_SCALE, `a number up to ${MAX_SCALE}`),
  ),
  "what the neurons' activations are multiplied by",
);

/** What takes the place of what is ablated; a request leaves zero out. */
export const ablation: Field<Ablation | undefined, Ablation> = {
  schema: v.optional(v.picklist(ABLATIONS, `one of ${ABLATIONS.join(", ")}`)),
  isOptional: true,
  spoken: "itself",
  inputs: ["ablation"],
  about: "what takes the place of what is switched off; left out: zero",
  fit: (value = "zero") => value,
};

export const variant: Field<Variant | undefined> = {
  schema: v.optional(v.picklist(VARIANTS, `one of ${VARIANTS.join(", ")}`)),
  isOptional: true,
  spoken: "variant",
  inputs: [],
  about: "of a model with an adapter; left out: the base",
  fit: asItIs,
};

export const head: Field<HeadId> = {
  schema: headSchema,
  isOptional: false,
  spoken: "head",
  inputs: ["head"],
  about: "the head that is off, as `L0H7`",
  fit: (value, { shape }) => checkHead(value!, shape),
};

/** A head, or none where neurons are ranked by their increase. */
export const rankingHead: Field<HeadId | undefined> = {
  schema: v.optional(headSchema),
  isOptional: true,
  spoken: "head",
  inputs: ["ranking", "head"],
  about: "neurons are ranked by what they lose with this head off; left out: by their increase",
  fit: (value, { shape }) => value && checkHead(value, shape),
};

/** Heads by group; a group without one has the head that costs it most. */
export const headsByGroup: Field<Readonly<Record<string, HeadId>>> = {
  ...itself,
  schema: v.record(text, headSchema),
  initial: {},
  about: "the head that is off in a group; a group that is left out has the one that costs it most",
  fit(value, { shape }) {
    for (const at of Object.values(value!)) checkHead(at, shape);
    return value!;
  },
};

interface Counts extends Described {
  readonly initial: readonly number[];
  readonly least?: number;
  readonly most: (shape: Shape, earlier: Earlier) => number;
}

/** Numbers that a curve is drawn over. */
export const counts = ({ initial, least = 1, most, ...described }: Counts): Field<readonly number[]> => ({
  ...itself,
  ...described,
  schema: v.pipe(
    listOf(wholeBetween(least, MAX_COUNT), `an array of whole numbers from ${least}`),
    v.minLength(1, `an array of whole numbers from ${least}`),
  ),
  initial,
  fit(value, { name, shape, earlier }) {
    const end = most(shape, earlier);
    return [...new Set(value)].map((each) => within(name, each, least, end)).sort((a, b) => a - b);
  },
});

interface Whole extends Described {
  readonly otherwise: (shape: Shape, earlier: Earlier) => number;
  readonly least?: number;
  /** Left out: the last layer. */
  readonly most?: (shape: Shape) => number;
}

/** A whole number that a model sets the limit of; left out, what follows from the model and the fields before it. */
export const limited = ({ otherwise, least = 0, most, ...described }: Whole): Field<number | undefined, number> => ({
  ...itself,
  ...described,
  isOptional: true,
  schema: v.optional(wholeBetween(least, MAX_LAYERS)),
  fit: (value, { name, shape, earlier }) =>
    within(name, value ?? otherwise(shape, earlier), least, most?.(shape) ?? shape.layers - 1),
});

export const draws: Field<number> = {
  ...itself,
  schema: wholeBetween(1, MAX_DRAWS),
  initial: 3,
  about: "random sets for each count",
  fit: asItIs,
};

function within(name: string, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value;
  throw new Fault("bad-request", `${name} is ${value}; it needs to be a whole number from ${least} to ${most}`);
}
