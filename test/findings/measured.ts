import { readFileSync } from "node:fs";
import { join } from "node:path";
import { effectOf } from "#analysis/ablation/effect.ts";
import type { Chain } from "#analysis/chain/chain.ts";
import { publishedChain } from "#analysis/chain/published.ts";
import type { PublishedRecord } from "#analysis/chain/published.ts";
import { formatHead, formatNeuron, isSameHead } from "#model/ids.ts";
import type { ExperimentResult } from "#protocol/experiments.ts";
import { experimentClaims } from "#state/experiments/claims.ts";
import { requestOf } from "#state/experiments/form/request.ts";
import { offerSuites } from "#state/experiments/suites.ts";
import type { GalleryBar, Thumbnail } from "#state/guide/gallery.ts";
import { chainClaims } from "#state/link/chain/chain-claims.ts";
import type { Claims, Finding } from "#state/link/finding.ts";
import { changesOf } from "#state/question.ts";
import { suiteFile } from "../experiment-bench.ts";
import { folderOf } from "./bundled-engine.ts";
import type { BundledEngine } from "./bundled-engine.ts";

/** All that a card of the gallery stands on, as the engine has it: what its link claims and what its picture is drawn from. */
export interface Measured {
  readonly expected: Claims;
  readonly drawn: Thumbnail;
}

let jobs = 100;
const job = () => jobs++;
const ignore = () => undefined;

/** @param wanted a picture of the same thing, whose numbers are not read */
export async function measured(on: BundledEngine, finding: Finding, wanted: Thumbnail): Promise<Measured> {
  const { api } = on;
  const { prompt, experiment } = finding;
  if (experiment) {
    const result = await experimentOn(on, finding);
    return {
      expected: { ...(await answer(on, finding)), experiment: experimentClaims(result) },
      drawn: { kind: "bars", unit: result.kind === "bias" ? "nats" : "percent", bars: barsOf(result, finding) },
    };
  }
  const claims = await answer(on, finding);
  if (finding.view === "chain" && !finding.chain?.published) {
    const chain = await api.chain(job(), prompt, changesOf({ ...finding, interventions: [] }), ignore);
    return { expected: { ...claims, chain: chainClaims(chain) }, drawn: stagesOf(chain) };
  }
  if (finding.chain?.published) return { expected: claims, drawn: publishedBars(finding.chain.published) };
  return { expected: claims, drawn: await picture(on, finding, wanted) };
}

/** log p(target) as it is and with what the finding switches off. */
async function answer({ api }: BundledEngine, finding: Finding): Promise<Claims> {
  const { prompt, interventions, target, adapter, variant } = finding;
  const asked = { ...(target !== undefined && { target }), ...(variant === "adapted" && { variant }) };
  if (adapter) await attach(api, adapter.replace(/^.*\/models\//, "").replace(/\/$/, ""));
  const before = await api.predict(job(), prompt, { top: 1, ...asked }, ignore);
  const baseline = before.target.logProbability;
  if (interventions.length === 0) return { baseline };
  const after = await api.predict(job(), prompt, { top: 1, target: before.target.id, ...changesOf(finding) }, ignore);
  return { baseline, changed: after.target.logProbability };
}

async function picture({ api }: BundledEngine, finding: Finding, wanted: Thumbnail): Promise<Thumbnail> {
  const { prompt, ablationSource } = finding;
  if (wanted.kind === "plot") {
    const { values } = await api.operandPlot(
      job(),
      {
        template: "{a}+{b}=",
        operation: "+",
        a: { from: 0, to: 9 },
        b: { from: 0, to: 9 },
        quantity: { kind: "activation", at: wanted.neuron },
      },
      ignore,
    );
    return { kind: "plot", neuron: wanted.neuron, values: values.map((row) => row.map(rounded)) };
  }
  if (wanted.kind === "bars") return { ...wanted, bars: await barsOn(api, finding, wanted.bars) };
  const sweep = await api.sweepHeads(job(), prompt, ablationSource ? { ablationSource } : {}, ignore);
  const { baseline, logProbability } = sweep;
  const effects = logProbability.map((row) => row.map((withoutIt) => rounded(effectOf({ baseline, withoutIt }))));
  return { kind: "heads", effects };
}

/** Probabilities, or how many of the ten neurons that give a prompt's answer most are among those of others. */
async function barsOn(
  api: BundledEngine["api"],
  finding: Finding,
  wanted: readonly GalleryBar[],
): Promise<GalleryBar[]> {
  const own = new Set(await topTen(api, finding.prompt));
  const bars: GalleryBar[] = [];
  for (const { label, of } of wanted) {
    if (of) bars.push({ label, value: rounded(await probability(api, finding, of)), of });
    else bars.push({ label, value: (await topTen(api, label)).filter((name) => own.has(name)).length });
  }
  return bars;
}

async function topTen(api: BundledEngine["api"], prompt: string): Promise<string[]> {
  const { rows } = await api.topNeurons(job(), prompt, { count: 10 });
  return rows.map(formatNeuron);
}

async function probability(
  api: BundledEngine["api"],
  finding: Finding,
  of: NonNullable<GalleryBar["of"]>,
): Promise<number> {
  const [token] = await api.answerTokens(job(), of.prompt, { answer: of.token });
  if (of.adapter !== undefined) await attach(api, `${finding.model}/adapters/${of.adapter}`);
  const { target } = await api.predict(
    job(),
    of.prompt,
    {
      top: 1,
      target: token!.id,
      ...(of.isChanged && changesOf(finding)),
      ...(of.adapter !== undefined && { variant: "adapted" as const }),
    },
    ignore,
  );
  return target.probability;
}

async function attach(api: BundledEngine["api"], path: string): Promise<void> {
  await api.attachAdapter(job(), folderOf(path), ignore);
}

/** Stages are as high as they have parts, and those without evidence are named. */
const stagesOf = (chain: Chain): Thumbnail => ({
  kind: "stages",
  stages: chain.stages.map(({ name, hasEvidence, nodes }) => ({ name, hasEvidence, parts: nodes.length })),
});

function publishedBars(name: string): Thumbnail {
  const file = join(import.meta.dirname, "../../public/findings", `${name}.json`);
  const { ablation } = publishedChain(JSON.parse(readFileSync(file, "utf8")) as PublishedRecord);
  if (!ablation) throw new Error(`${name} has no prediction`);
  return {
    kind: "bars",
    unit: "percent",
    bars: [
      { label: "as it is", value: rounded(Math.exp(ablation.targetBefore)) },
      { label: `without ${formatHead(ablation.head)}`, value: rounded(Math.exp(ablation.targetAfter)) },
    ],
  };
}

async function experimentOn({ api }: BundledEngine, { experiment }: Finding): Promise<ExperimentResult> {
  offerSuites(SUITES.map(suiteFile));
  const request = requestOf(experiment!);
  if (!request) throw new Error("the link’s experiment cannot be asked");
  return api.runExperiment(job(), request, ignore);
}

const SUITES = ["abacus-1d", "abacus-2d", "controls"] as const;

/** What a picture of an experiment shows of it: of heads, what is left right of each operation without the one that the finding is about. */
function barsOf(result: ExperimentResult, { selected }: Finding): GalleryBar[] {
  if (result.kind === "heads" && selected?.kind === "head") {
    const { groups, heads } = result.found;
    const without = heads.find(({ at }) => isSameHead(at, selected.at))!;
    return groups.map(({ name }, group) => ({ label: name, value: rounded(without.effects[group]!.accuracy) }));
  }
  // of pruning, what is left right of each operation where the deep layers keep none of their neurons
  if (result.kind === "pruning") {
    const { groups, rows } = result.found;
    return groups.map(({ name }, group) => ({ label: name, value: rounded(rows[0]!.groups[group]!.accuracy.value) }));
  }
  return experimentClaims(result).map(({ name, value }) => ({ label: name, value: rounded(value) }));
}

const rounded = (value: number) => Math.round(value * 1e3) / 1e3;
