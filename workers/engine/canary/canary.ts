import { faultCode } from "#core/fault.ts";
import type { DeviceProof, LoadProgress } from "#protocol/engine.ts";
import { disposeModel, loadModel } from "../load/load-model.ts";
import type { LoadedModel } from "../load/load-model.ts";
import { refuseOther } from "../load/published.ts";
import type { Runtime } from "../run/runtime.ts";
import { openSource } from "../sources/open-source.ts";
import { isOfBytes, pastCaches } from "../sources/own-origin.ts";
import type { ModelPlan } from "../weights/model-parts.ts";
import { formsOf, nameOf } from "./forms.ts";
import type { Form } from "./forms.ts";
import { proveForms } from "./probes.ts";
import { keepProofs, rememberedProofs } from "./proofs.ts";
import type { Proofs } from "./proofs.ts";
import { CASE_FILE, caseDifference, readCase } from "./stored-case.ts";
import type { StoredCase } from "./stored-case.ts";

/**
 * How far a device may be from float64: what links allow between two honest runs, in nats for a log-probability, else as a share of a
 * row's largest number. Float32 in any order stays below 1e-5; sums in half precision, a wrong block or a row that is left out are above.
 */
export const MOST_DIFFERENCE = 1e-3;

/** The stored case runs in this precision where another model is opened. */
const CASE_DTYPE = "q8";

/** Version of the proof that precedes a graphics processor's first number; another version has it done again. */
const VERSION = 2;

/** One thing that a device can get wrong. */
interface Proved {
  /** All that its results depend on beside the device. */
  readonly key: string;
  /** For a sentence. */
  readonly name: string;
}

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
  /** What was looked at for this model, by its key, and how far each was off. */
  readonly #found = new Map<string, { readonly name: string; readonly difference: number }>();

  constructor(runtime: Runtime, options: CanaryOptions) {
    this.#runtime = runtime;
    this.#options = options;
    const browser = (globalThis as { readonly navigator?: Navigator }).navigator?.userAgent ?? "";
    this.#device = JSON.stringify([runtime.adapter, browser, runtime.ort.env.versions.web, VERSION]);
  }

  /** The operators of a model's graphs at its own shapes. @returns whether the device can go on */
  async provesOperators(plan: ModelPlan): Promise<boolean> {
    const { heads } = plan.spec;
    const wanted = formsOf(graphsOf(plan)).map((form) => ({ ...provedBy(form, heads), form }));
    return this.#proves(wanted, async (missing) => {
      this.#tell("operators against float64");
      const forms = missing.map(({ form }) => form);
      const found = await proveForms(this.#runtime, forms, { heads, signal: this.#options.signal });
      return missing.map((each) => [each, found.get(each.form.key)!]);
    });
  }

  /** The stored case: on the loaded model where it is about that one, else on the page's own, which is loaded for it. */
  async provesCase(loaded: Pick<LoadedModel, "content" | "dtype" | "runner">): Promise<boolean> {
    const { caseAt } = this.#options;
    const stored = caseAt === undefined ? undefined : await this.#readCase(caseAt);
    if (!stored) return this.proof.isTrusted;
    const isOwn = stored.content === loaded.content && stored.logProbabilities[loaded.dtype] !== undefined;
    const dtype = isOwn ? loaded.dtype : CASE_DTYPE;
    const whole = {
      key: JSON.stringify([stored.content, stored.ids, dtype]),
      name: `the prompt “${stored.prompt}” of the page’s own model in ${dtype}`,
    };
    return this.#proves([whole], async () => {
      this.#tell("a whole prompt against float64");
      const difference = isOwn ? this.#differenceOf(stored, loaded) : this.#differenceApart(stored, caseAt!);
      return difference.then(
        (found) => [[whole, found]],
        (reason: unknown) => {
          if (faultCode(reason) === "overflow") return [[whole, Infinity]];
          // the case cannot be run, as where its model cannot be reached or came damaged: then the operators have to do
          if (faultCode(reason) === "unreachable" || isOfBytes(reason)) return [];
          throw reason;
        },
      );
    });
  }

  /** What the device has been found to be; before it has failed, that it is trusted. */
  get proof(): DeviceProof {
    const none = { name: "", difference: 0 };
    const { name: at, difference } = [...this.#found.values()].reduce(
      (most, each) => (each.difference > most.difference ? each : most),
      none,
    );
    return { difference, at, isTrusted: difference <= MOST_DIFFERENCE };
  }

  /** @param prove gives how far what has not been proved yet is off */
  async #proves<Of extends Proved>(
    wanted: readonly Of[],
    prove: (missing: readonly Of[]) => Promise<readonly (readonly [Of, number])[]>,
  ): Promise<boolean> {
    const known: Proofs = await rememberedProofs(this.#device);
    const missing = wanted.filter(({ key }) => !known.has(key));
    const found = missing.length > 0 ? await prove(missing) : [];
    // a device that is wrong once is believed in nothing that it proved beside it
    if (found.length > 0 && found.every(([, difference]) => difference <= MOST_DIFFERENCE)) {
      for (const [{ key }, difference] of found) known.set(key, difference);
      await keepProofs(this.#device);
    }
    for (const [{ key, name }, difference] of found) this.#found.set(key, { name, difference });
    for (const { key, name } of wanted) {
      const difference = known.get(key);
      if (difference !== undefined) this.#found.set(key, { name, difference });
    }
    return this.proof.isTrusted;
  }

  #tell(part: string): void {
    this.#options.onProgress({ stage: "proving", done: 0, total: 0, part });
  }

  /** Undefined where the page has none or it cannot be read: then the operators have to do. */
  async #readCase(caseAt: string): Promise<StoredCase | undefined> {
    const { signal } = this.#options;
    const text = await fetch(new URL(CASE_FILE, caseAt), { signal })
      .then((response) => (response.ok ? response.text() : undefined))
      .catch(() => undefined);
    signal.throwIfAborted();
    return text === undefined ? undefined : readCase(text);
  }

  #differenceOf(stored: StoredCase, loaded: Pick<LoadedModel, "dtype" | "runner">): Promise<number> {
    return caseDifference(stored, loaded, this.#options.signal);
  }

  async #differenceApart(stored: StoredCase, base: string): Promise<number> {
    const { signal } = this.#options;
    const source = { kind: "url", base } as const;
    return pastCaches(source, signal, async (cache) => {
      const files = await openSource(source, () => undefined, signal, cache);
      const loaded = await loadModel(files, this.#runtime, { dtype: CASE_DTYPE, onProgress: () => undefined, signal });
      try {
        refuseOther(loaded, stored.content);
        return await this.#differenceOf(stored, loaded);
      } finally {
        await disposeModel(loaded);
      }
    });
  }
}

/** The thing that a form proves of a device; the number of heads plays a part in the shape of scores alone. */
function provedBy(form: Form, heads: number): Proved {
  const isOfHeads = form.op === "Softmax";
  return {
    key: isOfHeads ? JSON.stringify([form.key, heads]) : form.key,
    name: isOfHeads ? `${nameOf(form)}, ${heads} heads` : nameOf(form),
  };
}

function* graphsOf({ parts }: ModelPlan) {
  for (const { graph } of parts) if (graph) yield graph();
}
