import { Fault } from "#core/fault.ts";
import type { CheckpointSource } from "#model/checkpoint.ts";
import type { AdapterInfo, ComparisonOptions, NeuronComparison, Progress, Prompt, Variant } from "#protocol/engine.ts";
import { adaptModel } from "./adapted-model.ts";
import type { AdaptedModel, AdaptSteps } from "./adapted-model.ts";
import { ModelSession } from "./model-session.ts";
import { openSource } from "./sources.ts";
import type { CheckpointFiles } from "./sources.ts";
import type { StartedModel } from "./start-model.ts";

interface Attached {
  readonly model: AdaptedModel;
  readonly session: ModelSession;
}

/** A loaded model and, where an adapter is attached, its second variant. */
export class LoadedVariants {
  readonly #base: Pick<StartedModel, "session" | "loaded" | "runtime">;
  #attached: Attached | undefined;

  constructor(base: Pick<StartedModel, "session" | "loaded" | "runtime">) {
    this.#base = base;
  }

  /** @throws Fault "bad-request" if the adapted variant is asked for and there is none */
  session(variant: Variant = "base"): ModelSession {
    return variant === "base" ? this.#base.session : this.#adapted().session;
  }

  /** In the place of an earlier adapter, once it is ready. @throws Fault, and everything stays as it was */
  async attach(source: CheckpointSource, steps: AdaptSteps): Promise<AdapterInfo> {
    if (source.kind === "stored") {
      throw new Fault(
        "bad-request",
        "adapter: a stored model is no adapter; name its Hub repository, address or files",
      );
    }
    return this.attachFiles(
      openSource(source, () => undefined),
      steps,
    );
  }

  async attachFiles(files: CheckpointFiles, steps: AdaptSteps): Promise<AdapterInfo> {
    const { loaded, runtime, session: base } = this.#base;
    const model = await adaptModel(loaded, files, runtime, steps);
    if (steps.signal?.aborted) {
      await model.dispose();
      steps.signal.throwIfAborted();
    }
    const previous = this.#attached;
    const { runner, valueLayers } = model;
    this.#attached = { model, session: new ModelSession({ ...loaded, runner }, { base, valueLayers }) };
    await previous?.model.dispose();
    return model.info;
  }

  /** As `attach`; if it fails the whole model goes, since it was asked for with its adapter. */
  async attachOrDispose(source: CheckpointSource, steps: AdaptSteps): Promise<AdapterInfo> {
    try {
      return await this.attach(source, steps);
    } catch (reason) {
      await this.dispose();
      throw reason;
    }
  }

  async detach(): Promise<void> {
    const attached = this.#attached;
    this.#attached = undefined;
    await attached?.model.dispose();
  }

  /** Clean against changed in one variant, or one variant against the other. */
  async compareNeurons(
    prompt: Prompt,
    options: ComparisonOptions,
    onProgress: (progress: Progress) => void,
    signal: AbortSignal,
  ): Promise<NeuronComparison> {
    const { variant = "base", against, interventions = [] } = options;
    const session = this.session(variant);
    if (!against || against.variant === variant) return session.compareNeurons(prompt, options, onProgress, signal);
    if (interventions.length > 0) {
      throw new Fault(
        "bad-request",
        "comparison: two variants are compared with nothing switched off or scaled, or two runs of one variant; not both at once",
      );
    }
    const firstDifferentLayer = Math.min(...this.#adapted().model.info.layers);
    const other = { variant: this.session(against.variant), firstDifferentLayer };
    return session.compareVariants(prompt, options, other, onProgress, signal);
  }

  async dispose(): Promise<void> {
    await this.detach();
    await this.#base.session.dispose();
  }

  #adapted(): Attached {
    if (this.#attached) return this.#attached;
    throw new Fault("bad-request", "variant: adapted was asked for and no adapter is attached; attach one first");
  }
}
