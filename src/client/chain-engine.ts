import type { ChainApi } from "#protocol/chain.ts";
import type { Progress, Prompt } from "#protocol/engine.ts";
import type { CallOptions } from "./call-options.ts";

type Options<Method extends keyof ChainApi> = Parameters<ChainApi[Method]>[2];
type Found<Method extends keyof ChainApi> = ReturnType<ChainApi[Method]>;

/** The chain's calls; see `ChainApi`. */
export interface ChainEngine {
  layerValues(prompt: Prompt, options?: Options<"layerValues">, call?: CallOptions): Found<"layerValues">;
  headValues(prompt: Prompt, options?: Options<"headValues">, call?: CallOptions): Found<"headValues">;
  positionValues(prompt: Prompt, options: Options<"positionValues">, call?: CallOptions): Found<"positionValues">;
  comparePrompts(
    prompt: Prompt,
    options: Options<"comparePrompts">,
    call?: CallOptions<Progress>,
  ): Found<"comparePrompts">;
  featureTransfer(prompt: Prompt, options: Options<"featureTransfer">, call?: CallOptions): Found<"featureTransfer">;
  traceSources(prompt: Prompt, options: Options<"traceSources">, call?: CallOptions): Found<"traceSources">;
  tracePositions(prompt: Prompt, options: Options<"tracePositions">, call?: CallOptions): Found<"tracePositions">;
  traceNeurons(prompt: Prompt, options: Options<"traceNeurons">, call?: CallOptions): Found<"traceNeurons">;
  enhancingGraph(prompt: Prompt, options: Options<"enhancingGraph">, call?: CallOptions): Found<"enhancingGraph">;
  chain(prompt: Prompt, options?: Options<"chain">, call?: CallOptions<Progress>): Found<"chain">;
  attentionNeurons(prompt: Prompt, options: Options<"attentionNeurons">, call?: CallOptions): Found<"attentionNeurons">;
  queryNeurons(prompt: Prompt, options: Options<"queryNeurons">, call?: CallOptions): Found<"queryNeurons">;
}
