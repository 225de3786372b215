import type { Capture } from "#analysis/capture.ts";
import { metricOf, normalised, readoutOf } from "#analysis/patching/metric.ts";
import { isPath, pathPatches } from "#analysis/patching/path.ts";
import type { PathPart } from "#analysis/patching/path.ts";
import { patchRows } from "#analysis/patching/sites.ts";
import { patchEach, patchingRows } from "#analysis/patching/wavefront.ts";
import { Fault } from "#core/fault.ts";
import { checkHead, checkNeuron, formatHead, formatNeuron } from "#model/ids.ts";
import type { Asked, Serves } from "#protocol/calls.ts";
import type { Progress, Token } from "#protocol/engine.ts";
import type { PatchMap, PatchReport, PathMap, PromptPair } from "#protocol/patching.ts";
import { checkWhole, promptIds } from "../session/requests.ts";
import type { ModelSession } from "../session/model-session.ts";
import { underSignal } from "../variants/asked-model.ts";
import type { AskedModel } from "../variants/asked-model.ts";
import { answersOf, checkAligned, checkSite } from "./pair.ts";
import type { JudgedPair } from "./pair.ts";

/** Patching between two prompts on one loaded model, or on a variant of it. */
export class PatchSession implements Serves<"patches"> {
  readonly #model: AskedModel;
  /** Whose clean runs are remembered. */
  readonly #session: ModelSession;
  /** Of the one call that this is for. */
  readonly #signal: AbortSignal | undefined;

  constructor(model: AskedModel, session: ModelSession, signal?: AbortSignal) {
    this.#model = model;
    this.#session = session;
    this.#signal = signal;
  }

  /** The same for one call, which ends with the signal before its next run. */
  under(signal: AbortSignal): PatchSession {
    return new PatchSession(underSignal(this.#model, signal), this.#session.under(signal), signal);
  }

  async patch(
    pair: PromptPair,
    options: Asked<"patch">,
    onReport: (report: PatchReport) => void,
    signal: AbortSignal,
  ): Promise<PatchMap> {
    const { runner, spec } = this.#model;
    const { site, rowByRow = false } = options;
    const runs = await this.#runs(pair);
    const judged = await this.#judged(pair, runs, options);
    const rows = patchRows(spec, this.#ends(runs, options), this.#places(options, runs.clean.ids.length));
    const raw = rows.map((row) => row.map(() => Number.NaN));
    const found = (): PatchMap => ({
      ...judged.scale,
      site,
      raw: raw.map((row) => [...row]),
      values: raw.map((row) => row.map((value) => normalised(value, judged.scale))),
      tokens: { clean: this.#tokens(runs.clean.ids), corrupted: this.#tokens(runs.corrupted.ids) },
      forwards: 2 + patchingRows(spec.layers, rows) / spec.layers,
    });
    await patchEach(runner, this.#ends(runs, options).receiver, rows, {
      tokens: judged.tokens,
      rowByRow,
      signal,
      onRow(row, readouts) {
        raw[row] = readouts.map((readout) => metricOf(judged.scale.metric, readout));
        onReport(found());
      },
      onWork: (done, total) => onReport({ done, total }),
    });
    return found();
  }

  async pathPatch(
    pair: PromptPair,
    options: Asked<"pathPatch">,
    onProgress: (progress: Progress) => void,
    signal: AbortSignal,
  ): Promise<PathMap> {
    const { runner, spec } = this.#model;
    const [from, to] = [this.#checkPart(options.from), this.#checkPart(options.to)];
    if (!isPath(spec, from, to)) {
      throw new Fault(
        "bad-request",
        `path: ${nameOf(to)} reads nothing that ${nameOf(from)} writes; a receiver needs to lie behind its sender`,
      );
    }
    const runs = await this.#runs(pair);
    const judged = await this.#judged(pair, runs, options);
    const ends = this.#ends(runs, options);
    const paths = await pathPatches(runner, ends, { from, to });
    // both ends cost single layers, the two variants of the sender's among them
    const ahead = paths.length === 1 ? 3 : 4;
    const [readouts] = await patchEach(runner, ends.receiver, [paths.map(({ patch }) => patch)], {
      tokens: judged.tokens,
      rowByRow: false,
      onWork: (done, total) => onProgress({ done: ahead + done, total: ahead + total }),
      signal,
    });
    const { scale } = judged;
    return {
      ...scale,
      paths: paths.map(({ by }, index) => {
        const raw = metricOf(scale.metric, readouts![index]!);
        return { by, raw, value: normalised(raw, scale) };
      }),
    };
  }

  /** Both prompts as they are. @throws Fault "bad-request" where they are of different lengths */
  async #runs({ clean, corrupted }: PromptPair): Promise<PairRuns> {
    const [cleanIds, corruptedIds] = [
      await promptIds(clean, this.#model, this.#signal),
      await promptIds(corrupted, this.#model, this.#signal),
    ];
    checkAligned(this.#tokens(cleanIds), this.#tokens(corruptedIds));
    const { clean: cleanRun } = await this.#session.setUpRun(cleanIds, {});
    const { clean: corruptedRun } = await this.#session.setUpRun(corruptedIds, {});
    return { clean: cleanRun, corrupted: corruptedRun };
  }

  #ends({ clean, corrupted }: PairRuns, { direction }: Pick<Asked<"patch">, "direction">) {
    return direction === "denoise" ? { receiver: corrupted, donor: clean } : { receiver: clean, donor: corrupted };
  }

  /** The metric with the tokens that it is about, and what both prompts have of it. */
  async #judged(pair: PromptPair, runs: PairRuns, options: Asked<"patch"> | Asked<"pathPatch">): Promise<JudgedPair> {
    const { metric, tokens } = await answersOf(pair, runs, options, this.#model);
    const of = ({ logits }: Capture) => metricOf(metric, readoutOf(logits, tokens));
    return {
      tokens,
      scale: {
        direction: options.direction,
        metric,
        answers: this.#tokens(tokens),
        clean: of(runs.clean),
        corrupted: of(runs.corrupted),
      },
    };
  }

  /** @throws Fault "bad-request" for what a site does not have */
  #places({ site, position, neurons }: Asked<"patch">, tokens: number) {
    const { spec } = this.#model;
    checkSite(site, spec);
    if (position !== undefined && site !== "z")
      throw new Fault("bad-request", `patching: position belongs to z; ${site} is patched at every position by itself`);
    if ((neurons === undefined) === (site === "post"))
      throw new Fault(
        "bad-request",
        'patching: single neurons are site post with neurons as ["L4N425"]; no other site has them',
      );
    if (position !== undefined) checkWhole("position", position, 0, tokens - 1);
    for (const at of neurons ?? []) checkNeuron(at, spec);
    return { site, position, neurons };
  }

  #checkPart(part: PathPart): PathPart {
    if (part.kind === "head") checkHead(part.at, this.#model.spec);
    else checkNeuron(part.at, this.#model.spec);
    return part;
  }

  #tokens(ids: readonly number[]): Token[] {
    return ids.map((id) => ({ id, text: this.#model.tokenizer.tokenText(id) }));
  }
}

interface PairRuns {
  readonly clean: Capture;
  readonly corrupted: Capture;
}

const nameOf = (part: PathPart) => (part.kind === "head" ? formatHead(part.at) : formatNeuron(part.at));
