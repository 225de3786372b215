import * as v from "valibot";
import { ABLATIONS } from "#analysis/experiments/ablation.ts";
import { READINGS } from "#analysis/experiments/concept-sets.ts";
import { OPERATIONS } from "#analysis/operation.ts";
import { VARIANTS } from "#protocol/engine.ts";
import { MAX_TEXT, atMost, counted, estimate, listOf, measure, place, signed, spread, text } from "./schema-parts.ts";

/** No model of this page's families has more of them; a map of more could not be drawn. */
const MAX_LAYERS = 1024;
const MAX_HEADS = 1024;
const MAX_NEURONS = 1_000_000;

const layer = place(MAX_LAYERS);
const head = v.object({ layer, head: place(MAX_HEADS) });
const neuron = { layer, neuron: place(MAX_NEURONS) };

const range = v.object({ from: signed, to: signed });
const templates = listOf(text);

const definition = v.object({
  name: text,
  title: text,
  about: text,
  arithmetic: v.exactOptional(
    listOf(
      v.object({
        group: text,
        operation: v.picklist(OPERATIONS),
        a: range,
        b: range,
        templates,
        numerals: v.exactOptional(v.picklist(["digits", "words"])),
        negative: v.exactOptional(v.boolean()),
        largestAnswer: v.exactOptional(signed),
      }),
    ),
  ),
  lists: v.exactOptional(listOf(v.object({ group: text, templates, rows: listOf(v.tuple([text, text])) }))),
  pair: v.exactOptional(
    v.object({
      sides: v.tuple([text, text]),
      templates: listOf(v.object({ prompt: text, answer: text })),
      words: v.record(text, listOf(text)),
    }),
  ),
});

const source = v.variant("kind", [
  v.object({ kind: v.literal("definition"), definition, count: v.exactOptional(counted), seed: counted }),
  v.object({
    kind: v.literal("pasted"),
    text: v.pipe(v.string(), v.maxLength(MAX_TEXT, atMost(MAX_TEXT, "characters"))),
  }),
]);

const ofSuite = { suite: source, seed: counted, variant: v.exactOptional(v.picklist(VARIANTS)) };
const ablation = { ablation: v.exactOptional(v.picklist(ABLATIONS)) };
const counting = { ...ofSuite, ...ablation, onlyCorrect: v.boolean() };
const per = v.picklist(["token", "answer"]);
const counts = listOf(counted);

const group = { name: text, scored: counted, correct: counted, accuracy: estimate };

const effect = v.object({
  accuracy: measure,
  drop: estimate,
  relative: estimate,
  change: estimate,
  selectivity: estimate,
  otherHeads: spread,
});

const headRow = v.object({ at: head, effects: listOf(effect), all: effect });

/** Every layer with as many heads, each once: what the map has cells for. */
const isGrid = (heads: v.InferOutput<typeof headRow>[]) => {
  const layers = heads.reduce((most, { at }) => Math.max(most, at.layer + 1), 0);
  const width = heads.reduce((most, { at }) => Math.max(most, at.head + 1), 0);
  const places = new Set(heads.map(({ at }) => at.layer * width + at.head));
  return places.size === heads.length && layers * width === heads.length;
};

const headTable = v.pipe(
  v.object({
    groups: listOf(v.object({ ...group, cases: counted, logProbability: estimate })),
    all: v.object({ accuracy: estimate, logProbability: estimate }),
    heads: v.pipe(listOf(headRow), v.check(isGrid, "each head of every layer once")),
  }),
  v.check(
    ({ groups, heads }) => heads.every(({ effects }) => effects.length === groups.length),
    "an effect for every group",
  ),
);

const memoriseRows = listOf(
  v.object({
    group: text,
    head,
    losses: listOf(
      v.object({
        label: v.picklist(["memorise", "change-one"]),
        tokens: counted,
        correct: counted,
        correctAfter: counted,
        relative: estimate,
      }),
    ),
    unlabelled: counted,
  }),
);

const neuronCurves = v.object({
  tokens: counted,
  correct: counted,
  accuracy: estimate,
  headLoss: estimate,
  rows: listOf(
    v.object({
      count: counted,
      mask: estimate,
      keep: estimate,
      randomMask: estimate,
      randomKeep: estimate,
      activationLoss: estimate,
      lowestLoss: estimate,
      maskNats: estimate,
      randomMaskNats: estimate,
    }),
  ),
  uncertified: counted,
  lowest: listOf(v.object({ at: v.object(neuron), tokens: counted })),
});

const conceptSet = v.object({
  reading: v.picklist(READINGS),
  atLeast: counted,
  neurons: counted,
  loss: estimate,
  nats: estimate,
  randomLoss: estimate,
  randomNats: estimate,
  isDisjoint: v.boolean(),
});

/** The thresholds of either reading, in one order: the table has a row for each. */
const hasBothReadings = (sets: v.InferOutput<typeof conceptSet>[]) => {
  const [first, second] = READINGS.map((reading) =>
    sets.filter((set) => set.reading === reading).map(({ atLeast }) => atLeast),
  );
  return first!.join() === second!.join();
};

const concepts = v.object({
  tokens: counted,
  correct: counted,
  accuracy: estimate,
  sets: v.pipe(listOf(conceptSet), v.check(hasBothReadings, "the same thresholds of both readings")),
  concepts: counted,
  notTokens: listOf(text),
  belowLayer: counted,
  lastAttention: counted,
  searched: counted,
  layersSearched: counted,
  depth: counted,
  byChance: measure,
  examples: listOf(v.object({ at: v.object(neuron), through: layer, concepts: counted, tokens: listOf(text) })),
});

const score = { accuracy: estimate, lost: estimate, nats: estimate };
const cost = v.object({ group: text, cost: v.object(score), random: spread });
const measured = v.object({ name: text, scored: counted, accuracy: estimate });

const bias = v.pipe(
  v.object({
    pairs: counted,
    sides: listOf(v.object({ name: text, words: counted, bias: estimate })),
    bias: estimate,
    unseen: estimate,
    controls: listOf(measured),
    rows: listOf(
      v.object({
        count: counted,
        bias: estimate,
        sides: listOf(estimate),
        reduction: estimate,
        unseen: estimate,
        random: spread,
        costs: listOf(cost),
      }),
    ),
    neurons: listOf(
      v.object({
        ...neuron,
        change: measure,
        own: measure,
        other: measure,
        activations: listOf(measure),
        words: listOf(v.object({ word: text, change: measure })),
        tokens: listOf(text),
      }),
    ),
    certified: v.boolean(),
  }),
  v.check(({ sides, rows }) => rows.every((row) => row.sides.length === sides.length), "a bias for every side"),
);

const pruning = v.pipe(
  v.object({
    fromLayer: counted,
    deep: counted,
    groups: listOf(measured),
    all: estimate,
    known: v.object({ scored: counted, accuracy: estimate }),
    controls: listOf(measured),
    rows: listOf(
      v.object({
        count: counted,
        kept: listOf(v.object({ layer, neurons: listOf(place(MAX_NEURONS)) })),
        neurons: counted,
        share: measure,
        all: v.object(score),
        groups: listOf(v.object(score)),
        known: v.object(score),
        random: spread,
        costs: listOf(cost),
      }),
    ),
    uncertified: counted,
    tokens: counted,
  }),
  v.check(({ groups, rows }) => rows.every((row) => row.groups.length === groups.length), "a score for every group"),
);

const gain = { accuracy: estimate, gain: estimate, nats: estimate };
const listed = { ...neuron, tokens: counted, inBase: measure, inAdapted: measure };

const adapters = v.object({
  base: v.object({ all: estimate, groups: listOf(v.object({ ...group, cases: counted })) }),
  tokens: counted,
  uncertified: counted,
  adapters: listOf(
    v.object({
      name: text,
      source: text,
      revision: v.exactOptional(text),
      layers: v.pipe(listOf(layer), v.minLength(1, "at least one layer")),
      ranks: counts,
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

/** Folders are written without their files: a file of theirs is no plain data. */
const checkpoint = v.variant("kind", [
  v.object({ kind: v.literal("hub"), repo: text, revision: v.exactOptional(text), hub: v.exactOptional(text) }),
  v.object({ kind: v.literal("url"), base: text }),
  v.object({ kind: v.literal("stored"), id: text }),
  v.pipe(
    v.object({ kind: v.literal("files"), paths: v.exactOptional(listOf(text)) }),
    v.transform((folder) => ({ ...folder, files: [] as File[] })),
  ),
]);

const suite = v.object({
  cases: counted,
  groups: listOf(v.object({ name: text, cases: counted })),
  examples: listOf(
    v.object({
      prompt: text,
      answer: text,
      group: text,
      problem: v.exactOptional(v.object({ operation: v.picklist(OPERATIONS), a: signed, b: signed })),
      pair: v.exactOptional(v.object({ prompt: text, answer: text, word: text, template: counted })),
    }),
  ),
  answerTokens: counted,
  duplicates: counted,
  complaints: listOf(v.object({ line: counted, message: text })),
});

const common = { suite, steps: counted, stepsInAll: counted, alone: v.exactOptional(counted) };
const experiment = <const Kind extends string, Request extends v.ObjectEntries, Found extends v.GenericSchema>(
  kind: Kind,
  request: Request,
  found: Found,
) => v.object({ kind: v.literal(kind), request: v.object({ kind: v.literal(kind), ...request }), found, ...common });

/** A whole result of an experiment, as the page draws it: every kind, every field, every index. */
export const resultSchema = v.variant("kind", [
  experiment("heads", { ...counting, per }, headTable),
  experiment("memorise", { ...counting, heads: v.record(text, head) }, memoriseRows),
  experiment("neurons", { ...counting, head, counts, draws: counted, fromLayer: v.exactOptional(layer) }, neuronCurves),
  experiment(
    "concepts",
    {
      ...counting,
      words: listOf(text),
      thresholds: counts,
      draws: counted,
      belowLayer: v.exactOptional(layer),
      lastAttention: v.exactOptional(layer),
    },
    concepts,
  ),
  experiment(
    "bias",
    { ...ofSuite, ...ablation, controls: listOf(source), counts, scale: measure, draws: counted },
    bias,
  ),
  experiment(
    "pruning",
    {
      ...counting,
      foundOn: source,
      controls: listOf(source),
      per,
      head: v.exactOptional(head),
      counts,
      draws: counted,
      fromLayer: v.exactOptional(layer),
    },
    pruning,
  ),
  experiment(
    "adapters",
    {
      ...ofSuite,
      onlyCorrect: v.boolean(),
      adapters: listOf(v.object({ name: text, source: checkpoint })),
      per,
      counts,
      draws: counted,
    },
    adapters,
  ),
]);
