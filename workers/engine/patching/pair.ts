import type { Capture } from "#analysis/capture.ts";
import type { PatchQuestion } from "#analysis/patching/metric.ts";
import { Fault } from "#core/fault.ts";
import { shownName } from "#core/shown.ts";
import { topIndices } from "#core/numeric/top.ts";
import type { Asked } from "#protocol/calls.ts";
import type { Token } from "#protocol/engine.ts";
import type { ModelSpec } from "#model/spec.ts";
import type { PatchScale, PatchSite, PromptPair } from "#protocol/patching.ts";
import { targetToken } from "../tokenizer/text-tokens.ts";
import type { AskedModel } from "../variants/asked-model.ts";

/** A pair's metric with its tokens, and what the two prompts have of it. */
export interface JudgedPair {
  readonly tokens: readonly number[];
  readonly scale: PatchScale;
}

/** @throws Fault "bad-request" with both prompts as they are cut, and how to mend it */
export function checkAligned(clean: readonly Token[], corrupted: readonly Token[]): void {
  if (clean.length === corrupted.length) return;
  const cut = (tokens: readonly Token[]) => shownName(tokens.map(({ text }) => text).join(" · "));
  throw new Fault(
    "bad-request",
    `patching: the clean prompt has ${clean.length} tokens (${cut(clean)}) and the corrupted one ${corrupted.length} (${cut(corrupted)}); token by token, both need as many: exchange words or numbers for others of as many tokens`,
  );
}

/**
 * The metric and its tokens: two answers are judged by the difference of their logits, a target by its log-probability where nothing
 * else is said. Left out, the answers are each prompt's own first token, or the one that both have.
 *
 * @throws Fault "bad-request"
 */
export async function answersOf(
  pair: PromptPair,
  runs: { readonly clean: Capture; readonly corrupted: Capture },
  { answers, target, metric }: Pick<Asked<"patch">, "answers" | "target" | "metric">,
  model: AskedModel,
): Promise<PatchQuestion> {
  if (answers !== undefined && target !== undefined)
    throw new Fault(
      "bad-request",
      "patching: answers and target were both given; two answers are for a difference of logits, a target is for its own probability",
    );
  if (target !== undefined) return aboutTarget(await targetToken(target, pair.clean, model), metric);
  if (answers === undefined) {
    const [right, wrong] = [runs.clean, runs.corrupted].map(({ logits }) => topIndices(logits, 1)[0]!) as [
      number,
      number,
    ];
    return metric === "logitDifference" || (metric === undefined && right !== wrong)
      ? aboutAnswers(right, wrong)
      : aboutTarget(right, metric);
  }
  const [right, wrong] = answers as [number | string, number | string];
  if (metric !== undefined && metric !== "logitDifference")
    return aboutTarget(await targetToken(right, pair.clean, model), metric);
  return aboutAnswers(await targetToken(right, pair.clean, model), await targetToken(wrong, pair.corrupted, model));
}

function aboutTarget(target: number, metric: PatchQuestion["metric"] = "logProbability"): PatchQuestion {
  if (metric !== "logitDifference") return { metric, tokens: [target] };
  throw new Fault(
    "bad-request",
    'patching: a difference of logits needs two answers as ["8", "7"], the right one and the wrong one',
  );
}

function aboutAnswers(right: number, wrong: number): PatchQuestion {
  if (right !== wrong) return { metric: "logitDifference", tokens: [right, wrong] };
  throw new Fault(
    "bad-request",
    "patching: both answers are the same token, whose logits cannot differ; give two, or a target",
  );
}

/** @throws Fault "bad-request" for a residual that the model's layout does not have */
export function checkSite(site: PatchSite, { block }: Pick<ModelSpec, "block">): void {
  if (site !== "resid_mid" || block === "sequential") return;
  throw new Fault(
    "bad-request",
    "patching: this model's attention and FFN work beside each other, so that nothing reads a residual between them; patch resid_pre, resid_post, attn_out or mlp_out",
  );
}
