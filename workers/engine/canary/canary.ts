import { faultCode } from "#core/fault.ts";
import type { DeviceProof, LoadProgress } from "#protocol/engine.ts";
import { disposeModel, loadModel } from "../load/load-model.ts";
import type { LoadedModel } from "../load/load-model.ts";
import type { Runtime } from "../run/runtime.ts";
import { openSource } from "../sources/open-source.ts";
import type { ModelPlan } from "../weights/model-parts.ts";
import { formsOf, nameOf } from "./forms.ts";
import { proveForms } from "./probes.ts";
import { keepProofs, rememberedProofs } from "./proofs.ts";
import type { Proofs } from "./proofs.ts";
import { CASE_FILE, caseDifference, readCase } from "./stored-case.ts";
import type { StoredCase } from "./stored-case.ts";

/**
 * How far a device may be from float64: what links allow between two honest runs, in nats for a log-probability, else as a share of a
 * row's largest number. Float32 in any order stays below 1e-5; half precision, a wrong block or a row that is left out is above.
 */
export const MOST_DIFFERENCE = 1e-3;

/** The stored case runs in this precision where another model is opened. */
const CASE_DTYPE = "q8";

/** What is done before a number of a graphics processor is shown; another version of this does it again. */
const VERSION = 1;

export interface CanaryOptions {
  /** The folder of the model that comes with the page, an address; left out: only operators are proved. */
  readonly caseAt?: string | undefined;
  readonly onProgress: (progress: LoadProgress) => void;
  readonly signal: AbortSignal;
}

/** One device that proves itself for one model: its operators before the model's weights are put there, the stored case where it can run. */
export class Canary {
  readonly #runtime: Runtime;
  readonly #options: CanaryOptions;
  readonly #device: string;
  /** What was looked at for this model, and how far each was off. */
  readonly #found = new Map<string, number>();

  constructor(runtime: Runtime, options: CanaryOptions) {
    this.#runtime = runtime;
    this.#options = options;
    const browser = (globalThis as { readonly navigator?: Navigator }).navigator?.userAgent ?? "";
    this.#device = JSON.stringify([runtime.adapter, browser, runtime.ort.env.versions.web, VERSION]);
  }

  /** The operators of a model's graphs at its own shapes. @returns whether the device can go on */
  async provesOperators(plan: ModelPlan): Promise<boolean> {
    const { heads } = plan.spec;
    const forms = formsOf(graphsOf(plan));
    const named = new Map(forms.map((form) => [form.key, `${nameOf(form)}, ${heads} heads`]));
    return this.#proves([...named.values()], async (missing) => {
      const wanted = forms.filter(({ key }) => missing.includes(named.get(key)!));
      const { signal } = this.#options;
      this.#tell("operators against float64");
      const found = await proveForms(this.#runtime, wanted, { heads, signal });
      return [...found].map(([key, difference]) => [named.get(key)!, difference]);
    });
  }

  /** The stored case: on the loaded model where it is about that one, else on the page's own, which is loaded for it. */
  async provesCase(loaded: Pick<LoadedModel, "content" | "dtype" | "runner">): Promise<boolean> {
    const { caseAt } = this.#options;
    const stored = caseAt === undefined ? undefined : await this.#readCase(caseAt);
    if (!stored) return this.proof.isTrusted;
    const isOwn = stored.content === loaded.content && stored.logProbabilities[loaded.dtype] !== undefined;
    const name = `the prompt “${stored.prompt}” of the page’s own model in ${isOwn ? loaded.dtype : CASE_DTYPE}`;
    return this.#proves([name], async () => {
      this.#tell("a whole prompt against float64");
      const difference = isOwn ? this.#differenceOf(stored, loaded) : this.#differenceApart(stored, caseAt!);
      return difference.then(
        (found) => [[name, found]],
        (reason: unknown) => {
          if (faultCode(reason) === "overflow") return [[name, Infinity]];
          // the case cannot be run, as where its model cannot be reached: then the operators have to do
          if (faultCode(reason) === "unreachable") return [];
          throw reason;
        },
      );
    });
  }

  /** What the device has been found to be; before it has failed, that it is trusted. */
  get proof(): DeviceProof {
    const [at, difference] = [...this.#found].reduce((most, each) => (each[1] > most[1] ? each : most), ["", 0]);
    return { difference, at, isTrusted: difference <= MOST_DIFFERENCE };
  }

  /** @param prove gives how far what has not been proved yet is off */
  async #proves(
    names: readonly string[],
    prove: (missing: readonly string[]) => Promise<readonly (readonly [string, number])[]>,
  ): Promise<boolean> {
    const known: Proofs = await rememberedProofs(this.#device);
    const missing = names.filter((name) => !known.has(name));
    const found = missing.length > 0 ? await prove(missing) : [];
    // a device that is wrong once is believed in nothing that it proved beside it
    if (found.length > 0 && found.every(([, difference]) => difference <= MOST_DIFFERENCE)) {
      for (const [name, difference] of found) known.set(name, difference);
      await keepProofs(this.#device);
    }
    for (const [name, difference] of found) this.#found.set(name, difference);
    for (const name of names) if (known.has(name)) this.#found.set(name, known.get(name)!);
    return this.proof.isTrusted;
  }

  #tell(part: string): void {
    this.#options.onProgress({ stage: "proving", done: 0, total: 0, part });
  }

  /** Undefined where the page has none or it cannot be reached: then the operators have to do. */
  async #readCase(caseAt: string): Promise<StoredCase | undefined> {
    const { signal } = this.#options;
    const response = await fetch(new URL(CASE_FILE, caseAt), { signal }).catch(() => undefined);
    signal.throwIfAborted();
    return response?.ok ? readCase(await response.text()) : undefined;
  }

  #differenceOf(stored: StoredCase, loaded: Pick<LoadedModel, "dtype" | "runner">): Promise<number> {
    return caseDifference(stored, loaded, this.#options.signal);
  }

  async #differenceApart(stored: StoredCase, base: string): Promise<number> {
    const { signal } = this.#options;
    const files = await openSource({ kind: "url", base }, () => undefined, signal);
    const loaded = await loadModel(files, this.#runtime, { dtype: CASE_DTYPE, onProgress: () => undefined, signal });
    try {
      return await this.#differenceOf(stored, loaded);
    } finally {
      await disposeModel(loaded);
    }
  }
}

function* graphsOf({ parts }: ModelPlan) {
  for (const { graph } of parts) if (graph) yield graph();
}
