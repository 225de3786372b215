import type { Chain, ChainNode, ChainToken } from "#analysis/chain/chain.ts";
import { LLAMA_7B } from "#analysis/chain/published.ts";
import { figures, nats } from "#charts/number-format.ts";
import { formatHead } from "#model/ids.ts";
import type { PublishedTable } from "../../experiments/published/published.ts";
import type { ShownChain } from "../shown-chains.ts";

/** Both tables are of this prompt. */
const PROMPT = "3+5=";
const SOURCE = "Llama-7B, Yu & Ananiadou (2024), arXiv 2409.14144, tables 4 and 7";

/** Table 4, as it is printed: increase in nats and activation, in the model as it is and with L17H22 ablated. */
const TABLE_4 = [
  {
    layer: 28,
    index: 3696,
    increase: ["0.82", "0.13"],
    activation: ["6.21", "0.95"],
    tokens: "8 eight VIII huit acht otto",
  },
  {
    layer: 25,
    index: 7164,
    increase: ["0.31", "0.07"],
    activation: ["8.44", "2.08"],
    tokens: "six eight acht Four twelve six four vier",
  },
  {
    layer: 19,
    index: 5769,
    increase: ["0.20", "0.06"],
    activation: ["3.79", "1.28"],
    tokens: "eight VIII 8 III huit acht",
  },
] as const;

/** Table 7, as it is printed: first tokens before and after the attention of layer 15; a row without a layer is a word’s embedding. */
const TABLE_7 = [
  {
    layer: 12,
    index: 4072,
    word: "3",
    before: "rd quarters PO Constraint ran avas",
    after: "III three Three 3 triple",
  },
  {
    layer: 11,
    index: 2258,
    word: "5",
    before: "enz Trace lis vid suite HT ung icano",
    after: "XV fifth Fif avas Five five abase fif",
  },
  { word: "3", before: "rd rum quarters Af EXISTS raum", after: "three Three RGB triple 3 triangle" },
  // of its further tokens our copy does not say which column they stand in
  { word: "5", before: "th esa gi AXI gal ides Inject …", after: "Fif XV engo … fif fifth …" },
] as const;

/** Tokens of the chain’s own, as many as the longest row of the paper has. */
const LISTED = 8;

/**
 * The published rows beside the numbers of a chain, where it is of `3+5=` on a model of Llama-7B’s shape: the authors’ recorded ones, or those
 * that were computed here. None for any other chain.
 */
export function publishedTables({ clean, origin }: ShownChain): readonly PublishedTable[] {
  const prompt = origin?.kind === "computed" ? origin.subject.prompt : clean.prompt;
  const { layers, heads, neurons } = clean.model;
  const isLlamas = layers === LLAMA_7B.layers && heads === LLAMA_7B.heads && neurons === LLAMA_7B.neurons;
  if (!isLlamas || prompt !== PROMPT || origin === undefined || origin.kind === "file") return [];
  const own = origin.kind === "published" ? "in the notebooks" : `in ${origin.subject.model.name} here`;
  return [table4(clean, own), table7(clean, own)];
}

function table4(chain: Chain, own: string): PublishedTable {
  const off = chain.ablation ? `without ${formatHead(chain.ablation.head)}` : "without the head";
  return {
    source: SOURCE,
    caption:
      "Table 4: deep neurons, as it is and without L17H22. The paper prints activations without their sign, 6.21 where the notebooks have −6.20, and 0.06 where they have 0.0692",
    columns: [
      "",
      "run",
      "increase, table",
      `increase ${own}`,
      "activation, table",
      `activation ${own}`,
      "tokens, table",
      `tokens ${own}`,
    ],
    rows: TABLE_4.flatMap((row) => {
      const node = partIn(chain, "deep-neuron", row);
      const measured = chain.edges.find(({ kind, to }) => kind === "predicts" && to === node?.id)?.measured;
      const { contribution, change, activation } = node ?? {};
      const without = contribution === undefined || change === undefined ? undefined : contribution - change;
      const after = measured?.quantity === "activation" ? measured.after : undefined;
      const name = `L${row.layer}N${row.index}`;
      return [
        [
          name,
          "as it is",
          row.increase[0],
          written(contribution, nats),
          row.activation[0],
          written(activation, figures),
          row.tokens,
          textsOf(node?.promotes),
        ],
        [name, off, row.increase[1], written(without, nats), row.activation[1], written(after, figures), "", ""],
      ] as const;
    }),
  };
}

const table7 = (chain: Chain, own: string): PublishedTable => ({
  source: SOURCE,
  caption: "Table 7: first tokens before and after the transformation by the attention of layer 15",
  columns: ["", "before, table", `before ${own}`, "after, table", `after ${own}`],
  rows: TABLE_7.map((row) => {
    const node =
      "layer" in row
        ? partIn(chain, "shallow-neuron", row)
        : chain.nodes.find(({ kind, word }) => kind === "embedding" && word === row.word);
    const name = "layer" in row ? `L${row.layer}N${row.index} at “${row.word}”` : `the word “${row.word}”`;
    return [name, row.before, textsOf(node?.promotes), row.after, textsOf(node?.transformed)] as const;
  }),
});

const partIn = (
  { nodes }: Chain,
  kind: ChainNode["kind"],
  at: { readonly layer: number; readonly index: number },
): ChainNode | undefined =>
  nodes.find((node) => node.kind === kind && node.layer === at.layer && node.index === at.index);

/** What the chain does not have, as a part that it does not name, is a dash. */
const written = (value: number | undefined, write: (value: number) => string) =>
  value === undefined ? "–" : write(value);

const textsOf = (tokens: readonly ChainToken[] | undefined) =>
  tokens === undefined || tokens.length === 0
    ? "–"
    : tokens
        .slice(0, LISTED)
        .map(({ text }) => text)
        .join(" ");
