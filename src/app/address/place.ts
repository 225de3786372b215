import { adapter } from "#state/model/adapter.ts";
import { model } from "#state/model/model.ts";
import { question } from "#state/question.ts";
import { view } from "#state/view.ts";

/**
 * Where the page stands among the places that Back and Forward lead to: another prompt or switch, another target, tab, model or chain
 * that others published. All of a text that is typed, or of a slider that is dragged, is one place.
 */
export function placeNow(): string {
  const { step, target, ablationSource, variant = "base" } = question.getState();
  const { tab, chain } = view.getState();
  const { choice, dtype } = model.getState();
  const attached = adapter.getState().choice?.id;
  return JSON.stringify([
    step,
    target,
    ablationSource !== undefined,
    variant,
    tab,
    chain.published,
    choice?.id,
    dtype,
    attached,
  ]);
}
