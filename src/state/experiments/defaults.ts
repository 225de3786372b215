/** What a change of the model for something else should leave alone, by the names of the suites. */
export const CONTROL_NAMES: readonly string[] = ["controls", "abacus-1d"];
/** What a model that is pruned for arithmetic may lose. */
export const PRUNING_CONTROL_NAMES: readonly string[] = ["controls"];
/** Of each group of a suite that should not change. */
export const CONTROL_CASES = 25;

/** The paper's 18, and some around it. */
export const BIAS_COUNTS: readonly number[] = [1, 5, 10, 18, 30, 50, 100];
/** None, and from one neuron of each answer token to what a small model's deep layers are full of. */
export const PRUNING_COUNTS: readonly number[] = [0, 1, 2, 5, 10, 20, 50, 100];
/** The paper's table 10. */
export const ADAPTER_COUNTS: readonly number[] = [10, 20, 30, 50];
/** Random sets of neurons for each count. */
export const DRAWS = 3;
