import type { Engine } from "#client/engine.ts";
import type { Intervention } from "#model/interventions.ts";
import type { ModelInfo, Token } from "#protocol/engine.ts";
import type { ChainSettings, ReadingSettings, ViewName } from "../link/finding.ts";
import type { Part, Question, TypedAnswer } from "../question.ts";
import type { Reports } from "../requests/requests.ts";
import { interventionsKey } from "../subject.ts";
import type { Subject, SubjectModel } from "../subject.ts";
import { kindIn } from "./results.ts";
import type { Paired, ResultKind, Results, Slots } from "./results.ts";

/** What the page shows and asks at one moment. */
export interface Moment extends Question {
  /** Of several tokens, the target being the first. */
  readonly answer: TypedAnswer | undefined;
  readonly info: ModelInfo;
  /** The model, as a result remembers it. */
  readonly model: SubjectModel;
  readonly slots: Slots;
  readonly inspected: Part | undefined;
  readonly tab: ViewName;
  /** Rows of the table of neurons. */
  readonly count: number;
  /** How the chain is looked at; undefined while nobody does. */
  readonly chain: ChainSettings | undefined;
  /** How heads and the stream are looked at; undefined while nobody does. */
  readonly reading: ReadingSettings | undefined;
  /** Whether there is a second variant to compare with where nothing is ablated. */
  readonly hasAdapter: boolean;
}

/** One question to the engine. Two demands with one key have the same answer. */
export interface Demand<T> {
  readonly key: string;
  /** What the answer is about. */
  about(answer: T): Subject;
  run(engine: Engine, reports: Reports<T>): Promise<T>;
}

export type Demands = { readonly [K in ResultKind]?: Demand<Results[K]> };

/** The demands of a question that is asked of the clean run and, where parts are ablated, of the run with the interventions in place. */
export const inBothRuns = <Kind extends Paired>(
  kind: Kind,
  { interventions }: Pick<Question, "interventions">,
  demand: (interventions: readonly Intervention[]) => Demand<Results[Kind]>,
): Demands => ({
  [kind]: demand([]),
  ...(interventions.length > 0 && { [kindIn(kind, true)]: demand(interventions) }),
});

/** The prompt as it was run, and the token that it is asked about. */
export interface AskedRun {
  readonly tokens: readonly Token[];
  readonly target: Token | undefined;
}

/** The clean run, with its target. */
export type CleanRun = AskedRun & { readonly target: Token };

/** What an answer is about where nothing is ablated; `changed` says otherwise. */
export const subjectOf = (
  { model, prompt, target, variant = "base", ablationSource }: Moment,
  run: AskedRun,
  changed: Partial<Pick<Subject, "prompt" | "target" | "variant" | "interventions" | "against" | "chain">> = {},
): Subject => ({
  model,
  prompt,
  target,
  variant,
  interventions: [],
  ablationSource,
  tokens: run.tokens,
  token: run.target,
  ...changed,
});

export const keyOf = (...parts: readonly unknown[]) => JSON.stringify(parts);

/** The ablation source as a part of a key; none where ablated parts are 0. */
export const ablationSourceKey = ({ ablationSource }: Pick<Question, "ablationSource">) =>
  ablationSource ? [{ ablationSource }] : [];

/** The key of all that is done to the model; the ablation source counts only where something is ablated. */
export const changesKey = (now: Pick<Question, "interventions" | "ablationSource">) =>
  now.interventions.length > 0 ? [interventionsKey(now.interventions), ...ablationSourceKey(now)] : [];

/** The base's keys name no variant. */
export const variantKey = ({ variant = "base" }: Question) => (variant === "base" ? [] : [variant]);
