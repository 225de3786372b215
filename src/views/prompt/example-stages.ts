import type { Dtype } from "#model/checkpoint.ts";
import type { Subject } from "#state/subject.ts";
import found from "./example-stages.json" with { type: "json" };

/** What takes the place of what is ablated: nothing, or the mean over the prompts with other numbers that the page suggests. */
export type StageAblation = "zero" | "mean";

/** The stages of a chain that have evidence, 1 to 4, by a worked example's prompt. Without other numbers there is no mean. */
export type StagesByPrompt = Readonly<Record<string, Partial<Readonly<Record<StageAblation, readonly number[]>>>>>;

/** The precision that the table was found in: in another one a chain has other stages. */
export const EXAMPLE_DTYPE = "q8" satisfies Dtype;

/** The stages of worked examples, by the id of a model that comes with the page; `test/example-stages.test.ts` has the engine find them. */
export const EXAMPLE_STAGES: Readonly<Record<string, StagesByPrompt | undefined>> = found;

/** The stages of the chain that a result is about, where it is a worked example’s as the table has it: in its precision, the base model’s answer, no threshold or head chosen. */
export function stagesBy({ model, prompt, variant, target, chain }: Subject, by: StageAblation) {
  const isAsInTable =
    model.dtype === EXAMPLE_DTYPE &&
    variant === "base" &&
    target === undefined &&
    !chain?.head &&
    Object.keys(chain?.thresholds ?? {}).length === 0;
  return isAsInTable ? EXAMPLE_STAGES[model.id]?.[prompt]?.[by] : undefined;
}

/** `1 3 4 / 1 3`: by zero, by the mean. */
export const stagesText = ({ zero = [], mean }: StagesByPrompt[string]) =>
  `${listed(zero)} / ${mean ? listed(mean) : "–"}`;

const listed = (stages: readonly number[]) => (stages.length > 0 ? stages.join(" ") : "none");
