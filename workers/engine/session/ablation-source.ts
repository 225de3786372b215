import { meanActivations } from "#analysis/ablation/activations.ts";
import type { Activations } from "#analysis/ablation/activations.ts";
import { Fault } from "#core/fault.ts";
import { shownName } from "#core/shown.ts";
import type { Prompt } from "#protocol/engine.ts";
import type { LoadedModel } from "../load/load-model.ts";
import { Remembered } from "./remembered.ts";
import { promptIds } from "./requests.ts";

/** Means that a person goes back and forth between; each is as large as a run's activations. */
const MAX_KEPT = 2;

/** What the parts of one model are in the prompts that stand in for 0, remembered for the next question. */
export class DonorRuns {
  readonly #model: Pick<LoadedModel, "spec" | "runner" | "tokenizer">;
  readonly #means = new Remembered<Activations>(MAX_KEPT);

  constructor(model: Pick<LoadedModel, "spec" | "runner" | "tokenizer">) {
    this.#model = model;
  }

  /**
   * @param prompts as they were asked for; undefined for none
   * @param asked of the prompt that they stand in for
   * @param forced tokens that follow every prompt, as those of an answer that is scored
   * @throws Fault "bad-request" for prompts of another length; what `signal` was aborted with
   */
  async of(
    prompts: readonly Prompt[] | undefined,
    asked: { readonly tokens: number; readonly signal?: AbortSignal | undefined },
    forced: readonly number[] = [],
  ): Promise<Activations | undefined> {
    if (prompts === undefined) return undefined;
    const own = await Promise.all(prompts.map((prompt) => this.#ids(prompt, asked.tokens)));
    const rows = own.map((ids) => [...ids, ...forced]);
    return this.#means.get(
      JSON.stringify(rows),
      (signal) => meanActivations(this.#model.runner.under(signal), rows, { taps: ["z", "post"], signal }),
      { signal: asked.signal },
    );
  }

  async #ids(prompt: Prompt, tokens: number): Promise<number[]> {
    const ids = await promptIds(prompt, this.#model);
    if (ids.length === tokens) return ids;
    const name = typeof prompt === "string" ? `“${shownName(prompt)}”` : `the prompt ${shownName(prompt.join(" "))}`;
    throw new Fault(
      "bad-request",
      `ablation-source: ${name} has ${ids.length} tokens and what it stands in for has ${tokens}; position by position, it needs as many`,
    );
  }
}
