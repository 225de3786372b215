import { joined } from "../../shared/words/sentence.ts";
import { likelier } from "#charts/factor.ts";
import { nats, percent } from "#charts/number-format.ts";
import type {
  Chain,
  ChainStage,
  Criterion,
  CriterionMeasure,
  EnhancingEvidence,
  PredictingEvidence,
  PredictionEnhancingEvidence,
  StageName,
  TransferringEvidence,
} from "#analysis/chain/chain.ts";
import { formatHead, formatNeuron } from "#model/ids.ts";
import { tokenText } from "../../shared/words/token-text.ts";

/** The paper's names of the stages. */
export const STAGE_WORDS = {
  "feature-enhancing": "Feature enhancing",
  "feature-transferring": "Feature transferring",
  "feature-predicting": "Feature predicting",
  "prediction-enhancing": "Prediction enhancing",
} as const satisfies Record<StageName, string>;

/** What was found in a stage, or what was missing, in words and with its numbers. */
export function stageSentence(chain: Chain, stage: ChainStage, isPlain = false): string {
  return stage.hasEvidence ? foundSentence(chain, stage, isPlain) : missingSentence(chain, stage, isPlain);
}

function foundSentence(chain: Chain, { evidence }: ChainStage, isPlain: boolean): string {
  switch (evidence?.stage) {
    case "feature-enhancing":
      return enhancingSentence(chain, evidence, isPlain);
    case "feature-transferring":
      return transferringSentence(chain, evidence, isPlain);
    case "feature-predicting":
      return predictingSentence(chain, evidence, isPlain);
    case "prediction-enhancing":
      return deepeningSentence(chain, evidence, isPlain);
    case undefined:
      return "";
    default:
      return evidence satisfies never;
  }
}

function enhancingSentence(
  chain: Chain,
  { neurons, hiddenInterpretable, positions, effect }: EnhancingEvidence,
  isPlain: boolean,
) {
  const where = `${counted(neurons, "FFN neuron")} below ${headOf(chain)} ${plural(neurons, "writes", "write")} at ${wordsAt(chain, positions)} what it reads`;
  const hidden =
    hiddenInterpretable === undefined || hiddenInterpretable === 0
      ? ""
      : `; ${hiddenInterpretable} of them ${plural(hiddenInterpretable, "names", "name")} the word only behind the attention that carries it on`;
  return `${where}${hidden}.${effectSentence(chain, "all of them", effect, isPlain)}`;
}

function transferringSentence(chain: Chain, { layers, effect }: TransferringEvidence, isPlain: boolean): string {
  const last = chain.tokens.length - 1;
  const brought = layers.map(({ layer, at, share, positions }) => {
    const part = share === undefined ? "" : ` (${percent(share)} of what the head reads)`;
    const where = at === last ? "the last position" : `${wordsAt(chain, [at])}, where the head reads it`;
    return `attention of layer ${layer} brings ${wordsAt(chain, positions)} to ${where}${part}`;
  });
  return `${capital(brought.join("; "))}.${effectSentence(chain, "the heads of these layers", effect, isPlain)}`;
}

function predictingSentence(chain: Chain, evidence: PredictingEvidence, isPlain: boolean): string {
  const { head, effect, runnersUp, compared, promoting, spellings } = evidence;
  const target = targetOf(chain);
  const [next] = runnersUp;
  const rest = next ? `; ${nextHead(next, effect, isPlain)}` : "";
  const others = spellings.length - 1;
  const says = others > 0 ? `${target} or ${counted(others, "other spelling")} of it` : target;
  const fall = isPlain
    ? `Switching ${formatHead(head)} off makes “${target}” ${likelier(0 - effect)}`
    : `Switching ${formatHead(head)} off ${moves(effect)} log p(${target}) by ${nats(Math.abs(effect))}`;
  return (
    `${fall}${rest}. ` +
    `${promoting} of the ${compared} neurons that lose most without it ${plural(promoting, "promotes", "promote")} ${says}.`
  );
}

const nextHead = ({ head, effect }: PredictingEvidence["runnersUp"][number], first: number, isPlain: boolean) =>
  effect > first
    ? `${formatHead(head)} matters more (${isPlain ? likelier(0 - effect) : nats(effect)})`
    : isPlain
      ? `the next head, ${formatHead(head)}, ${likelier(0 - effect)}`
      : `the next head, ${formatHead(head)}, ${moves(effect)} it by ${nats(Math.abs(effect))}`;

function deepeningSentence(
  chain: Chain,
  { neurons, lowest, drop, effect }: PredictionEnhancingEvidence,
  isPlain: boolean,
): string {
  const deep = chain.nodes.filter(({ kind }) => kind === "deep-neuron");
  const layers = new Set(deep.map(({ layer }) => layer)).size;
  const first = `${counted(neurons, "deep neuron")} in ${counted(layers, "layer")} ${plural(neurons, "raises", "raise")} ${targetOf(chain)}`;
  if (!lowest) return `${first}.`;
  const name = formatNeuron(lowest);
  if (drop === undefined) return `${first}; ${name} is the lowest of them and feeds the others.`;
  return `${first}. Without ${name}, the lowest, the higher ones’ activations ${drop < 0 ? "rise" : "fall"} by ${percent(Math.abs(drop))} on average${effect === undefined ? "" : ` and ${outcome(chain, effect, isPlain)}`}.`;
}

/** Why nothing is drawn: the first criterion that failed. */
function missingSentence(chain: Chain, { criteria }: ChainStage, isPlain: boolean): string {
  const failed = criteria.find(({ holds }) => !holds);
  if (!failed) return "Not looked for: without a predicting head there is nothing to trace.";
  return `No evidence: ${MISSING[failed.measure](chain, failed, isPlain)}.`;
}

const MISSING: Record<CriterionMeasure, (chain: Chain, failed: Criterion, isPlain: boolean) => string> = {
  "head-effect": (chain, { threshold }, isPlain) => headMissing(chain, threshold, isPlain),
  "promoting-share": (chain, { threshold }) => {
    const { head, compared, promoting } = predictingOf(chain)!;
    const fewer = `only ${promoting} of the ${compared} neurons that lose most without ${formatHead(head)}`;
    return `${fewer} ${plural(promoting, "promotes", "promote")} ${targetOf(chain)}, and ${percent(threshold)} of them are needed`;
  },
  "deep-neurons": (chain, { threshold }) =>
    `no neuron that ${formatHead(predictingOf(chain)!.head)} raises loses enough without it, and ${threshold} is needed`,
  "shallow-layers": (chain, { value = 0, threshold }) =>
    `${headOf(chain)} stands in layer ${value}, so that ${counted(value, "layer")} ${plural(value, "lies", "lie")} below it; ${threshold} is needed`,
  "transferred-share": (chain, { value, threshold }) =>
    value === undefined
      ? `no attention below ${headOf(chain)} moves anything to where it reads`
      : `the strongest attention below ${headOf(chain)} moves ${percent(value)} of what it reads from one position to another, and ${percent(threshold)} are needed`,
  "transferred-measured": (chain, { value, threshold }) => {
    const needed = `and ${percent(threshold)} are needed`;
    if (value === undefined) return `what attention below ${headOf(chain)} moves is too little to be measured`;
    return value < 0
      ? `without the attention that moves most to where ${headOf(chain)} reads, it says more and not less, ${needed}`
      : `without the attention that moves most to where ${headOf(chain)} reads, ${percent(value)} of what it says goes, ${needed}`;
  },
  "stage-effect": (chain, { value, threshold }, isPlain) =>
    value === undefined
      ? "there is nothing whose loss could be measured"
      : isPlain
        ? `with the stage’s parts off ${outcome(chain, value, true)}, and ${likelier(0 - threshold)} is needed`
        : `with the stage’s parts off log p(${targetOf(chain)}) ${value < 0 ? "rises" : "falls"} by ${nats(Math.abs(value))} nats, and a fall of ${nats(threshold)} is needed`,
  "shallow-share": (_, { value, threshold }) =>
    value === undefined
      ? "no shallow neuron writes what the head reads"
      : `the strongest shallow neuron wrote ${percent(value)} of a position’s feature, and ${percent(threshold)} are needed`,
  "deep-layers": (_, { value = 0, threshold }) =>
    `the deep neurons stand in ${counted(value, "layer")}, and ${threshold} are needed for one to feed another`,
  "enhancing-drop": (_, { value, threshold }) =>
    value === undefined
      ? "there is no deep neuron above the lowest"
      : `without the lowest deep neuron the higher ones’ activations ${value < 0 ? "rise" : "fall"} by ${percent(Math.abs(value))} on average, and a fall of ${percent(threshold)} is needed`,
};

function headMissing(chain: Chain, threshold: number, isPlain: boolean): string {
  const { head, effect, runnersUp } = predictingOf(chain)!;
  const name = formatHead(head);
  const needed = isPlain ? `and ${likelier(0 - threshold)} is needed` : `and ${nats(threshold)} are needed`;
  if (runnersUp.some((other) => other.effect > effect)) {
    if (isPlain) return `switching ${name} off makes “${targetOf(chain)}” ${likelier(0 - effect)}, ${needed}`;
    return `switching ${name} off ${moves(effect)} log p(${targetOf(chain)}) by ${nats(Math.abs(effect))} nats, ${needed}`;
  }
  if (isPlain) {
    return effect > 0
      ? `without the head that costs most, ${name}, “${targetOf(chain)}” is ${likelier(0 - effect)}, ${needed}`
      : `no head makes ${targetOf(chain)} less likely by being off`;
  }
  return effect > 0
    ? `the head that costs most, ${name}, lowers log p(${targetOf(chain)}) by ${nats(effect)} nats, ${needed}`
    : `no head lowers log p(${targetOf(chain)})`;
}

/** The sentence of a whole chain that has no predicting head; undefined where there is one. */
export function emptySentence(chain: Chain, isPlain = false): string | undefined {
  const predicting = chain.stages.find(({ name }) => name === "feature-predicting")!;
  return predicting.hasEvidence ? undefined : missingSentence(chain, predicting, isPlain);
}

const effectSentence = (chain: Chain, what: string, effect: number | undefined, isPlain: boolean) =>
  effect === undefined ? "" : ` With ${what} off ${outcome(chain, effect, isPlain)}.`;

/** What becomes of the target where an effect is lost. */
const outcome = (chain: Chain, effect: number, isPlain: boolean) =>
  isPlain
    ? `“${targetOf(chain)}” is ${likelier(0 - effect)}`
    : `log p(${targetOf(chain)}) ${effect < 0 ? "rises" : "falls"} by ${nats(Math.abs(effect))}`;

const predictingOf = ({ stages }: Chain) => {
  const evidence = stages.find(({ name }) => name === "feature-predicting")?.evidence;
  return evidence?.stage === "feature-predicting" ? evidence : undefined;
};

const headOf = (chain: Chain) => {
  const predicting = predictingOf(chain);
  return predicting ? formatHead(predicting.head) : "the head";
};

const targetOf = ({ target }: Chain) => tokenText(target.text);

/** The words at positions, each once and in their order. */
function wordsAt({ tokens }: Chain, positions: readonly number[]): string {
  const ordered = [...new Set(positions)].sort((a, b) => a - b);
  return joined(ordered.map((position) => `“${tokenText(tokens[position]!.text)}”`));
}

const moves = (effect: number) => (effect < 0 ? "raises" : "lowers");
const plural = (count: number, one: string, many: string) => (count === 1 ? one : many);
const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
