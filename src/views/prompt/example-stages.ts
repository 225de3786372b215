import type { Subject } from "#state/subject.ts";
import found from "./example-stages.json" with { type: "json" };

/** What takes the place of what is off: nothing, or the mean over the prompts with other numbers that the page suggests. */
export type StageAblation = "zero" | "mean";

/** By a worked example's prompt: the stages of its chain that have evidence, 1 to 4. Without other numbers there is no mean. */
export type StagesByPrompt = Readonly<Record<string, Partial<Readonly<Record<StageAblation, readonly number[]>>>>>;

/** By the id of a model that comes with the page; `test/example-stages.test.ts` has the engine find them. */
export const EXAMPLE_STAGES: Readonly<Record<string, StagesByPrompt | undefined>> = found;

/** Those of the chain that a result is about, where it is a worked example’s as the table has it: the base model’s answer, no threshold or head chosen. */
export function stagesBy({ model, prompt, variant, target, chain }: Subject, by: StageAblation) {
  const isAsInTable =
    variant === "base" && target === undefined && !chain?.head && Object.keys(chain?.thresholds ?? {}).length === 0;
  return isAsInTable ? EXAMPLE_STAGES[model.id]?.[prompt]?.[by] : undefined;
}

/** `1 3 4 / 1 3`: by zero, by the mean. */
export const stagesText = ({ zero = [], mean }: StagesByPrompt[string]) =>
  `${listed(zero)} / ${mean ? listed(mean) : "–"}`;

const listed = (stages: readonly number[]) => (stages.length > 0 ? stages.join(" ") : "none");
