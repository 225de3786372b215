import { createStore } from "zustand/vanilla";
import { interventionKey } from "#model/interventions.ts";
import type { Intervention } from "#model/interventions.ts";
import type { Variant, VariantOptions } from "#protocol/engine.ts";
import type { RunOptions, AblationSourceOptions } from "#protocol/fields.ts";
import type { Selection } from "./link/finding.ts";

/** A head or a neuron: what can be selected, inspected and switched off. */
export type Part = Selection;

/** What is asked of the model. */
export interface Question {
  /** Exactly as typed: never trimmed. */
  readonly prompt: string;
  /** Token id; undefined is the clean run's most probable token. */
  readonly target: number | undefined;
  readonly interventions: readonly Intervention[];
  /** Which of the model's variants; left out: the base. */
  readonly variant?: Variant;
  /** Prompts that a part is as in where it is switched off, at least one; undefined: it is 0. */
  readonly ablationSource?: readonly string[] | undefined;
}

/** As the engine is asked: nothing is said of the base. */
export const variantOf = ({ variant = "base" }: Pick<Question, "variant">): VariantOptions =>
  variant === "base" ? {} : { variant };

/** As the engine is asked: nothing is said of parts that are 0 where they are off. */
export const ablationSourceOf = ({ ablationSource }: Pick<Question, "ablationSource">): AblationSourceOptions =>
  ablationSource ? { ablationSource } : {};

/** All that is done to the model, as the engine is asked. */
export const changesOf = (now: Pick<Question, "interventions" | "ablationSource">): RunOptions => ({
  interventions: now.interventions,
  ...ablationSourceOf(now),
});

/** A list of interventions as it was, and the part whose change replaced it. */
interface Past {
  readonly interventions: readonly Intervention[];
  readonly changed: string;
}

/** An answer of several tokens that a person typed: the target is its first one. */
export interface TypedAnswer {
  readonly text: string;
  readonly ids: readonly number[];
}

interface QuestionState extends Question {
  readonly answer: TypedAnswer | undefined;
  readonly past: readonly Past[];
}

/** Steps of undo that are kept. */
const MAX_PAST = 100;

export const question = createStore<QuestionState>(() => ({
  prompt: "",
  target: undefined,
  answer: undefined,
  interventions: [],
  past: [],
}));

export const partKey = (part: Part) => interventionKey({ ...part, scale: 0 });
export const samePart = (a: Part | undefined, b: Part | undefined) =>
  a === b || (a !== undefined && b !== undefined && partKey(a) === partKey(b));

/** The scale a part runs at; 1 where nobody changed it. */
export const scaleOf = (interventions: readonly Intervention[], part: Part) =>
  interventions.find((change) => interventionKey(change) === partKey(part))?.scale ?? 1;

export const setPrompt = (prompt: string) => {
  if (prompt !== question.getState().prompt) question.setState({ prompt, target: undefined, answer: undefined });
};

/** @param answer whose first token the target is */
export const setTarget = (target: number | undefined, answer?: TypedAnswer) => question.setState({ target, answer });

/** Everything at once, as a link brings it; the way back by undo stays. */
export function replaceQuestion(next: Question): void {
  const { interventions, past } = question.getState();
  const isNew = interventions.length > 0 && interventions !== next.interventions;
  question.setState({
    answer: undefined,
    variant: "base",
    ablationSource: undefined,
    ...next,
    past: isNew ? remember(past, interventions, "") : past,
  });
}

/** @param prompts none: what is switched off is 0 */
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
  if (isOn) switchOff(parts);
  else replaceInterventions(others);
}

/** Off together, whatever they were; one step of undo. */
export function switchOff(parts: readonly Part[]): void {
  const keys = new Set(parts.map(partKey));
  const others = question.getState().interventions.filter((change) => !keys.has(interventionKey(change)));
  replaceInterventions([...others, ...parts.map((part) => ({ ...part, scale: 0 }))]);
}

export const resetInterventions = () => replaceInterventions([]);

/** Takes back the last change of the interventions; without one, does nothing. */
export function undo(): void {
  const { past } = question.getState();
  const last = past.at(-1);
  if (last) question.setState({ interventions: last.interventions, past: past.slice(0, -1) });
}

/** Leaves the way back by undo open only for the model at hand: another model has other parts. */
export const dropInterventions = () => question.setState({ interventions: [], past: [] });

function replaceInterventions(next: readonly Intervention[], changed = ""): void {
  const { interventions, past } = question.getState();
  const goesOn = changed !== "" && past.at(-1)?.changed === changed;
  question.setState({
    interventions: next,
    past: goesOn ? past : remember(past, interventions, changed),
  });
}

function remember(past: readonly Past[], interventions: readonly Intervention[], changed: string): readonly Past[] {
  return [...past, { interventions, changed }].slice(-MAX_PAST);
}
