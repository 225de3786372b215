import { expect, test } from "vitest";
import { operandPlot } from "#analysis/operand-plot.ts";
import type { Engine } from "#client/engine.ts";
import type { ChainNode } from "#analysis/chain/chain.ts";
import { formatHead, formatNeuron } from "#model/ids.ts";
import type { HeadId, NeuronId } from "#model/ids.ts";
import type { Intervention } from "#model/interventions.ts";
import { readArguments } from "#protocol/call.ts";
import { entryOf } from "#protocol/calls.ts";
import type { CallName, Read } from "#protocol/calls.ts";
import { NO_FINDING } from "#state/link/finding.ts";
import { chainClaims } from "#state/link/chain/chain-claims.ts";
import { decodeFinding, encodeFinding } from "#state/link/permalink.ts";
import { EMPTY_SLOT, results } from "#state/run/results.ts";
import type { Slot, Slots } from "#state/run/results.ts";
import type { Subject } from "#state/subject.ts";
import { drawnChain } from "#views/chain/chain-exports.ts";
import { nodeName } from "#views/chain/words/chain-words.ts";
import { withoutHead } from "#views/chain/shown-chains.ts";
import { stageSentence } from "#views/chain/words/stage-sentences.ts";
import type { Drawn } from "#views/exports/drawn.ts";
import { drawnHeads } from "#views/heads/export/heads-export.ts";
import { drawnHead, drawnNeuron } from "#views/inspector/card-exports.ts";
import { neuronSentence } from "#views/inspector/card-sentences.ts";
import { drawnGroup } from "#views/lab/lab-exports.ts";
import { ChainSession } from "#workers/engine/chain/chain-session.ts";
import { LabSession } from "#workers/engine/lab/lab-session.ts";
import { ModelSession } from "#workers/engine/session/model-session.ts";
import { NeuronIndex } from "#workers/engine/lab/neuron-index.ts";
import { installScriptingSurface } from "../src/app/scripting.ts";
import type { ScriptingParts, ScriptingSurface } from "../src/app/scripting.ts";
import { abacusFiles, randomCheckpoint } from "./checkpoints.ts";
import type { CheckpointFiles } from "./checkpoints.ts";
import { loadInNode, unaborted } from "./engine.ts";
import { forward } from "./reference/forward.ts";
import { atLast, logProbability } from "./reference/lens.ts";
import { readModel } from "./reference/model.ts";

/** Log-probabilities within 1e-4 nats, as everywhere; a link's have four decimals, those that are read on the page two. */
const NATS = { atol: 1e-4 };
const IN_LINKS = { atol: 1.5e-4 };
const IN_WORDS = { atol: 5.1e-3 };

/** Thresholds that let parts of every stage through, also where weights are random and do nothing in particular. */
const LOW = { headEffect: 0, promotingShare: 0, neuronChange: 1e-4, transferShare: 0, enhancingDrop: 0 };

const MODELS = [
  ["the bundled model", abacusFiles, [1, 30, 1004, 21, 1008], { layer: 3, head: 6 }],
  ["random weights", () => randomCheckpoint({ layers: 4 }), [1, 5, 9, 33, 2, 96], { layer: 2, head: 1 }],
] as const;

/** One place that says what a part is worth. */
interface Said {
  readonly where: string;
  readonly part: string;
  readonly effect: number;
  readonly within: { readonly atol: number };
}

const EVERY_PART = ["a script’s chain", "chain.csv", "the drawing, spoken"];
const EVERY_NEURON = [...EVERY_PART, "a card’s file", "a card’s sentence", "group.csv"];
const PLACES: Readonly<Partial<Record<ChainNode["kind"], readonly string[]>>> = {
  "shallow-neuron": EVERY_NEURON,
  "attention-layer": EVERY_PART,
  head: [...EVERY_PART, "a script’s sweep", "heads.csv", "a card’s file", "a plot", "a stage’s sentence", "a link"],
  "deep-neuron": [...EVERY_NEURON, "a script’s graph", "a link"],
};

test.each(MODELS)("what a part of %s is worth is one number with one sign, wherever it is said", async (...given) => {
  const [, files, prompt, head] = given;
  const { nodes, reference, said } = await everythingSaid(files(), [...prompt], head);
  const parts = nodes.filter(({ kind }) => kind in PLACES);
  const worth = new Map(parts.map(({ id, switchOff }) => [id, reference(switchOff)]));
  // of one sign alone a size would pass for an effect
  expect(new Set([...worth.values()].map(Math.sign))).toEqual(new Set([1, -1]));
  // of a head to the last digit: map and chain share one sweep
  const exact = ["heads.csv", "chain.csv", "a script’s chain", "a script’s sweep"];
  const ofHead = said.filter(({ part, where }) => part === formatHead(head) && exact.includes(where));
  expect(new Set(ofHead.map(({ effect }) => effect)).size).toBe(1);
  const places = new Map(Object.keys(PLACES).map((kind) => [kind, new Set<string>()]));
  for (const { where, part, effect, within } of said) {
    const node = parts.find(({ id }) => id === part)!;
    expect(effect, `${part} in ${where}`).toBeAllClose(worth.get(part)!, within);
    places.get(node.kind)!.add(where);
  }
  for (const [kind, where] of Object.entries(PLACES)) expect([...places.get(kind)!].sort()).toEqual([...where].sort());
});

/** What a script passes, as the worker reads it. */
const read = <Name extends CallName>(name: Name, args: readonly unknown[]) =>
  readArguments(name, entryOf(name), args) as Read<Name>;

/** Asks a model of all that has an effect, and reads every place that shows one. */
async function everythingSaid(files: CheckpointFiles, ids: number[], head: HeadId) {
  const model = await loadInNode(files, "f32");
  const index = new NeuronIndex(model.runner);
  const session = new ModelSession(model, index);
  const chains = new ChainSession(model, session);
  const lab = new LabSession(model, index, session);
  const signal = unaborted();
  const idle = () => undefined;
  const script = scriptOn({
    sweepHeads: (...args) => session.sweepHeads(...read("sweepHeads", args), idle, signal),
    chain: (...args) => chains.chain(...read("chain", args), idle, signal),
    enhancingGraph: (...args) => chains.enhancingGraph(...read("enhancingGraph", args), signal),
  });
  const chain = await script.chain(ids, { head: formatHead(head), thresholds: LOW });
  const sweep = await script.sweepHeads(ids);
  const target = chain.target.id!;
  const about = subjectOf(ids, { id: target, text: chain.target.text });
  const said: Said[] = [];
  const say = (where: string, part: string, effect: unknown, within = NATS) => {
    if (effect !== undefined) said.push({ where, part, effect: Number(effect), within });
  };

  const shown = withoutHead("", chain, { about });
  const drawn = drawnChain([shown], {
    scale: { threshold: 0, limit: 1 },
    lines: () => [],
    published: undefined,
    slots: empty(),
  })!;
  const link = decodeFinding(encodeFinding({ ...NO_FINDING, expected: { chain: chainClaims(chain) } })).finding;
  const claimed = new Map(link.expected.chain!.map(({ name, value }) => [name, value]));
  for (const { id, kind, effect, switchOff } of chain.nodes.filter((node) => node.kind in PLACES)) {
    say("a script’s chain", id, effect);
    say("chain.csv", id, rowOf(drawn, "name", id)["effect"]);
    const spoken = /effect (−?[\d.]+) nats/.exec(
      nodeName(
        chain.nodes.find((node) => node.id === id)!,
        false,
      ),
    )!;
    say("the drawing, spoken", id, readNumber(spoken[1]!), IN_WORDS);
    if (kind !== "attention-layer" && kind !== "shallow-neuron" && claimed.has(id))
      say("a link", id, claimed.get(id), IN_LINKS);
    const [change] = switchOff;
    if (!kind.endsWith("-neuron") || change?.kind !== "neuron") continue;
    const { at } = change;
    const neuron = await session.inspectNeuron(ids, { neuron: at, target }, signal);
    say("a card’s file", id, drawnNeuron({ ...empty(), neuron: done(neuron, about) })!.settings!["effect"]);
    say("a card’s sentence", id, inSentence(neuronSentence(neuron)), IN_WORDS);
    const found = await lab.neuronGroup(ids, { neurons: [at], draws: 1, seed: 1, target }, signal);
    const group = { of: "neuron", prompt: "", target: "", ablationSource: undefined, found };
    const groupFile = drawnGroup({ value: group, about, status: "done", progress: undefined })!;
    say("group.csv", id, rowOf(groupFile, "run", "without the group")["effect"]);
  }
  const own = formatHead(head);
  say("a script’s sweep", own, sweep.baseline - sweep.logProbability[head.layer]![head.head]!);
  say("heads.csv", own, rowOf(drawnHeads(done(sweep, about), "linear")!, "head", own)["effect"]);
  const inspected = await session.inspectHead(ids, { head, target }, signal);
  say("a card’s file", own, drawnHead({ ...empty(), head: done(inspected, about) })!.settings!["effect"]);
  const plotted = {
    quantity: { kind: "head", at: head },
    changes: { interventions: [] },
    onValues: idle,
    signal,
  } as const;
  say("a plot", own, (await operandPlot(model.runner, [{ ids, target }], plotted))[0]);
  const stage = chain.stages.find(({ name }) => name === "feature-predicting")!;
  say("a stage’s sentence", own, inSentence(stageSentence(chain, stage)), IN_WORDS);
  const deep = chain.nodes.filter(({ kind }) => kind === "deep-neuron");
  const neurons = deep.map(({ layer, index: neuron }): NeuronId => ({ layer: layer!, neuron: neuron! }));
  const graph = await script.enhancingGraph(ids, { neurons });
  say("a script’s graph", formatNeuron(graph.lowest), graph.effect);

  const plain = readModel(files);
  const after = (changes: readonly Intervention[]) =>
    logProbability(atLast(forward(plain, ids, changes).logits), target);
  const clean = after([]);
  return { nodes: chain.nodes, said, reference: (off: readonly Intervention[]) => clean - after(off) };
}

/** `window.arithmoscope` on an engine that answers these calls. */
function scriptOn(engine: Pick<Engine, "sweepHeads" | "chain" | "enhancingGraph">): ScriptingSurface {
  const host: Partial<Pick<Window, "arithmoscope">> = {};
  installScriptingSurface({ engine, settled: async () => undefined } as unknown as ScriptingParts, host);
  return host.arithmoscope!;
}

function subjectOf(ids: readonly number[], token: Subject["token"]): Subject {
  const model = { id: "abacus", name: "abacus" };
  const tokens = ids.map((id) => ({ id, text: String(id) }));
  return { model, variant: "base", prompt: "", tokens, token, target: undefined, interventions: [] };
}

const empty = (): Slots => results.getInitialState();

const done = <T>(value: T, about: Subject): Slot<T> => ({ ...EMPTY_SLOT, value, about, status: "done" });

function rowOf(drawn: Drawn, column: string, name: string): Record<string, unknown> {
  const { header, rows } = drawn.table();
  const row = rows.find((each) => each[header.indexOf(column)] === name)!;
  return Object.fromEntries(header.map((key, at) => [key, row[at]]));
}

const readNumber = (text: string) => Number(text.replace("−", "-"));

/** What ablating a part does, in words, as an effect; undefined where it says that it is hardly anything. */
function inSentence(sentence: string): number | undefined {
  const [, direction, size] = /(lowers|raises) log p\([^)]*\) by (\d+\.\d\d)/.exec(sentence) ?? [];
  if (size === undefined) return undefined;
  return direction === "raises" ? -Number(size) : Number(size);
}
