import { adapterEffect, baseAccuracy } from "#analysis/experiments/tables/adapter-table.ts";
import type { AdaptedCase } from "#analysis/experiments/tables/adapter-table.ts";
import { adaptedToken, importantNeurons } from "#analysis/experiments/adapter-tokens.ts";
import type { AdaptedToken, ImportantNeurons } from "#analysis/experiments/adapter-tokens.ts";
import { caseBatches, withoutDuplicates } from "#analysis/experiments/suite/scored-cases.ts";
import type { CaseScore } from "#analysis/experiments/suite/scored-cases.ts";
import { DEFAULT_RESAMPLES } from "#analysis/experiments/tables/statistics.ts";
import { AS_IT_IS, scoresUnder } from "#analysis/experiments/ablated-neurons.ts";
import { rawLogits } from "#analysis/lens/projection.ts";
import type { Runner } from "#analysis/runner.ts";
import { topIndices } from "#core/numeric/top.ts";
import { Fault } from "#core/fault.ts";
import { hubName, MAIN_REVISION } from "#model/checkpoint.ts";
import type { CheckpointSource } from "#model/checkpoint.ts";
import { formatNeuron } from "#model/ids.ts";
import type { AdapterFacts, AdapterFindings, FittedRequest } from "#protocol/experiments.ts";
import { seedBeside } from "#protocol/experiments/fields.ts";
import type { AdaptedModel } from "../variants/adapted-model.ts";
import { sha256OfText } from "../load/sha256.ts";
import type { Adapt, ExperimentModel, ExperimentSteps } from "./experiment-steps.ts";
import { tokenCases } from "./neuron-steps.ts";
import type { ReadCase } from "./suite-reader.ts";

/** A few cases in the base, each with the important neurons of its answer's tokens. */
export interface BasePart {
  readonly cases: readonly { readonly scores: CaseScore; readonly tokens: readonly ImportantNeurons[] }[];
}

/** A step's cases with an adapter. */
export interface AdapterPart {
  /** Names what the adapter adds, so that parts of two files are not taken for those of one. */
  readonly change: string;
  readonly facts: AdapterFacts;
  readonly cases: readonly AdaptedCase[];
  /** What the neurons that gain promote, of those that no earlier part lists. */
  readonly promotes: readonly { readonly neuron: string; readonly tokens: readonly string[] }[];
}

export type AdaptersPart = BasePart | AdapterPart;

/** Cases of one step. */
const CASES_AT_ONCE = 4;
/** Neurons that are followed, and those that gain, of each answer token. */
const LISTED = 10;
/** Tokens that are named of each neuron. */
const PROMOTED = 6;
/** Cost of an answer token in rows of a batch: its ranking in the base, and its comparison with an adapter. */
const BASE_COST = 17;
const ADAPTED_COST = 40;

/** The base in batches of cases; then for each adapter, of which one at a time is there, the same batches. */
export function adapterSteps(
  { model, index, adapt }: ExperimentModel,
  cases: readonly ReadCase[],
  request: FittedRequest<"adapters">,
): ExperimentSteps<AdaptersPart, AdapterFindings> {
  const { runner, spec, tokenizer } = model;
  const lay = checkedAdapt(request, adapt);
  const { adapters, counts, draws, per, onlyCorrect, seed } = request;
  const { unique, places } = withoutDuplicates(cases);
  const batches = caseBatches(spec, unique, 1).flatMap(({ indices }) =>
    Array.from({ length: Math.ceil(indices.length / CASES_AT_ONCE) }, (_, at) =>
      indices.slice(at * CASES_AT_ONCE, (at + 1) * CASES_AT_ONCE),
    ),
  );
  let held: { readonly adapter: number; readonly model: AdaptedModel; readonly change: string } | undefined;
  const casesOf = (step: number) => batches[step % batches.length]!.map((place) => unique[place]!);
  const tokensIn = (step: number) => casesOf(step).reduce((sum, { answerIds }) => sum + answerIds.length, 0);
  /** −1: the base. */
  const adapterOf = (step: number) => Math.floor(step / batches.length) - 1;
  return {
    runs: {
      kind: "adapters",
      cases: unique.map(({ ids, answerIds }) => [ids, answerIds]),
      adapters: adapters.map(({ source }) => nameOf(source)),
      counts,
      draws,
      seed,
    },
    count: batches.length * (1 + adapters.length),
    rowsOf: (step) => casesOf(step).length + tokensIn(step) * (adapterOf(step) < 0 ? 1 : 2),
    costOf: (step) => casesOf(step).length + tokensIn(step) * (adapterOf(step) < 0 ? BASE_COST : ADAPTED_COST),
    // the base's batch, and what is listed of the same adapter already
    reads(step) {
      const batch = step % batches.length;
      return adapterOf(step) < 0
        ? []
        : [
            { from: batch, to: batch + 1 },
            { from: step - batch, to: step },
          ];
    },
    run: (step, before, signal) => (adapterOf(step) < 0 ? runBase(step, signal) : runAdapter(step, before, signal)),
    close: () => exchange(undefined),
    found(parts, isWhole) {
      const options = { per, onlyCorrect, seed, draws: isWhole ? DEFAULT_RESAMPLES : 0 };
      const base = inOrder((parts as readonly BasePart[]).slice(0, batches.length));
      const asked = cases.map(({ asked: { group } }, place) => ({ group, scores: base[place]?.scores }));
      const listed = cases.flatMap((_, place) => base[place]?.tokens ?? []);
      return {
        base: baseAccuracy(asked, options),
        tokens: listed.length,
        uncertified: listed.filter(({ certified }) => !certified).length,
        adapters: adapters.flatMap(({ name, source }, adapter) => {
          const own = partsOf(parts, adapter);
          if (own.length === 0) return [];
          const promotes = new Map(own.flatMap((part) => part.promotes.map(({ neuron, tokens }) => [neuron, tokens])));
          const { neurons, ...effect } = adapterEffect(asked, inOrder(own), counts, options);
          return {
            name,
            source: addressOf(source),
            ...own[0]!.facts,
            ...effect,
            neurons: neurons.map((each) => ({ ...each, promotes: promotes.get(formatNeuron(each)) ?? [] })),
          };
        }),
      };
    },
  };

  async function runBase(step: number, signal: AbortSignal): Promise<BasePart> {
    const own = casesOf(step);
    const scores = await scored(runner, own, signal);
    const part: { scores: CaseScore; tokens: ImportantNeurons[] }[] = [];
    for (const [place, each] of own.entries()) {
      const tokens: ImportantNeurons[] = [];
      for (const { ids, answerIds } of tokenCases(each)) {
        tokens.push(await importantNeurons(runner, { ids, target: answerIds[0]! }, { count: counts.at(-1)!, signal }));
      }
      part.push({ scores: scores[place]!, tokens });
    }
    return { cases: part };
  }

  async function runAdapter(step: number, before: readonly AdaptersPart[], signal: AbortSignal): Promise<AdapterPart> {
    const adapter = adapterOf(step);
    const earlier = partsOf(before, adapter);
    const { model: adapted, change } = await laid(adapter, earlier[0]?.change, signal);
    const pair = {
      base: runner,
      adapted: adapted.runner,
      firstDifferentLayer: Math.min(...adapted.info.layers),
      ranges: await index.ranges({ signal }),
    };
    const first = before[step % batches.length] as BasePart;
    const own = casesOf(step);
    const scores = await scored(adapted.runner, own, signal);
    const part: AdaptedCase[] = [];
    for (const [place, each] of own.entries()) {
      const tokens: AdaptedToken[] = [];
      for (const [at, { ids, answerIds }] of tokenCases(each).entries()) {
        const { neurons } = first.cases[place]!.tokens[at]!;
        // each answer token draws its own random sets, the same for all adapters
        const drawnBy = seedBeside(seed, batches[step % batches.length]![place]! + at * unique.length);
        const options = { counts, draws, seed: drawnBy, listed: LISTED, signal };
        tokens.push(await adaptedToken(pair, { ids, target: answerIds[0]! }, neurons, options));
      }
      part.push({ scores: scores[place]!, tokens });
    }
    const known = new Set(earlier.flatMap(({ promotes }) => promotes.map(({ neuron }) => neuron)));
    const { layers, ranks, modules, parameters, source } = adapted.info;
    const facts = { layers, ranks, modules, parameters, ...(source.revision && { revision: source.revision }) };
    return { change, facts, cases: part, promotes: await promotedBy(adapted.runner, part, known) };
  }

  /** The adapter whose turn it is; the one before goes first. */
  async function laid(adapter: number, known: string | undefined, signal: AbortSignal) {
    if (held?.adapter !== adapter) {
      await exchange(undefined);
      const { name, source } = adapters[adapter]!;
      const adapted = await lay(source, signal);
      await exchange({ adapter, model: adapted, change: await sha256OfText(adapted.change) });
      if (known !== undefined && known !== held!.change) {
        throw new Fault(
          "bad-request",
          `adapters: the files of ${name} are others than those that the kept batches were run with; start anew`,
        );
      }
    }
    return held!;
  }

  async function exchange(next: typeof held): Promise<void> {
    const last = held;
    held = next;
    await last?.model.dispose();
  }

  function partsOf(parts: readonly AdaptersPart[], adapter: number): readonly AdapterPart[] {
    return parts.slice((1 + adapter) * batches.length, (2 + adapter) * batches.length) as readonly AdapterPart[];
  }

  /** What was found of each case, duplicates included; undefined where it has not been run. */
  function inOrder<Each>(parts: readonly { readonly cases: readonly Each[] }[]): (Each | undefined)[] {
    const found: Each[] = [];
    parts.forEach((part, batch) => batches[batch]!.forEach((place, row) => (found[place] = part.cases[row]!)));
    return places.map((place) => found[place]);
  }

  /** First tokens of the value vectors, as the adapted model has them, where the neuron fires as it does first. */
  async function promotedBy(adapted: Runner, part: readonly AdaptedCase[], known: ReadonlySet<string>) {
    const gained = part.flatMap(({ tokens }) => tokens.flatMap((token) => token.gained));
    const fresh = [...new Map(gained.toReversed().map((each) => [formatNeuron(each), each])).entries()].filter(
      ([neuron]) => !known.has(neuron),
    );
    if (fresh.length === 0) return [];
    const values = await adapted.weights.valueVectors(fresh.map(([, at]) => at));
    const logits = await rawLogits(adapted, values);
    return fresh.map(([neuron, { inAdapted, inBase }], row) => ({
      neuron,
      tokens: topIndices(
        logits[row]!.map((logit) => Math.sign(inAdapted || inBase) * logit),
        PROMOTED,
      ).map((id) => tokenizer.tokenText(id)),
    }));
  }
}

const scored = async (runner: Runner, cases: Parameters<typeof scoresUnder>[1], signal: AbortSignal) =>
  (await scoresUnder(runner, cases, [AS_IT_IS], { signal }))[0]!;

function checkedAdapt({ variant, adapters }: FittedRequest<"adapters">, adapt: Adapt | undefined): Adapt {
  const stored = adapters.find(({ source }) => source.kind === "stored");
  if (stored) throw new Fault("bad-request", `adapters: ${stored.name} is a stored model and no adapter`);
  if (variant !== "adapted" && adapt) return adapt;
  throw new Fault(
    "bad-request",
    "adapters: each is compared with the base, so that the experiment is one of the base; leave the variant out",
  );
}

/** An adapter's name, without what opens it: neither an access token nor files belong into what is kept. */
function nameOf(source: CheckpointSource): readonly string[] {
  switch (source.kind) {
    case "hub":
      return ["hub", hubName(source), source.revision ?? MAIN_REVISION];
    case "files":
      return ["files", ...(source.paths ?? source.files.map(({ name }) => name))];
    case "url":
      return ["url", source.base];
    case "stored":
      return ["stored", source.id];
    default:
      throw new Error(`source: unknown kind ${String(source satisfies never)}`);
  }
}

/** For a person, and for whoever looks for it again. */
function addressOf(source: CheckpointSource): string {
  const [kind, ...parts] = nameOf(source);
  return kind === "files" ? "a folder on this computer" : parts.join("@");
}
