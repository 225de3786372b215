import * as v from "valibot";
import { grouped } from "#core/grouped.ts";
import { parseHead, parseNeuron } from "#model/ids.ts";
import { MAX_SCALE } from "#model/interventions.ts";
import type { Intervention } from "#model/interventions.ts";
import type { ReadEntries } from "./call.ts";
import { VARIANTS } from "./engine.ts";

/**
 * The arguments that several calls take, as schemas. A description says what is needed: it is the second half of the sentence that
 * refuses an argument, and what the reference in docs/scripting.md says of it. What depends on the loaded model, as how many layers
 * there are, is checked by the worker, which has the model.
 */
export type ArgumentSchema<In, Out = In> = v.GenericSchema<In, Out>;

/** More than anybody reads, fewer than would make a list slow. */
const MAX_LIST = 10_000;
/** More prompts than anybody needs for a mean. */
const MAX_ABLATION_SOURCE = 10_000;
/** More random groups than anybody needs for a mean and its spread. */
export const MAX_DRAWS = 100;
export const MAX_SEED = 2 ** 32 - 1;
const ANY_LENGTH = Number.MAX_SAFE_INTEGER;

const english = (value: number) => grouped(value).replace("-", "−");
const range = (least: number, most: number | undefined) =>
  `from ${english(least)}${most === undefined ? "" : ` to ${english(most)}`}`;

/** A whole number from `least` to `most`, both included. */
export function whole(least: number, most?: number): ArgumentSchema<number> {
  const need = `a whole number ${range(least, most)}`;
  return v.pipe(
    v.number(need),
    v.safeInteger(need),
    v.minValue(least, need),
    v.maxValue(most ?? ANY_LENGTH, need),
    v.description(need),
  );
}

/** Number of a list's rows. */
export const count = whole(1, MAX_LIST);

/** A number from `least` to `most`, both included. */
export function number(least: number, most?: number): ArgumentSchema<number> {
  const need = `a number ${range(least, most)}`;
  return v.pipe(
    v.number(need),
    v.minValue(least, need),
    v.maxValue(most ?? Number.MAX_VALUE, need),
    v.description(need),
  );
}

export const text = (need: string): ArgumentSchema<string> => v.pipe(v.string(need), v.description(need));

export const flag: ArgumentSchema<boolean> = v.pipe(v.boolean("true or false"), v.description("true or false"));

export function choice<const Choice extends string>(choices: readonly Choice[]): ArgumentSchema<Choice> {
  const need = `one of ${choices.join(", ")}`;
  return v.pipe(v.picklist(choices, need), v.description(need));
}

/** A value of any kind, which is read afterwards. */
export const anything = v.unknown();

/** An array of `least` to `most` items; what is wrong with an item is said of its place. */
export function list<Item extends v.GenericSchema>(item: Item, need: string, least = 0, most = ANY_LENGTH) {
  const schema = v.pipe(v.array(item, need), v.minLength(least, need), v.maxLength(most, need), v.description(need));
  return schema as unknown as ArgumentSchema<readonly v.InferInput<Item>[], readonly v.InferOutput<Item>[]>;
}

/** A field that is one of several things. */
export function oneOf<const Ways extends readonly v.GenericSchema[]>(need: string, ...ways: Ways) {
  const schema = v.pipe(v.union(ways, need), v.description(need));
  return schema as ArgumentSchema<v.InferInput<Ways[number]>, v.InferOutput<Ways[number]>>;
}

/** A text that stands for something else; `read` gives undefined for what stands for nothing. */
export const readAs = <Out>(read: (text: string) => Out | undefined, need: string): ArgumentSchema<string, Out> =>
  v.pipe(
    v.string(need),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const found = read(dataset.value);
      if (found !== undefined) return found;
      addIssue({ message: need });
      return NEVER;
    }),
  );

const index = whole(0);
export const tokenIds = list(index, "an array of token ids, whole numbers from 0");

/** Text (the tokenizer adds its BOS) or token ids, taken as they are. */
export const prompt = oneOf("a text or an array of token ids, whole numbers from 0", v.string(), tokenIds);

/** A token id, or the text of exactly one token. */
export const token = oneOf("a token id or the text of one token", v.string(), index);

const HEAD = 'as "L0H7" or { layer: 0, head: 7 }';
const headText = readAs(parseHead, HEAD);
const headId = v.object({ layer: index, head: index });
export const head = oneOf(HEAD, headId, headText);

const NEURON = 'as { layer: 4, neuron: 425 } or "L4N425"';
const neuronText = readAs(parseNeuron, NEURON);
const neuronId = v.object({ layer: index, neuron: index });
export const neuron = oneOf(NEURON, neuronId, neuronText);

const scale = number(-MAX_SCALE, MAX_SCALE);
const writtenScale = v.exactOptional(scale, 0);

/** One part turned up or down, as a script and links write it or as the engine has it. */
const intervention = oneOf(
  `as { head: "L0H7", scale: 0 } or { neuron: "L4N425", scale: 0.5 }, the scale from −${MAX_SCALE} to ${MAX_SCALE}`,
  v.pipe(
    v.strictObject({ head: headText, scale: writtenScale }),
    v.transform(({ head: at, scale: by }): Intervention => ({ kind: "head", at, scale: by })),
  ),
  v.pipe(
    v.strictObject({ neuron: neuronText, scale: writtenScale }),
    v.transform(({ neuron: at, scale: by }): Intervention => ({ kind: "neuron", at, scale: by })),
  ),
  v.strictObject({ kind: v.literal("head"), at: headId, scale }),
  v.strictObject({ kind: v.literal("neuron"), at: neuronId, scale }),
);

/** Which of the model's two sets of weights; left out: the base. */
export const VARIANT = { variant: v.exactOptional(choice(VARIANTS)) };

/**
 * What a part is at scale 0. Left out: 0 (zero-ablation). Else what it is in another prompt (one: resample ablation, or activation
 * patching) or on average over several (mean ablation), position by position: each has as many tokens as the prompt that is asked
 * about. At scale s it is s of its own way from there.
 */
export const ABLATION_SOURCE = {
  ablationSource: v.exactOptional(
    list(prompt, `an array of 1 to ${english(MAX_ABLATION_SOURCE)} prompts as ["2+4="]`, 1, MAX_ABLATION_SOURCE),
  ),
};

/** The options for what is done to the model in a run. */
export const RUN = {
  interventions: v.exactOptional(list(intervention, 'an array as [{ head: "L0H7", scale: 0 }]')),
  ...ABLATION_SOURCE,
};

/** The token that is asked about. Left out: the clean run's most probable token. */
export const TARGET = { target: v.exactOptional(token), ...VARIANT };

export type AblationSourceOptions = ReadEntries<typeof ABLATION_SOURCE>;
export type RunOptions = ReadEntries<typeof RUN>;
export type TargetOptions = ReadEntries<typeof TARGET>;
