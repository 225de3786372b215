import { createStore } from "zustand/vanilla";
import { ABLATIONS } from "#analysis/experiments/ablation.ts";
import { MAX_SCALE } from "#model/interventions.ts";
import type { Ablation, ExperimentKind, Per } from "#protocol/experiments.ts";

export const EXPERIMENT_KINDS = [
  "heads",
  "memorise",
  "neurons",
  "concepts",
  "bias",
  "pruning",
  "adapters",
] as const satisfies readonly ExperimentKind[];
/** Those in which something else than 0 can take the place of what is switched off. */
const ABLATING_KINDS = [
  "heads",
  "memorise",
  "neurons",
  "concepts",
  "bias",
  "pruning",
] as const satisfies readonly ExperimentKind[];
export type AblatingKind = (typeof ABLATING_KINDS)[number];
export const isAblating = (kind: ExperimentKind): kind is AblatingKind =>
  ABLATING_KINDS.some((ablating) => ablating === kind);
export { ABLATIONS } from "#analysis/experiments/ablation.ts";
export type { Ablation, ExperimentKind, Per } from "#protocol/experiments.ts";

/** The name of the suite that a person pastes. */
export const PASTED = "pasted";
/** What a link calls all cases of a suite. */
export const ALL_CASES = 0;

/** What stands in the fields of the experiments: one suite and one way to count for all of them. */
export interface ExperimentForm {
  readonly kind: ExperimentKind;
  /** The name of a suite, or `PASTED`. */
  readonly suite: string;
  readonly text: string;
  /** Cases of each group; `ALL_CASES`: all. */
  readonly count: number;
  readonly seed: number;
  readonly per: Per;
  readonly onlyCorrect: boolean;
  /** What takes the place of what is switched off. */
  readonly ablation: Ablation;
  /** As it is typed; "" leaves the choice to the experiment. */
  readonly head: string;
  /** Of the concepts, whitespace between them; "": the list that comes with the page. */
  readonly words: string;
  /** The name of a suite of pairs, or `PASTED`. */
  readonly pairs: string;
  /** What the neurons that serve a bias are multiplied by. */
  readonly scale: number;
  /** The suite that the neurons to keep are found on. */
  readonly foundOn: string;
  /** Whether neurons to keep are ranked by what they lose with the head off, or by their increase. */
  readonly ranking: Ranking;
  /** LoRA adapters, one a line: `owner/name`, with `@revision`, or an address; "": those that come with the page. */
  readonly adapters: string;
}

export type Ranking = "head" | "increase";

export const FIRST_FORM: ExperimentForm = {
  kind: "heads",
  suite: "abacus-2d",
  text: "",
  count: 20,
  seed: 1,
  per: "token",
  onlyCorrect: false,
  ablation: "zero",
  head: "",
  words: "",
  pairs: "pronouns-abacus",
  scale: 0,
  foundOn: "abacus-1d",
  ranking: "head",
  adapters: "",
};

export const experimentForm = createStore<ExperimentForm>(() => FIRST_FORM);
export const editExperiment = (change: Partial<ExperimentForm>) => experimentForm.setState(change);

/** A pasted suite, or a list of words or adapters, of more characters does not go into a link; the result is saved to a file. */
const MAX_LINKED_TEXT = 600;

/** The suite of the form's kind, by its name. */
export const suiteName = ({ kind, suite, pairs }: Pick<ExperimentForm, "kind" | "suite" | "pairs">) =>
  kind === "bias" ? pairs : suite;

/** Whether a link can carry all that the form says. */
export const fitsInLink = (form: ExperimentForm) =>
  form.words.length <= MAX_LINKED_TEXT &&
  form.adapters.length <= MAX_LINKED_TEXT &&
  (suiteName(form) !== PASTED || form.text.length <= MAX_LINKED_TEXT);

/** `heads;suite:abacus-2d;n:20;seed:1`, what is as it first stands left out. */
export function writeForm(form: ExperimentForm): string {
  const parts = [
    form.kind,
    form.suite !== FIRST_FORM.suite && `suite:${form.suite}`,
    form.count !== FIRST_FORM.count && `n:${form.count}`,
    form.seed !== FIRST_FORM.seed && `seed:${form.seed}`,
    form.per !== FIRST_FORM.per && `per:${form.per}`,
    form.onlyCorrect && "correct:1",
    form.ablation !== FIRST_FORM.ablation && `off:${form.ablation}`,
    form.head !== "" && `head:${form.head}`,
    form.words !== "" && fitsInLink(form) && `words:${encodeURIComponent(form.words)}`,
    form.pairs !== FIRST_FORM.pairs && `pairs:${form.pairs}`,
    form.scale !== FIRST_FORM.scale && `scale:${form.scale}`,
    form.foundOn !== FIRST_FORM.foundOn && `found:${form.foundOn}`,
    form.ranking !== FIRST_FORM.ranking && `by:${form.ranking}`,
    form.adapters !== "" && fitsInLink(form) && `adapters:${encodeURIComponent(form.adapters)}`,
    suiteName(form) === PASTED && fitsInLink(form) && `text:${encodeURIComponent(form.text)}`,
  ];
  return parts.filter((part) => part !== false).join(";");
}

/** @returns undefined where the kind is none; other parts that cannot be used stand as they first stand */
export function readForm(text: string): ExperimentForm | undefined {
  const [kindText, ...parts] = text.split(";");
  const kind = EXPERIMENT_KINDS.find((known) => known === kindText);
  if (!kind) return undefined;
  const values = new Map(
    parts.map((part) => [part.slice(0, part.indexOf(":")), part.slice(part.indexOf(":") + 1)] as const),
  );
  const whole = (name: string, fallback: number) => {
    const value = values.get(name) ?? "";
    return /^\d{1,9}$/.test(value) ? Number(value) : fallback;
  };
  const name = (part: string, fallback: string) => {
    const value = values.get(part) ?? "";
    return /^[\w-]{1,40}$/.test(value) ? value : fallback;
  };
  return {
    kind,
    suite: name("suite", FIRST_FORM.suite),
    text: unescaped(values.get("text") ?? ""),
    count: whole("n", FIRST_FORM.count),
    seed: whole("seed", FIRST_FORM.seed),
    per: values.get("per") === "answer" ? "answer" : "token",
    onlyCorrect: values.get("correct") === "1",
    ablation: ABLATIONS.find((known) => known === values.get("off")) ?? FIRST_FORM.ablation,
    head: (values.get("head") ?? "").slice(0, 20),
    words: unescaped(values.get("words") ?? "").slice(0, MAX_LINKED_TEXT),
    pairs: name("pairs", FIRST_FORM.pairs),
    scale: readScale(values.get("scale")),
    foundOn: name("found", FIRST_FORM.foundOn),
    ranking: values.get("by") === "increase" ? "increase" : FIRST_FORM.ranking,
    adapters: unescaped(values.get("adapters") ?? "").slice(0, MAX_LINKED_TEXT),
  };
}

function readScale(text: string | undefined): number {
  const scale = text ? Number(text) : Number.NaN;
  return Math.abs(scale) <= MAX_SCALE ? scale : FIRST_FORM.scale;
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // cut off within an escape: what is there is shown, to be mended by hand
  }
}
