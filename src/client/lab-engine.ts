import type { NeuronId } from "#model/ids.ts";
import type { Progress, Prompt, VariantOptions } from "#protocol/engine.ts";
import type {
  ConceptSearchOptions,
  ConceptSearchResult,
  IndexInfo,
  NeuronGroup,
  NeuronGroupOptions,
  NeuronWiring,
  OperandPlot,
  OperandPlotOptions,
  PlotProgress,
  TokenSearch,
  TokenSearchResult,
} from "#protocol/lab.ts";
import type { CallOptions } from "./call-options.ts";

/** The neuron lab's calls; see `LabApi`. */
export interface LabEngine {
  buildIndex(options?: VariantOptions, call?: CallOptions<Progress>): Promise<IndexInfo>;
  searchNeurons(options: TokenSearch, call?: CallOptions<Progress>): Promise<TokenSearchResult>;
  searchConcepts(options: ConceptSearchOptions, call?: CallOptions<Progress>): Promise<ConceptSearchResult>;
  operandPlot(options: OperandPlotOptions, call?: CallOptions<PlotProgress>): Promise<OperandPlot>;
  neuronGroup(prompt: Prompt, options: NeuronGroupOptions, call?: CallOptions): Promise<NeuronGroup>;
  neuronWiring(
    at: NeuronId,
    options?: VariantOptions & { readonly count?: number },
    call?: CallOptions,
  ): Promise<NeuronWiring>;
}
