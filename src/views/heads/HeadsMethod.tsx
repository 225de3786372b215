import { ablationWords } from "../shared/words/ablation-words.ts";

/** How the numbers of the map of heads come about. */
export function HeadsMethod({
  ablationSource,
  isBare,
}: {
  readonly ablationSource: readonly string[] | undefined;
  /** Of the model as it is, without the other interventions. */
  readonly isBare: boolean;
}) {
  const ablation = ablationWords(ablationSource);
  return (
    <>
      Each head’s output {ablation.becomes}, before the output projection ({ablation.name} of <code>hook_z</code>), one
      head at a time and {isBare ? "without" : "on top of"} the other interventions. Effect = log p(target) of the run
      as it is − log p(target) without the head, in nats; Σ adds up a layer’s effects, which is not the effect of
      switching the whole layer off.
    </>
  );
}
