import { likelier } from "#charts/factor.ts";
import { figures, nats, percent, percents, signedNats } from "#charts/number-format.ts";
import type { Chain, ChainEdge, ChainNode, ChainNodeKind, ChainToken } from "#analysis/chain/chain.ts";
import { partTitle } from "#state/link/chain/chain-claims.ts";
import { READ_OFF } from "../../shared/words/read-off.ts";
import { tokenText } from "../../shared/words/token-text.ts";

export const KIND_WORDS = {
  embedding: "the word’s embedding",
  "shallow-neuron": "shallow FFN neuron",
  "attention-layer": "shallow attention layer",
  head: "predicting head",
  "deep-neuron": "deep FFN neuron",
  prediction: "the prediction",
} as const satisfies Record<ChainNodeKind, string>;

/** A node as a person reads it: a word as `“3” at 2`, a part as `partTitle` has it. */
export const nodeTitle = ({ id, kind, position, word }: ChainNode) =>
  kind === "embedding" ? `“${tokenText(word ?? "")}” at ${position}` : partTitle(id);

/** What a node is, and where it writes: `deep FFN neuron, writes at 4 “=”`. */
export const roleText = ({ kind, position }: ChainNode, { tokens }: Chain) =>
  kind === "embedding"
    ? KIND_WORDS[kind]
    : `${KIND_WORDS[kind]}, writes at ${position} “${tokens[position]?.text ?? ""}”`;

/** What a node is and does, for those who hear the drawing; its name and tokens stand on it. */
export function nodeName(
  { kind, position, contribution, effect, switchOff }: ChainNode,
  isAblated: boolean,
  isPlain = false,
): string {
  return [
    `${KIND_WORDS[kind]} at ${position}`,
    contribution !== undefined &&
      (isPlain
        ? `makes the answer ${likelier(contribution)}, ${READ_OFF}`
        : `increase ${signedNats(contribution)} nats`),
    effect !== undefined &&
      (isPlain ? `without it the answer is ${likelier(0 - effect)}` : `effect ${nats(effect)} nats`),
    switchOff.length > 0 && (isAblated ? "now off" : "now on"),
  ]
    .filter((part) => part !== false)
    .join(", ");
}

/** The unit is the kind's: nats into the prediction, none for an inner product with a neuron's keys. */
export const claimText = ({ kind, claimed }: ChainEdge) =>
  claimed === undefined ? "not published" : kind === "promotes" ? `${signedNats(claimed)} nats` : inner(claimed);

/** Below this a number is a power of ten: nobody counts its zeros. */
const LEAST_FIXED = 1e-3;

const inner = (product: number) =>
  Math.abs(product) < LEAST_FIXED && product !== 0 ? product.toExponential(1).replaceAll("-", "−") : figures(product);

export function measuredText({ measured }: ChainEdge, isPlain = false): string {
  if (!measured) return "–";
  const { before, after, quantity } = measured;
  if (isPlain && quantity === "activation") return leftOf(measured);
  if (isPlain) return `the answer ${percents(Math.exp(before), Math.exp(after)).join(" → ")}`;
  const write = measured.quantity === "activation" ? figures : nats;
  const what = measured.quantity === "activation" ? "activation" : "log p";
  return `${what} ${write(measured.before)} → ${write(measured.after)}`;
}

/** What an edge alone is worth; that it is a claim only where nobody measured it. */
export function pathText({ path }: ChainEdge, isPlain = false): string {
  if (!path) return "claimed only";
  if (isPlain) {
    const answer = `the answer ${likelier(0 - path.effect)}`;
    return path.activation ? `${leftOf(path.activation)}, ${answer}` : answer;
  }
  const effect = `log p ${signedNats(0 - path.effect)} nats`;
  if (!path.activation) return effect;
  return `activation ${figures(path.activation.before)} → ${figures(path.activation.after)}, ${effect}`;
}

/** `its activation at 14.2 % of what it was`; one of nothing has no shares. */
function leftOf({ before, after }: { readonly before: number; readonly after: number }): string {
  if (before === 0) return "no activation to lose";
  const share = after / before;
  return `its activation ${share < 0 ? "turned round, " : ""}at ${percent(Math.abs(share))} of what it was`;
}

/** An edge by its ends, and the position that attention moved something from. */
export const edgeTitle = ({ from, to, kind, position }: ChainEdge, chain: Chain): string =>
  `${titleIn(chain, from)} → ${titleIn(chain, to)}${kind === "transfers" ? `, from ${position}` : ""}`;

/** An edge where the pointer rests on it: its claim beside what was measured. */
export const edgeName = (edge: ChainEdge, chain: Chain, isPlain = false): string =>
  [
    edgeTitle(edge, chain),
    ...(isPlain ? plainClaim(edge) : [fullClaim(edge)]),
    ...(edge.measured ? [`without the sender: ${measuredText(edge, isPlain)}`] : []),
    ...(chain.provenance.kind === "published"
      ? []
      : [edge.path ? `measured, cut alone: ${pathText(edge, isPlain)}` : pathText(edge)]),
  ].join("; ");

const fullClaim = (edge: ChainEdge) =>
  `claimed: ${claimText(edge)}${edge.share === undefined ? "" : `, share ${shareText(edge.share)}`}`;

/** An inner product says nothing to who does not know the vectors; its share does. */
function plainClaim({ kind, claimed, share }: ChainEdge): string[] {
  const makes =
    kind === "promotes" && claimed !== undefined ? [`makes the answer ${likelier(claimed)}, ${READ_OFF}`] : [];
  return [...makes, ...(share === undefined ? [] : [`${shareText(share)} of what the receiver gets`])];
}

/** A node by its id. */
export function titleIn({ nodes }: Chain, id: string): string {
  const node = nodes.find((each) => each.id === id);
  return node ? nodeTitle(node) : id;
}

export const shareText = (share: number | undefined) => (share === undefined ? "–" : percent(share));

/** The chain with its tokens as the page writes them. */
export function shownChain(chain: Chain): Chain {
  const { ablation } = chain;
  const shown = <Token extends ChainToken>(token: Token): Token => ({ ...token, text: tokenText(token.text) });
  return {
    ...chain,
    tokens: chain.tokens.map(shown),
    target: shown(chain.target),
    nodes: chain.nodes.map((node) => ({
      ...node,
      word: node.word === undefined ? undefined : tokenText(node.word),
      promotes: node.promotes.map(shown),
      transformed: node.transformed?.map(shown),
    })),
    ablation: ablation && { ...ablation, before: ablation.before.map(shown), after: ablation.after.map(shown) },
  };
}

/** What the width of an edge is. */
export const widthText = ({ provenance }: Chain) =>
  provenance.kind === "computed"
    ? "the share of what it receives; into the prediction, of the largest increase"
    : "of the largest of its kind; dotted where no size is published";

export const isMeasured = ({ edges }: Chain) => edges.some(({ path }) => path);

/** What the numbers on edges are, where there are any. */
export const measuredKey =
  "numbers on edges, measured with that edge alone cut: into a neuron, the part of its activation that goes; elsewhere what log p loses, nats";
export const plainNumbersKey =
  "numbers: on a deep neuron, what it makes of the answer’s probability, read off at its layer (×2: twice as likely); on all else, what becomes of it without that part (÷2: half)";
export const plainMeasuredKey =
  "numbers on edges, measured with that edge alone cut: into a neuron, the part of its activation that goes; elsewhere what becomes of the answer’s probability";
