import * as v from "valibot";
import type { AdapterEffect, BaseAccuracy, GainingOverall } from "#analysis/experiments/tables/adapter-table.ts";
import type { CheckpointSource } from "#model/checkpoint.ts";
import type { AdapterInfo } from "../engine.ts";
import { experiment } from "./definition.ts";
import { counts, draws, onlyCorrect, per, seed, suite, variant } from "./fields.ts";
import type { Field } from "./fields.ts";
import { counted, estimate, estimatedShare, layer, listOf, measure, neuron, text } from "./schema-parts.ts";

/** An adapter and what it goes by. */
export interface NamedAdapter {
  readonly name: string;
  readonly source: CheckpointSource;
}

/** What an adapter is, as far as it tells a result from another's; the commit where it is from a Hub. */
export interface AdapterFacts extends Pick<AdapterInfo, "layers" | "ranks" | "modules" | "parameters"> {
  readonly revision?: string;
}

/** One adapter against the base. */
export interface AdapterRow extends AdapterFacts, Omit<AdapterEffect, "neurons"> {
  readonly name: string;
  /** `owner/name@revision`, or the address. */
  readonly source: string;
  /** Those that gain most, and what they promote where they fire. */
  readonly neurons: readonly (GainingOverall & { readonly promotes: readonly string[] })[];
}

export interface AdapterFindings {
  readonly base: BaseAccuracy;
  /** Answer tokens whose important neurons were found in the base, and how many of these lists are not proven. */
  readonly tokens: number;
  readonly uncertified: number;
  /** In the order that they were asked in, as far as they have been run. */
  readonly adapters: readonly AdapterRow[];
}

const gain = { accuracy: estimatedShare, gain: estimate, nats: estimate };
const listed = { ...neuron, tokens: counted, inBase: measure, inAdapted: measure };

const found: v.GenericSchema<unknown, AdapterFindings> = v.object({
  base: v.object({
    all: estimatedShare,
    groups: listOf(
      v.object({ name: text, cases: counted, scored: counted, correct: counted, accuracy: estimatedShare }),
    ),
  }),
  tokens: counted,
  uncertified: counted,
  adapters: listOf(
    v.object({
      name: text,
      source: text,
      revision: v.exactOptional(text),
      layers: v.pipe(listOf(layer), v.minLength(1, "at least one layer")),
      ranks: listOf(counted),
      modules: listOf(text),
      parameters: counted,
      tokens: counted,
      all: v.object(gain),
      groups: listOf(v.object({ ...gain, name: text })),
      growth: listOf(v.object({ count: counted, growth: estimate, random: estimate })),
      followed: listOf(v.object(listed)),
      neurons: listOf(v.object({ ...listed, gain: measure, promotes: listOf(text) })),
      uncertified: counted,
    }),
  ),
});

/** A saved result names a folder without its files: a file of theirs is no plain data. */
const files = v.pipe(
  v.optional(v.array(v.unknown()), []),
  v.transform((list) => list.filter((file) => file instanceof File)),
);

const checkpoint: v.GenericSchema<unknown, CheckpointSource> = v.variant("kind", [
  v.object({ kind: v.literal("hub"), repo: text, revision: v.exactOptional(text), hub: v.exactOptional(text) }),
  v.object({ kind: v.literal("url"), base: text }),
  v.object({ kind: v.literal("stored"), id: text }),
  v.object({ kind: v.literal("files"), paths: v.exactOptional(listOf(text)), files }),
]);

/** More than any model has layers. */
const MAX_ADAPTERS = 256;
const NEEDED = `an array of 1 to ${MAX_ADAPTERS} sources as { kind: "hub", repo: "owner/name" }`;

const sources: Field<readonly NamedAdapter[]> = {
  schema: v.pipe(
    listOf(v.object({ name: text, source: checkpoint }), NEEDED),
    v.minLength(1, NEEDED),
    v.maxLength(MAX_ADAPTERS, NEEDED),
  ),
  isOptional: false,
  spoken: "adapters",
  inputs: ["adapters"],
  about: "the set, an array of sources as `attachAdapter` takes them",
  fit: (value) => value!,
  saved: (value) => value.map(({ name, source }) => ({ name, source: savedSource(source) })),
};

/** An adapter's source as a saved result has it: without access tokens and files. */
function savedSource(source: CheckpointSource): CheckpointSource {
  if (source.kind === "files") return { kind: "files", files: [] };
  if (source.kind !== "hub") return source;
  const { token: _, ...rest } = source;
  return rest;
}

const MAX_FOLLOWED = 1_000;

/** A set of LoRA adapters, each laid over the base and compared with it. Only of the base. */
export const adapters = experiment({
  kind: "adapters",
  fields: {
    suite,
    seed,
    // of the base, whichever variant the page shows
    variant: { ...variant, spoken: "itself" },
    per,
    adapters: sources,
    onlyCorrect,
    counts: counts({
      // the paper's table 10
      initial: [10, 20, 30, 50],
      most: ({ layers, neurons }) => Math.min(MAX_FOLLOWED, layers * neurons),
      about: "k, how many important neurons' growth is measured",
      unit: "neurons",
    }),
    draws,
  },
  found,
  claims: ({ base, adapters: rows }) => [
    { name: "accuracy", value: base.all.value },
    ...rows.map(({ name, all }, place) => ({ name: `${place + 1} ${name}`, value: all.accuracy.value })),
  ],
});
