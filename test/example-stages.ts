import { join } from "node:path";
import { EXAMPLE_DTYPE } from "#views/prompt/example-stages.ts";
import type { StageAblation, StagesByPrompt } from "#views/prompt/example-stages.ts";
import { EXAMPLES } from "#views/prompt/examples.ts";
import { otherNumbers } from "#state/ablation-source.ts";
import { ChainSession } from "#workers/engine/chain/chain-session.ts";
import { ModelSession } from "#workers/engine/session/model-session.ts";
import { readFolder } from "./checkpoints.ts";
import { loadInNode, unaborted } from "./engine.ts";

/** The stages of the chain that have evidence, 1 to 4, of each worked example on a model that comes with the page; in the precision that the page opens it in. */
export async function exampleStages(id: string): Promise<StagesByPrompt> {
  const loaded = await loadInNode(readFolder(join(import.meta.dirname, "..", "public", "models", id)), EXAMPLE_DTYPE);
  const chains = new ChainSession(loaded, new ModelSession(loaded));
  const found: Record<string, Partial<Record<StageAblation, readonly number[]>>> = {};
  for (const { prompt } of EXAMPLES.flatMap(({ examples }) => examples)) {
    const others = otherNumbers(prompt);
    const stagesBy = async (ablationSource: readonly string[]) => {
      const options = ablationSource.length > 0 ? { ablationSource } : {};
      const { stages } = await chains.chain(prompt, options, () => undefined, unaborted());
      return stages.flatMap(({ hasEvidence }, stage) => (hasEvidence ? [stage + 1] : []));
    };
    found[prompt] = { zero: await stagesBy([]), ...(others.length > 0 && { mean: await stagesBy(others) }) };
  }
  return found;
}
