import { directLogits } from "#analysis/lens/direct-logits.ts";
import { logitLens } from "#analysis/lens/logit-lens.ts";
import { Fault } from "#core/fault.ts";
import type { Asked, Serves } from "#protocol/calls.ts";
import type { Progress, Prompt } from "#protocol/engine.ts";
import type { DirectLogits, HeadScores, LogitLens } from "#protocol/lens.ts";
import type { ModelSession } from "../session/model-session.ts";
import { checkWhole } from "../session/requests.ts";
import { targetToken } from "../tokenizer/text-tokens.ts";
import { underSignal } from "../variants/asked-model.ts";
import type { AskedModel } from "../variants/asked-model.ts";
import { scoredHeads } from "./scored-heads.ts";

/** What the residual stream of one loaded model says, and who wrote it. */
export class LensSession implements Serves<"lens"> {
  readonly #model: AskedModel;
  /** Whose runs are remembered. */
  readonly #session: ModelSession;

  constructor(model: AskedModel, session: ModelSession) {
    this.#model = model;
    this.#session = session;
  }

  /** The same for one call, which ends with the signal before its next run. */
  under(signal: AbortSignal): LensSession {
    return new LensSession(underSignal(this.#model, signal), this.#session.under(signal));
  }

  async logitLens(
    prompt: Prompt,
    options: Asked<"logitLens">,
    onProgress: (progress: Progress) => void,
    signal: AbortSignal,
  ): Promise<LogitLens> {
    const { runner, tokenizer } = this.#model;
    const { norm, last } = options;
    const { clean, target, run } = await this.#session.setUpRun(prompt, options);
    const first = last === undefined ? 0 : Math.max(0, run.ids.length - last);
    const layers = await logitLens(runner, run, {
      target,
      first,
      scale: norm === "own" ? "own" : clean.scale,
      onProgress: (done, total) => onProgress({ done, total }),
      signal,
    });
    return {
      target,
      norm,
      first,
      layers: layers.map(({ name, positions }) => ({
        name,
        positions: positions.map(({ top, rank, logProbability }) => ({
          top: { id: top.id, text: tokenizer.tokenText(top.id), probability: top.probability },
          rank,
          logProbability,
        })),
      })),
    };
  }

  async directLogits(
    prompt: Prompt,
    options: Asked<"directLogits">,
    onProgress: (progress: Progress) => void,
    signal: AbortSignal,
  ): Promise<DirectLogits> {
    const { runner, spec } = this.#model;
    const layer = options.layer === undefined ? undefined : checkWhole("layer", options.layer, 0, spec.layers - 1);
    const { target, run } = await this.#session.setUpRun(prompt, options);
    const against =
      options.against === undefined
        ? undefined
        : await targetToken(options.against, prompt, { ...this.#model, signal });
    if (against === target) {
      throw new Fault(
        "bad-request",
        `against: token ${against} is the target itself, and their difference 0; name another token`,
      );
    }
    const { neurons, ...found } = await directLogits(runner, run, {
      target,
      against,
      layer,
      onLayer: (done) => onProgress({ done: done + 1, total: spec.layers }),
    });
    return {
      target,
      ...(against !== undefined && { against }),
      ...(spec.softcap?.final !== undefined && { softcap: spec.softcap.final }),
      ...found,
      ...(neurons && layer !== undefined && { layer, neurons: Array.from(neurons) }),
    };
  }

  async headScores(
    { seed }: Asked<"headScores">,
    onProgress: (progress: Progress) => void,
    signal: AbortSignal,
  ): Promise<HeadScores> {
    return scoredHeads(this.#model, { seed, onProgress, signal });
  }
}
