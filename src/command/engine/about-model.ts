import type { ModelInfo } from "#protocol/engine.ts";

/** What of a model stands beside every number: which it is, and what computed. */
export const aboutModel = ({ name, source, content, dtype, backend, provider, adapter, lora }: ModelInfo) => ({
  name,
  ...(source.revision !== undefined && { revision: source.revision }),
  source: { kind: source.kind, name: source.name },
  content,
  dtype,
  provider: provider ?? backend,
  ...(adapter && { gpu: adapter }),
  ...(lora && { adapter: { name: lora.name, content: lora.content } }),
});
