import type { Backend, Dtype, SourceIdentity } from "#model/checkpoint.ts";
import { interventionKey } from "#model/interventions.ts";
import type { ModelInfo, Token, Variant } from "#protocol/engine.ts";
import { adapter, adapterLabel, adapterName } from "./model/adapter.ts";
import type { ChainSettings } from "./link/finding.ts";
import { model } from "./model/model.ts";
import { question } from "./question.ts";
import type { Question } from "./question.ts";

/** The model that gave a result, and how it ran. */
export interface SubjectModel {
  /** As links call it. */
  readonly id: string;
  readonly revision?: string | undefined;
  readonly name: string;
  readonly source?: SourceIdentity;
  /** SHA-256 of what it was read from, where that is known. */
  readonly content?: string | undefined;
  /** Left out where it did not run here. */
  readonly dtype?: Dtype;
  readonly backend?: Backend;
  /** What the GPU calls itself. */
  readonly gpu?: string;
  /** How near to float64 that was found to be; see `DeviceProof`. */
  readonly agreement?: number;
  /** Of numbers that came with the page: what made them. */
  readonly recordedBy?: string;
  /** The LoRA adapter that lay over it, whichever variant was asked. */
  readonly lora?: SubjectAdapter;
}

interface SubjectAdapter {
  /** As links call it. */
  readonly named: string;
  /** To be read. */
  readonly label: string;
  readonly source: SourceIdentity;
  readonly content?: string | undefined;
}

/**
 * What a result is about: all that decided its numbers, as it was when it was asked. A figure's title, its rows, its link and its
 * files speak of this, never of what the page asks by now.
 */
export interface Subject extends Question {
  readonly model: SubjectModel;
  readonly variant: Variant;
  /** As the model got the prompt, what the tokenizer added included; none where no prompt has a part in it. */
  readonly tokens: readonly Token[];
  /** Of a chain: under which thresholds, and for which head, it was put together. */
  readonly chain?: Pick<ChainSettings, "thresholds" | "head">;
  /** The variant that it is held against, where it is two of them side by side. */
  readonly against?: Variant;
  /** The token that it is about; `target` is the id where a person chose it. */
  readonly token: Token | undefined;
}

/** The model that answers now; undefined while there is none. */
export function modelNow(): SubjectModel | undefined {
  const { choice, info } = model.getState();
  return choice && info && subjectModel(choice, info);
}

function subjectModel({ id, revision }: Pick<SubjectModel, "id" | "revision">, info: ModelInfo): SubjectModel {
  const { name, source, content, dtype, backend, adapter: gpu, proof } = info;
  const { choice, status } = adapter.getState();
  const lora = choice && status.kind === "attached" ? { choice, info: status.info } : undefined;
  return {
    id,
    revision,
    name,
    source,
    content,
    dtype,
    backend,
    gpu,
    ...(proof?.isTrusted && { agreement: proof.difference }),
    ...(lora && {
      lora: {
        named: adapterName(lora.choice),
        label: adapterLabel(lora.choice),
        source: lora.info.source,
        content: lora.info.content,
      },
    }),
  };
}

/** The subject of what is asked now of the model that answers now, without a prompt: of the weights, or of prompts that are its own. */
export function subjectNow(): Subject | undefined {
  const answering = modelNow();
  const { variant = "base" } = question.getState();
  return (
    answering && {
      model: answering,
      variant,
      prompt: "",
      tokens: [],
      token: undefined,
      target: undefined,
      interventions: [],
    }
  );
}

/** Whether two results are about the same run, or about two runs that differ in nothing but what is ablated. */
export const isSameRun = (a: Subject | undefined, b: Subject | undefined): boolean =>
  a !== undefined && b !== undefined && runKey(a) === runKey(b);

/** Whether two results answer the same question to the same model, also where one came with the page and the other was computed here. */
export const isSameQuestion = (a: Subject | undefined, b: Subject | undefined): boolean =>
  a !== undefined && b !== undefined && isSameSubject(asAsked(a, b), asAsked(b, a)) && isSameSource(a, b);

type Sourced = Pick<Subject, "ablationSource">;

/** Whether what is ablated is as in the same prompts, also where nothing is ablated yet: a sweep ablates each head in turn. */
export const isSameSource = (a: Sourced | undefined, b: Sourced | undefined): boolean =>
  JSON.stringify(a?.ablationSource) === JSON.stringify(b?.ablationSource);

/** A recorded subject as if it had been asked: it goes by the model's name alone, and by the token that it is about. */
const asAsked = (of: Subject, other: Subject): Subject => {
  const isRecorded = (of.model.recordedBy ?? other.model.recordedBy) !== undefined;
  const { id } = of.model;
  return { ...of, target: of.token?.id, ...(isRecorded && { model: { id, name: id } }) };
};

/** The key of all that decides a run's numbers but for what is ablated. */
export const runKey = ({ model: of, variant, prompt, target }: Subject) =>
  JSON.stringify([
    of.id,
    of.revision,
    of.content,
    of.dtype,
    of.backend,
    of.lora,
    of.recordedBy,
    variant,
    prompt,
    target,
  ]);

/** Whether two subjects are the same run with the same parts changed, in whatever order, and the same ablation source. */
export const isSameSubject = (a: Subject | undefined, b: Subject | undefined): boolean =>
  isSameRun(a, b) && changesText(a!) === changesText(b!);

const changesText = ({ interventions, ablationSource }: Pick<Subject, "interventions" | "ablationSource">) =>
  interventions.length === 0 ? "" : JSON.stringify([interventionsKey(interventions), ablationSource]);

/** The key of what is changed, in whatever order that was done. */
export const interventionsKey = (interventions: Question["interventions"]): string =>
  interventions
    .map((change) => `${interventionKey(change)}*${change.scale}`)
    .sort()
    .join(" ");
