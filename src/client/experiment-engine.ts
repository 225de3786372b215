import type { ExperimentPlan, ExperimentProgress, ExperimentRequest, ExperimentResult } from "#protocol/experiments.ts";
import type { CallOptions } from "./call-options.ts";

/** The experiments' calls; see `ExperimentApi`. */
export interface ExperimentEngine {
  planExperiment(request: ExperimentRequest, call?: CallOptions): Promise<ExperimentPlan>;
  runExperiment(request: ExperimentRequest, call?: CallOptions<ExperimentProgress>): Promise<ExperimentResult>;
  forgetExperiment(request: ExperimentRequest, call?: CallOptions): Promise<void>;
}
