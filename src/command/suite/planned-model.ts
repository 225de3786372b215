import type { HubSource } from "#model/checkpoint.ts";
import type { AdapterInfo, ModelInfo } from "#protocol/engine.ts";
import type { NamedModel } from "../engine/engine-thread.ts";
import type { NamedSource } from "../engine/model-source.ts";
import type { Plan } from "../shards/plan.ts";

/** The model that was loaded, named so that another machine loads the same. */
export function plannedModel({ source, adapter }: NamedModel, info: ModelInfo): Plan["model"] {
  return {
    ...planned(source, info),
    dtype: info.dtype,
    ...(adapter && info.lora && { adapter: planned(adapter, info.lora) }),
  };
}

/** A Hub's commit, so that every machine reads the same files. */
const planned = (from: NamedSource, { name, source, content }: ModelInfo | AdapterInfo) => ({
  source: withoutTokens(
    from.kind === "hub" && source.revision !== undefined ? { ...from, revision: source.revision } : from,
  ),
  name,
  ...(source.revision !== undefined && { revision: source.revision }),
  content,
});

/** What opens a source is each machine's own, and no part of a plan that others read. */
export function withoutTokens<T>(value: T): T {
  return JSON.parse(
    JSON.stringify(value, function (this: unknown, name, each: unknown) {
      return name === "token" && isHub(this) ? undefined : each;
    }),
  ) as T;
}

const isHub = (value: unknown): value is HubSource => (value as Partial<HubSource> | null)?.kind === "hub";
