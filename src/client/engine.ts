import type { Fault } from "#core/fault.ts";
import type { HeadId, NeuronId } from "#model/ids.ts";
import type { CheckpointSource } from "#model/checkpoint.ts";
import type {
  AdapterInfo,
  CheckpointReport,
  ComparisonOptions,
  Generation,
  HeadInspection,
  HeadSweep,
  LayerIncrease,
  LoadOptions,
  LoadProgress,
  ModelInfo,
  NeuronComparison,
  NeuronInspection,
  NeuronTokens,
  PredictOptions,
  Prediction,
  Progress,
  Prompt,
  RunOptions,
  ScoredAnswer,
  ScoreOptions,
  StandInOptions,
  StoredModel,
  SweepRow,
  TargetOptions,
  TokenEnds,
  Tokenization,
  TopNeurons,
  VariantOptions,
} from "#protocol/engine.ts";
import type { CallOptions } from "./call-options.ts";
import type { ChainEngine } from "./chain-engine.ts";
import type { ExperimentEngine } from "./experiment-engine.ts";
import type { LabEngine } from "./lab-engine.ts";

export type { CallOptions };

/** Whether the worker went by itself or at a person's word. */
export type End = "lost" | "asked";

/**
 * The engine as the page sees it. Every promise settles, also when the worker dies ("engine-stopped") or the GPU is
 * lost ("device-lost"); failures are `Fault`s with a code.
 */
export interface Engine extends LabEngine, ExperimentEngine, ChainEngine {
  inspectCheckpoint(
    source: CheckpointSource,
    options?: Pick<LoadOptions, "backend">,
    call?: CallOptions,
  ): Promise<CheckpointReport>;
  storedModels(call?: CallOptions): Promise<StoredModel[]>;
  deleteStored(ids: readonly string[], call?: CallOptions): Promise<void>;
  pauseLoading(isPaused: boolean, call?: CallOptions): Promise<void>;
  load(source: CheckpointSource, options?: LoadOptions, call?: CallOptions<LoadProgress>): Promise<ModelInfo>;
  attachAdapter(source: CheckpointSource, call?: CallOptions<LoadProgress>): Promise<AdapterInfo>;
  detachAdapter(call?: CallOptions): Promise<void>;
  tokenize(text: string, call?: CallOptions): Promise<Tokenization>;
  /** @param most tokens of each end */
  tokenEnds(text: string, most: number, call?: CallOptions): Promise<TokenEnds>;
  predict(prompt: Prompt, options?: PredictOptions, call?: CallOptions<Progress>): Promise<Prediction>;
  scoreAnswer(prompt: Prompt, options: ScoreOptions, call?: CallOptions): Promise<ScoredAnswer>;
  generate(
    prompt: Prompt,
    options: VariantOptions & { readonly tokens: number },
    call?: CallOptions,
  ): Promise<Generation>;
  sweepHeads(
    prompt: Prompt,
    options?: TargetOptions & StandInOptions & { readonly rowByRow?: boolean },
    call?: CallOptions<SweepRow>,
  ): Promise<HeadSweep>;
  layerIncrease(prompt: Prompt, options?: TargetOptions & RunOptions, call?: CallOptions): Promise<LayerIncrease>;
  topNeurons(
    prompt: Prompt,
    options: TargetOptions & RunOptions & { readonly count: number },
    call?: CallOptions,
  ): Promise<TopNeurons>;
  compareNeurons(prompt: Prompt, options: ComparisonOptions, call?: CallOptions<Progress>): Promise<NeuronComparison>;
  neuron(
    at: NeuronId,
    options?: VariantOptions & { readonly count?: number },
    call?: CallOptions,
  ): Promise<NeuronTokens>;
  inspectNeuron(
    prompt: Prompt,
    options: TargetOptions & RunOptions & { readonly at: NeuronId },
    call?: CallOptions,
  ): Promise<NeuronInspection>;
  inspectHead(
    prompt: Prompt,
    options: TargetOptions & RunOptions & { readonly at: HeadId },
    call?: CallOptions,
  ): Promise<HeadInspection>;
  /** Called when the worker is gone, with the reason; the next call starts another, in which the model has to be loaded again. */
  onStopped(listener: (reason: Fault, end: End) => void): () => void;
  /** Called when a worker that is waited for has given no sign for too long, with how long, and with undefined when it does again or is gone. */
  onSilence(listener: (ms: number | undefined) => void): () => void;
  /** Ends the worker as if it had been lost: what is pending fails with "engine-stopped", and `onStopped` is told. */
  restart(): void;
}
