import { createHash } from "node:crypto";
import { Fault } from "#core/fault.ts";
import type { Engine } from "#client/engine.ts";
import { interventionKey } from "#model/interventions.ts";
import type { Intervention } from "#model/interventions.ts";
import type { ModelInfo } from "#protocol/engine.ts";
import { crowdedChain } from "./chains.ts";

/** All that decides a number, as the engine is asked or as a file says it. */
export interface Asked {
  readonly model: string;
  readonly dtype: string;
  readonly prompt: string;
  readonly interventions: readonly Intervention[];
  readonly ablationSource?: readonly string[] | undefined;
}

/**
 * A log-probability that belongs to one question alone: another model, prompt or part that is ablated has another one. A file's numbers
 * then say what they were asked of, whatever stands above them.
 *
 * @param of further things that tell one number of an answer from another
 */
export function numberOf(
  { model, dtype, prompt, interventions, ablationSource }: Asked,
  ...of: readonly unknown[]
): number {
  const changes = interventions.map((change) => `${interventionKey(change)}*${change.scale}`).sort();
  const text = JSON.stringify([model, dtype, prompt, changes, changes.length > 0 ? (ablationSource ?? []) : [], of]);
  let value = 7;
  for (const character of text) value = (value * 31 + character.codePointAt(0)!) % 99_991;
  return -(value + 1) / 10_000;
}

/** Tokens of a prompt: its characters, after a start. */
export const tokensOf = (prompt: string) => [
  { id: 1, text: "<s>" },
  ...[...prompt].map((text) => ({ id: 10 + text.codePointAt(0)!, text })),
];

const LAYERS = 2;
const HEADS = 2;
const MOST_TOKENS = 12;
const TARGET = { id: 8, text: "8" };

interface Options {
  readonly interventions?: readonly Intervention[];
  readonly ablationSource?: readonly string[];
  readonly head?: { readonly layer: number; readonly head: number };
  readonly neuron?: { readonly layer: number; readonly neuron: number };
}

/** The model's prediction as the engine gives it. */
function prediction(asked: Asked) {
  const logProbability = numberOf(asked);
  const target = { ...TARGET, probability: Math.exp(logProbability), logProbability };
  return { tokens: tokensOf(asked.prompt), top: [target], target: { ...target, rank: 0 }, included: [] };
}

/**
 * An engine that answers at once with `numberOf`, refuses prompts that begin with “?” or are longer than its context, and answers no
 * call of the methods in `held`. `open.model` is what it answers with.
 */
export function exportingEngine() {
  const held = new Set<string>();
  const failing = new Set<string>();
  const loaded = { model: "abacus", dtype: "q8" };
  const asked = (prompt: string, { interventions = [], ablationSource }: Options = {}): Asked => ({
    ...loaded,
    prompt,
    interventions,
    ablationSource,
  });
  const readable = (prompt: string) => {
    const count = tokensOf(prompt).length;
    if (prompt.startsWith("?")) throw new Fault("bad-request", "prompt: “?” is not in the vocabulary");
    if (count > MOST_TOKENS) throw new Fault("bad-request", `prompt: ${count} tokens, the model reads ${MOST_TOKENS}`);
  };
  const ablatedHead = (layer: number, head: number): Intervention => ({ kind: "head", at: { layer, head }, scale: 0 });
  const swept = (now: Asked, layer: number) =>
    Array.from({ length: HEADS }, (_, head) =>
      numberOf({ ...now, interventions: [...now.interventions, ablatedHead(layer, head)] }),
    );
  const ofHeads = (value: (layer: number, head: number) => number) =>
    Array.from({ length: LAYERS }, (_, layer) => Array.from({ length: HEADS }, (__, head) => value(layer, head)));
  const answers: Record<string, (prompt: string, options: Options, report: (value: unknown) => void) => unknown> = {
    tokenEnds: (prompt) => {
      const first = tokensOf(prompt);
      return { count: first.length, first, last: [], added: [0], unknown: { characters: [], count: 0 } };
    },
    predict: (prompt, options) => (readable(prompt), prediction(asked(prompt, options))),
    sweepHeads(prompt, options, report) {
      const now = asked(prompt, options);
      const baseline = numberOf(now);
      report({ layer: 1, logProbability: swept(now, 1), baseline, target: TARGET.id });
      return { target: TARGET.id, baseline, logProbability: [swept(now, 0), swept(now, 1)] };
    },
    logitLens(prompt, options) {
      const now = asked(prompt, options);
      const names = ["embedding", "layer 0", "layer 1"];
      const top = { ...TARGET, probability: 0.5 };
      const positions = (name: string) =>
        tokensOf(prompt).map((_, position) => ({ top, rank: 0, logProbability: numberOf(now, name, position) }));
      return {
        target: TARGET.id,
        norm: "own",
        first: 0,
        layers: names.map((name) => ({ name, positions: positions(name) })),
      };
    },
    directLogits(prompt, options) {
      const now = asked(prompt, options);
      const parts = { embedding: 0.1, attention: [0.1, 0.2], ffn: [0.3, 0.4], bias: 0 };
      const heads = ofHeads((layer, head) => numberOf(now, "direct", layer, head));
      return { target: TARGET.id, total: numberOf(now, "logit"), heads, ...parts };
    },
    headScores: () => {
      const score = ofHeads((layer, head) => (layer + head) / 4);
      const induction = { score, queries: 3, positions: 7 };
      return { seed: 1, sequences: [], lists: [], scores: { induction } };
    },
    compareNeurons(prompt, options) {
      const change = numberOf(asked(prompt, options), "change");
      const numbers = { change, before: 0.5, after: 0.5 - change, activationBefore: 1, activationAfter: 2 };
      const row = { layer: 1, neuron: 2, ...numbers, promotes: [TARGET], raw: [TARGET] };
      return { target: TARGET.id, rows: [row], evaluated: 3, total: 8, certified: true };
    },
    topNeurons(prompt, options) {
      const increase = numberOf(asked(prompt, options), "increase");
      const row = { layer: 1, neuron: 2, increase, activation: 1, promotes: [TARGET] };
      return { target: TARGET.id, rows: [row], evaluated: 3, total: 8, certified: true };
    },
    inspectHead(prompt, options) {
      const now = asked(prompt, options);
      const pattern = tokensOf(prompt).map((_, query, all) =>
        all.map((__, key) => (key <= query ? numberOf(now, key) : 0)),
      );
      const logits = [{ ...TARGET, logit: 1 }];
      const baseline = numberOf(now);
      return {
        at: options.head,
        target: TARGET.id,
        pattern,
        increase: 0.1,
        baseline,
        withoutIt: baseline - 1,
        promotes: logits,
        suppresses: logits,
      };
    },
    inspectNeuron(prompt, options) {
      const now = asked(prompt, options);
      const logits = [{ ...TARGET, logit: numberOf(now, "logit") }];
      const baseline = numberOf(now);
      return {
        at: options.neuron,
        target: TARGET.id,
        activations: tokensOf(prompt).map((_, position) => numberOf(now, position)),
        increase: 0.1,
        baseline,
        withoutIt: baseline - 1,
        promotes: logits,
        suppresses: logits,
      };
    },
    chain(prompt, options) {
      const now = asked(prompt, options);
      const chain = crowdedChain();
      return {
        ...chain,
        prompt,
        tokens: tokensOf(prompt),
        target: TARGET,
        baseline: numberOf(now),
        nodes: chain.nodes.map((node) => ({
          ...node,
          activation: numberOf(now, node.id),
          effect: node.kind === "embedding" || node.kind === "prediction" ? undefined : node.effect,
        })),
      };
    },
    neuronGroup(prompt, options) {
      const now = asked(prompt, options);
      return {
        target: TARGET.id,
        neurons: 1,
        perLayer: [0, 1],
        promotes: [],
        suppresses: [],
        baseline: numberOf(now),
        withoutGroup: numberOf(now, "group"),
        withoutRandom: [],
        randomMean: 0,
        randomSpread: 0,
      };
    },
    operandPlot: (_, options, report) => {
      const values = [[numberOf(asked("", options), "plot")]];
      report({ done: 1, total: 1, values });
      return { values, answers: [["8"]], unanswered: 0, lengths: [4] };
    },
    patch(_, pair) {
      const { clean, corrupted } = pair as unknown as { readonly clean: string; readonly corrupted: string };
      const raw = numberOf(asked(clean), "patch");
      return {
        site: "resid_pre",
        direction: "denoise",
        metric: "logitDifference",
        answers: [TARGET, TARGET],
        clean: 1,
        corrupted: 0,
        raw: [tokensOf(clean).map(() => raw)],
        values: [tokensOf(clean).map(() => raw)],
        tokens: { clean: tokensOf(clean), corrupted: tokensOf(corrupted) },
        forwards: 2,
      };
    },
    searchNeurons: () => ({
      token: TARGET,
      rows: [{ layer: 1, neuron: 2, logit: numberOf(asked(""), "token"), rank: 0 }],
      total: 8,
    }),
    searchConcepts: () => ({
      concepts: [TARGET],
      notTokens: [],
      belowLayer: 1,
      lastAttention: 1,
      searched: 4,
      byChance: 0.1,
      atLeast: [4, 1],
      rows: [{ layer: 0, neuron: 1, through: 1, tokens: [{ id: 1, text: loaded.model }] }],
    }),
    neuronWiring: () => ({
      at: { layer: 1, neuron: 2 },
      keys: [{ part: "up", raisedBy: [{ ...TARGET, logit: numberOf(asked(""), "key") }], loweredBy: [] }],
      through: [],
    }),
  };
  const NEVER = new Promise<never>(() => undefined);
  const call = (method: string, given: readonly unknown[]): unknown => {
    const { onProgress = () => undefined } = (given.at(-1) ?? {}) as { onProgress?: (value: unknown) => void };
    if (failing.has(method)) throw new Fault("bad-file", `${method}: refused`);
    const isPrompted = typeof given[0] === "string";
    const answer = answers[method]!(
      isPrompted ? (given[0] as string) : "",
      (isPrompted ? given[1] : given[0]) ?? {},
      onProgress,
    );
    return held.has(method) ? NEVER : answer;
  };
  const load = async (source: { readonly base: string }, { dtype }: { readonly dtype: string }): Promise<ModelInfo> => {
    if (held.has("load")) return NEVER;
    await Promise.resolve();
    if (failing.has("load")) throw new Fault("bad-file", "config.json is not JSON");
    loaded.model = source.base.split("/").at(-2)!;
    loaded.dtype = dtype;
    return infoOf(loaded.model, dtype);
  };
  const engine = new Proxy({} as Engine, {
    get: (_, method) =>
      method === "load"
        ? load
        : method === "onStopped"
          ? () => () => undefined
          : async (...given: readonly unknown[]) => Promise.resolve().then(() => call(String(method), given)),
  });
  return { engine, held, failing };
}

/** What such an engine says of a model. */
export const infoOf = (name: string, dtype: string) =>
  ({
    name,
    source: { kind: "url", name: `http://here/models/${name}/` },
    content: contentNamed(name),
    backend: "wasm",
    adapter: "",
    layers: LAYERS,
    heads: HEADS,
    neurons: 4,
    context: MOST_TOKENS,
    dtype,
  }) as unknown as ModelInfo;

/** Another content for every name, as a hash looks. */
export const contentNamed = (name: string) => createHash("sha256").update(name).digest("hex");
