import type { StoredCase } from "#workers/engine/canary/stored-case.ts";
import type { CheckpointFiles } from "../checkpoints.ts";
import { forward } from "./forward.ts";
import { atLast, logProbability } from "./lens.ts";
import { readModel } from "./model.ts";
import { quantised } from "./quantise.ts";
import type { ReferenceModel } from "./families/family.ts";

/** Tokens whose log-probabilities are stored: the most probable ones of the clean run. */
const TOKENS = 8;

/** The case that travels with a model: a prompt as it is and with a head at 0, in float64. */
export function storedCase(
  files: CheckpointFiles,
  content: string,
  { prompt, ids, off }: Pick<StoredCase, "prompt" | "ids" | "off">,
): StoredCase {
  const exact = readModel(files);
  const models = { q4: quantised(exact, 4), q8: quantised(exact, 8), f32: exact };
  const logits = atLast(forward(exact, ids).logits);
  const tokens = Array.from(logits.keys())
    .sort((a, b) => logits[b]! - logits[a]!)
    .slice(0, TOKENS);
  const found = (model: ReferenceModel) => {
    const runs = [forward(model, ids), forward(model, ids, [{ kind: "head", at: off, scale: 0 }])];
    const [clean, without] = runs.map((run) => tokens.map((token) => logProbability(atLast(run.logits), token)));
    return { clean: clean!, without: without! };
  };
  return {
    prompt,
    content,
    ids,
    off,
    tokens,
    logProbabilities: { q4: found(models.q4), q8: found(models.q8), f32: found(models.f32) },
  };
}
