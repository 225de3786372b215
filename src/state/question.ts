import { createStore } from "zustand/vanilla";
import { interventionKey } from "#model/interventions.ts";
import type { Intervention } from "#model/interventions.ts";
import type { Variant, VariantOptions } from "#protocol/engine.ts";
import type { RunOptions, AblationSourceOptions } from "#protocol/fields.ts";
import type { Selection } from "./link/finding.ts";

/** A head or a neuron: what can be selected, inspected and ablated. */
export type Part = Selection;

/** The question that is asked of the model. */
export interface Question {
  /** Exactly as typed: never trimmed. */
  readonly prompt: string;
  /** Token id; undefined is the clean run's most probable token. */
  readonly target: number | undefined;
  readonly interventions: readonly Intervention[];
  /** Which of the model's variants; left out: the base. */
  readonly variant?: Variant;
  /** Prompts that a part is as in where it is ablated, at least one; undefined: it is 0. */
  readonly ablationSource?: readonly string[] | undefined;
}

/** The variant as the engine is asked for it: nothing is said of the base. */
export const variantOf = ({ variant = "base" }: Pick<Question, "variant">): VariantOptions =>
  variant === "base" ? {} : { variant };

/** The ablation source as the engine is asked for it: nothing is said where parts that are ablated are 0. */
export const ablationSourceOf = ({ ablationSource }: Pick<Question, "ablationSource">): AblationSourceOptions =>
  ablationSource ? { ablationSource } : {};

/** All that is done to the model, as the engine is asked. */
export const changesOf = (now: Pick<Question, "interventions" | "ablationSource">): RunOptions => ({
  interventions: now.interventions,
  ...ablationSourceOf(now),
});

/** A step of undo: what was asked before a change, or after one that was taken back. */
export type Step = Pick<QuestionState, "prompt" | "target" | "answer" | "interventions">;

/** An answer of several tokens that a person typed: the target is its first one. */
export interface TypedAnswer {
  readonly text: string;
  readonly ids: readonly number[];
}

interface QuestionState extends Question {
  readonly answer: TypedAnswer | undefined;
  readonly past: readonly Step[];
  /** What undo took back, the next to come last. */
  readonly future: readonly Step[];
  /** What is still being changed, as a text that is typed or a slider that is dragged: it stays one step. */
  readonly going: string;
  /** Another number with each step, and the same all through one. */
  readonly step: number;
}

const TYPING = "prompt";

/** Steps of undo that are kept. */
export const MAX_PAST = 100;

export const question = createStore<QuestionState>(() => ({
  prompt: "",
  target: undefined,
  answer: undefined,
  interventions: [],
  past: [],
  future: [],
  going: "",
  step: 0,
}));

export const partKey = (part: Part) => interventionKey({ ...part, scale: 0 });
export const samePart = (a: Part | undefined, b: Part | undefined) =>
  a === b || (a !== undefined && b !== undefined && partKey(a) === partKey(b));

/** The scale a part runs at; 1 where nobody changed it. */
export const scaleOf = (interventions: readonly Intervention[], part: Part) =>
  interventions.find((change) => interventionKey(change) === partKey(part))?.scale ?? 1;

/** Sets the prompt as it is typed: all that is typed until `endStep` is one step of undo. */
export function setPrompt(prompt: string): void {
  if (prompt === question.getState().prompt) return;
  question.setState({ prompt, target: undefined, answer: undefined, ...nextStep(TYPING) });
}

/** Sets a prompt that is there to be chosen: a step of its own. */
export function choosePrompt(prompt: string): void {
  endStep();
  setPrompt(prompt);
  endStep();
}

/** Ends a step of undo: what was typed stands, and the next change is another step. */
export function endStep(): void {
  if (question.getState().going !== "") question.setState({ going: "" });
}

/** @param answer whose first token the target is */
export const setTarget = (target: number | undefined, answer?: TypedAnswer) => question.setState({ target, answer });

/** Replaces the whole question, as a link brings it; the way back by undo stays. */
export function replaceQuestion(next: Question): void {
  const { prompt, interventions } = question.getState();
  const isNew =
    (prompt !== "" && prompt !== next.prompt) ||
    (interventions.length > 0 && JSON.stringify(interventions) !== JSON.stringify(next.interventions));
  question.setState({
    answer: undefined,
    variant: "base",
    ablationSource: undefined,
    ...next,
    ...(isNew && nextStep()),
    going: "",
  });
}

/** @param prompts none: what is ablated is 0 */
export const setAblationSource = (prompts: readonly string[]) =>
  question.setState({ ablationSource: prompts.length > 0 ? prompts : undefined });

/**
 * Turns a part to a scale: 0 switches it off, 1 leaves it in the list without effect.
 *
 * @param isContinued true while a slider is being dragged: the whole drag is then one step of undo
 */
export function setScale(part: Part, scale: number, isContinued = false): void {
  const key = partKey(part);
  const { interventions } = question.getState();
  const change = { ...part, scale } as Intervention;
  const known = interventions.some((other) => interventionKey(other) === key);
  const next = known
    ? interventions.map((other) => (interventionKey(other) === key ? change : other))
    : [...interventions, change];
  replaceInterventions(next, isContinued ? key : "");
}

export function removeIntervention(part: Part): void {
  const key = partKey(part);
  const kept = question.getState().interventions.filter((change) => interventionKey(change) !== key);
  replaceInterventions(kept);
}

/** Off if it runs as it is, else back on. */
export function togglePart(part: Part): void {
  if (scaleOf(question.getState().interventions, part) === 1) setScale(part, 0);
  else removeIntervention(part);
}

/** Off together if any of them runs as it is, else back on together; one step of undo. */
export function toggleParts(parts: readonly Part[]): void {
  const { interventions } = question.getState();
  const keys = new Set(parts.map(partKey));
  const others = interventions.filter((change) => !keys.has(interventionKey(change)));
  const isOn = parts.some((part) => scaleOf(interventions, part) === 1);
  if (isOn) ablate(parts);
  else replaceInterventions(others);
}

/** Off together, whatever they were; one step of undo. */
export function ablate(parts: readonly Part[]): void {
  const keys = new Set(parts.map(partKey));
  const others = question.getState().interventions.filter((change) => !keys.has(interventionKey(change)));
  replaceInterventions([...others, ...parts.map((part) => ({ ...part, scale: 0 }))]);
}

export const resetInterventions = () => replaceInterventions([]);

/** Takes back the last change of the prompt or of the interventions; without one, does nothing. */
export const undo = () => move("past", "future");

/** Makes again what undo took back last, until something else is changed. */
export const redo = () => move("future", "past");

function move(from: "past" | "future", to: "past" | "future"): void {
  const now = question.getState();
  const there = now[from].at(-1);
  if (!there) return;
  const { prompt, target, answer, interventions } = there;
  question.setState({
    interventions,
    // a target is of its prompt; one that was chosen since stays with it
    ...(prompt !== now.prompt && { prompt, target, answer }),
    [from]: now[from].slice(0, -1),
    [to]: [...now[to], stepOf(now)],
    going: "",
    step: now.step + 1,
  });
}

/** Leaves the way back by undo open only for the model at hand: another model has other parts. */
export const dropInterventions = () => question.setState({ interventions: [], past: [], future: [], going: "" });

/** All that is ablated; one step of undo, or part of the one that goes on. */
export function replaceInterventions(next: readonly Intervention[], changed = ""): void {
  question.setState({ interventions: next, ...nextStep(changed) });
}

export const stepOf = ({ prompt, target, answer, interventions }: QuestionState): Step => ({
  prompt,
  target,
  answer,
  interventions,
});

/** @param changed what goes on being changed; "": a step that is whole by itself */
function nextStep(changed = ""): Pick<QuestionState, "past" | "future" | "going" | "step"> {
  const now = question.getState();
  const { past, going, step } = now;
  const goesOn = changed !== "" && going === changed;
  return {
    past: goesOn ? past : [...past, stepOf(now)].slice(-MAX_PAST),
    future: [],
    going: changed,
    step: goesOn ? step : step + 1,
  };
}
