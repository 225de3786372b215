import { Fault } from "#core/fault.ts";
import type { CheckpointSource } from "#model/checkpoint.ts";
import type { Asked, Serves } from "#protocol/calls.ts";
import type { AdapterInfo, NeuronComparison, Progress, Prompt, Variant } from "#protocol/engine.ts";
import { adaptModel } from "./adapted-model.ts";
import type { AdaptedModel, AdaptSteps } from "./adapted-model.ts";
import { ChainSession } from "../chain/chain-session.ts";
import { ExperimentSession } from "../experiments/experiment-session.ts";
import type { ExperimentParts } from "../experiments/experiment-session.ts";
import { LabSession } from "../lab/lab-session.ts";
import { LensSession } from "../lens/lens-session.ts";
import { Arrivals, seldom } from "../load/load-meter.ts";
import { PatchSession } from "../patching/patch-session.ts";
import { ModelSession } from "../session/model-session.ts";
import type { CheckpointFiles } from "../sources/checkpoint-files.ts";
import { openSource } from "../sources/open-source.ts";
import { pastCaches } from "../sources/own-origin.ts";
import type { StartedModel } from "../load/start-model.ts";
import { TraceSession } from "../chain/trace-session.ts";

/** The sessions whose calls are runs, each of which ends with its own signal. */
interface Runs {
  readonly session: ModelSession;
  readonly lab: LabSession;
  readonly chains: ChainSession;
  readonly traces: TraceSession;
  readonly lens: LensSession;
  readonly patches: PatchSession;
}

/** What can be asked of one variant. */
interface Sessions extends Runs {
  readonly experiments: ExperimentSession;
}

interface Attached extends Sessions {
  readonly model: AdaptedModel;
}

type Started = Omit<StartedModel, "info">;

/** A loaded model and, where an adapter is attached, its second variant. */
export class LoadedVariants implements Serves<"variants"> {
  readonly #started: Started;
  readonly #base: Sessions;
  #attached: Attached | undefined;
  #isDisposed = false;

  constructor(started: Started) {
    this.#started = started;
    const { session, loaded: model, index, fingerprint } = started;
    const adapt = (source: CheckpointSource, signal: AbortSignal) => this.#adapt(source, signal);
    this.#base = { session, ...this.#askedOf(session, { model, index, fingerprint, adapt }) };
  }

  /**
   * Who answers a call about a variant; with a signal, for that one call.
   *
   * @throws Fault "bad-request" if the adapted variant is asked for and there is none
   */
  asked<Of extends keyof Runs>(of: Of, variant?: Variant, signal?: AbortSignal): Runs[Of] {
    const asked = this.#asked(variant)[of];
    return signal ? (asked.under(signal) as Runs[Of]) : asked;
  }

  /** @throws Fault as `asked` */
  session(variant?: Variant, signal?: AbortSignal): ModelSession {
    return this.asked("session", variant, signal);
  }

  /** @throws Fault as `asked` */
  experiments(variant?: Variant): ExperimentSession {
    return this.#asked(variant).experiments;
  }

  /** In the place of an earlier adapter, once it is ready. @throws Fault, and everything stays as it was */
  async attach(source: CheckpointSource, steps: AdaptSteps): Promise<AdapterInfo> {
    if (source.kind === "stored") throw noAdapter();
    const arrivals = new Arrivals();
    arrivals.listener = seldom(() =>
      steps.onProgress({ stage: "reading", done: arrivals.bytes, total: 0, part: "adapter" }),
    );
    return pastCaches(source, steps.signal, async (cache) =>
      this.attachFiles(await openSource(source, (bytes) => arrivals.add(bytes), steps.signal, cache), steps),
    );
  }

  async attachFiles(files: CheckpointFiles, steps: AdaptSteps): Promise<AdapterInfo> {
    const { loaded, runtime, index, fingerprint } = this.#started;
    const model = await adaptModel(loaded, files, runtime, {
      ...steps,
      replacedBytes: this.#attached?.model.weightBytes ?? 0,
    });
    if (steps.signal?.aborted || this.#isDisposed) {
      await model.dispose();
      steps.signal?.throwIfAborted();
      throw new Fault("cancelled", "adapter: another model was loaded before the adapter was ready");
    }
    const previous = this.#attached;
    const asked = { ...loaded, runner: model.runner };
    const ownIndex = index.ofVariant(model.runner, model.valueLayers, model.valueChange);
    const session = new ModelSession(asked, ownIndex);
    const own = { model: asked, index: ownIndex, fingerprint: JSON.stringify([fingerprint, model.change]) };
    this.#attached = { model, session, ...this.#askedOf(session, own) };
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
    options: Asked<"compareNeurons">,
    onProgress: (progress: Progress) => void,
    signal: AbortSignal,
  ): Promise<NeuronComparison> {
    const { variant = "base", against, interventions = [] } = options;
    const session = this.session(variant, signal);
    if (!against || against.variant === variant) return session.compareNeurons(prompt, options, onProgress, signal);
    if (interventions.length > 0) {
      throw new Fault(
        "bad-request",
        "comparison: two variants are compared with nothing switched off or scaled, or two runs of one variant; not both at once",
      );
    }
    const firstDifferentLayer = Math.min(...this.#adapted().model.info.layers);
    const other = { variant: this.session(against.variant, signal), firstDifferentLayer };
    return session.compareVariants(prompt, options, other, onProgress, signal);
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    await this.detach();
    await this.#started.session.dispose();
  }

  /** An adapter beside the one that may be attached, for an experiment over a set of them. */
  async #adapt(source: CheckpointSource, signal: AbortSignal): Promise<AdaptedModel> {
    if (source.kind === "stored") throw noAdapter();
    const { loaded, runtime } = this.#started;
    return pastCaches(source, signal, async (cache) =>
      adaptModel(loaded, await openSource(source, () => undefined, signal, cache), runtime, {
        replacedBytes: this.#attached?.model.weightBytes ?? 0,
        onProgress: () => undefined,
        signal,
      }),
    );
  }

  /** All that is asked through a session of its variant. */
  #askedOf(session: ModelSession, parts: Omit<ExperimentParts, "store">): Omit<Sessions, "session"> {
    const { model, index } = parts;
    return {
      lab: new LabSession(model, index, session),
      experiments: new ExperimentSession({ ...parts, store: this.#started.experimentStore }),
      chains: new ChainSession(model, session),
      traces: new TraceSession(model, session),
      lens: new LensSession(model, session),
      patches: new PatchSession(model, session),
    };
  }

  #asked(variant: Variant = "base"): Sessions {
    return variant === "base" ? this.#base : this.#adapted();
  }

  #adapted(): Attached {
    if (this.#attached) return this.#attached;
    throw new Fault("bad-request", "variant: adapted was asked for and no adapter is attached; attach one first");
  }
}

const noAdapter = () =>
  new Fault("bad-request", "adapter: a stored model is no adapter; name its Hub repository, address or files");
