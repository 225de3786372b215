import { FIRST_LOOK } from "#state/first-look/first-look.ts";
import type { RecordedFinding } from "#state/first-look/recorded.ts";
import type { CheckpointFiles } from "../checkpoints.ts";
import { meanOfSource } from "./experiments.ts";
import type { ReferenceModel } from "./families/family.ts";
import { forward } from "./forward.ts";
import { atLast, logProbability } from "./lens.ts";
import { targetOf, topPredictions } from "./method.ts";

/** Ranks that are shown before the model is there. */
const TOP_TOKENS = 10;

const START = "<s>";

/** The prompt that the page opens on, and those that stand in: a start token, then each number and each sign is a token. */
export interface FirstLookTokens {
  readonly ids: readonly number[];
  readonly donorPrompts: readonly (readonly number[])[];
  readonly textOf: (id: number) => string;
}

export function firstLookTokens(files: CheckpointFiles): FirstLookTokens {
  const { model } = JSON.parse(new TextDecoder().decode(files.get("tokenizer.json"))) as {
    readonly model: { readonly vocab: Readonly<Record<string, number>> };
  };
  const texts = new Map(Object.entries(model.vocab).map(([text, id]) => [id, text]));
  const idsOf = (prompt: string) => [START, ...prompt.match(/\d+|\D/g)!].map((token) => model.vocab[token]!);
  return {
    ids: idsOf(FIRST_LOOK.prompt),
    donorPrompts: FIRST_LOOK.ablationSource.map(idsOf),
    textOf: (id) => texts.get(id)!,
  };
}

/** What the page opens on, in float64, one forward pass a head: the answer, and ln p of it with each head at its mean over the prompts that stand in. */
export function recordedFirstLook(
  model: ReferenceModel,
  { ids, donorPrompts, textOf }: FirstLookTokens,
): Omit<RecordedFinding, "made_by"> {
  const clean = forward(model, ids);
  const source = meanOfSource(model, donorPrompts);
  const target = targetOf(clean);
  const top = topPredictions(clean, TOP_TOKENS).map(({ id, logProbability: nats }) => ({
    id,
    text: textOf(id),
    probability: Math.exp(nats),
    logProbability: nats,
  }));
  const without = (layer: number, head: number) => {
    const run = forward(model, ids, [{ kind: "head", at: { layer, head }, scale: 0 }], source);
    return logProbability(atLast(run.logits), target);
  };
  const heads = Array.from({ length: model.heads }, (_, head) => head);
  return {
    model: FIRST_LOOK.model,
    prompt: FIRST_LOOK.prompt,
    ablationSource: FIRST_LOOK.ablationSource,
    before: {
      tokens: ids.map((id) => ({ id, text: textOf(id) })),
      top,
      target: { ...top[0]!, rank: 0 },
      included: [],
    },
    sweep: {
      target,
      baseline: top[0]!.logProbability,
      logProbability: Array.from({ length: model.layers }, (_, layer) => heads.map((head) => without(layer, head))),
    },
  };
}
