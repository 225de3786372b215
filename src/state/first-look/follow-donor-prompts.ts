import { FIRST_LOOK } from "./first-look.ts";
import { otherNumbers } from "../ablation-source.ts";
import { opened } from "../link/opened.ts";
import { isSameModel, model } from "../model/model.ts";
import { notify } from "../notices.ts";
import { question, setAblationSource } from "../question.ts";
import { LEAST_DONOR_PROMPTS, donorPromptsOf, tooFewText } from "../run/donor-prompts.ts";

/** Whether what stands in for what is ablated is what the page suggests, and nobody's choice of prompts: it goes with the prompt. */
let isSuggested = false;
/** Whether stand-ins are being set here, which is no choice either. */
let isOwn = false;

/**
 * Has the prompts that the page suggested to stand in follow the prompt and the model: the numbers of one prompt stand in for nothing of another.
 * A prompt without numbers has none, and what is ablated is 0 until the next one has some. Prompts that somebody typed stay as they are.
 *
 * @returns what ends it
 */
export function followDonorPrompts(): () => void {
  const { prompt, ablationSource } = question.getState();
  isSuggested = ablationSource === FIRST_LOOK.ablationSource || isSuggestion(prompt, ablationSource);
  if (isSuggested && !isSuggestion(prompt, ablationSource)) suggest();
  const ends = [
    question.subscribe((now, last) => {
      if (isOwn) return;
      if (now.ablationSource !== last.ablationSource) isSuggested = isSuggestion(now.prompt, now.ablationSource);
      else if (now.prompt !== last.prompt && isSuggested) suggest();
    }),
    // a link's zero is its own, also after a prompt that had nothing to suggest
    opened.subscribe(() => {
      const now = question.getState();
      isSuggested = isSuggestion(now.prompt, now.ablationSource);
    }),
    model.subscribe((now, last) => {
      if (isSuggested && last.info && now.status.kind === "ready" && !isSameModel(now.info, last.info)) suggest();
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}

const isSuggestion = (prompt: string, ablationSource: readonly string[] | undefined) =>
  ablationSource !== undefined && isSameList(ablationSource, otherNumbers(prompt));

const isSameList = (a: readonly string[], b: readonly string[]) => JSON.stringify(a) === JSON.stringify(b);

/** Has the suggested prompts stand in: at once those with as many numbers, then without those that the model's tokenizer cuts into another number of tokens. */
function suggest(): void {
  const { prompt } = question.getState();
  const others = otherNumbers(prompt);
  stand(others);
  if (others.length > 0 && model.getState().status.kind === "ready") void keepFitting(prompt, others);
}

async function keepFitting(prompt: string, others: readonly string[]): Promise<void> {
  // why a tokenizer fails is said by the run that needs it
  const fitting = await donorPromptsOf(prompt).catch(() => others);
  const now = question.getState();
  if (!isSuggested || now.prompt !== prompt || !now.ablationSource || !isSameList(now.ablationSource, others)) return;
  if (fitting.length === others.length) return;
  const isEnough = fitting.length >= LEAST_DONOR_PROMPTS;
  stand(isEnough ? fitting : []);
  if (!isEnough) notify("stand-ins", `What is off is 0 now: ${tooFewText(fitting.length, others.length)}.`);
}

function stand(prompts: readonly string[]): void {
  const { ablationSource = [] } = question.getState();
  if (isSameList(ablationSource, prompts)) return;
  isOwn = true;
  setAblationSource(prompts);
  isOwn = false;
}
