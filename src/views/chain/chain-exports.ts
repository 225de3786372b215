import { chainLayout } from "#charts/chain-layout.ts";
import type { ChainScale } from "#charts/chain-marks.ts";
import { chainSvg } from "#charts/chain-svg.ts";
import type { Chain } from "#analysis/chain/chain.ts";
import { isNodeOff } from "#state/chain-view.ts";
import { question } from "#state/question.ts";
import type { CsvValue } from "../exports/csv.ts";
import { shareAddress } from "../exports/Exports.tsx";
import type { Table } from "../exports/csv.ts";
import { widthText } from "./chain-words.ts";
import type { ShownChain } from "./shown-chains.ts";
import { STAGE_WORDS, stageSentence } from "./stage-sentences.ts";

/** Of each chain in a file: the page's own width at 1280. */
const EXPORT_PX = 828;

/** The drawing as a figure for a paper, what each stage found below it. */
export function exportSvg(shown: readonly ShownChain[], scale: ChainScale, more: readonly string[]): string {
  const { interventions } = question.getState();
  const drawn = shown.map(({ chain, tokens, title, beforeName, afterName }) => ({
    title,
    layout: chainLayout(chain, EXPORT_PX, tokens, scale),
    look: {
      off: new Set(chain.nodes.filter((node) => isNodeOff(node, interventions)).map(({ id }) => id)),
      selected: undefined,
      cursor: undefined,
      lit: undefined,
      beforeName,
      afterName,
      isInteractive: false,
      name: () => "",
    },
  }));
  const sentences = shown.flatMap(({ chain, title }) => [
    ...(shown.length > 1 ? [title] : []),
    ...chain.stages.map((stage, index) => `${index + 1} ${STAGE_WORDS[stage.name]}. ${stageSentence(chain, stage)}`),
  ]);
  return chainSvg(drawn, {
    title: `The logic chain of ${shown.map(({ title }) => `“${title}”`).join(" and ")}`,
    caption: [...sentences, ...more, legend(shown[0]!.chain), shareAddress()],
  });
}

const legend = (chain: Chain) =>
  `Width: ${widthText(chain)}. Blue towards, red and dashed against where the receiver stands. ` +
  "Numbers, nats: a deep neuron’s increase; of all else, what switching it off does to log p.";

const HEADER = [
  "chain",
  "run",
  "record",
  "name",
  "to",
  "kind",
  "position",
  "claimed",
  "up",
  "gate",
  "share",
  "measured",
  "before",
  "after",
  "increase",
  "activation",
  "change",
  "effect",
  "promotes",
  "transformed",
];

type Row = Readonly<Record<string, CsvValue | undefined>>;

/** Every node and edge with its numbers, of the clean run and of the one that is shown. */
export function exportTable(shown: readonly ShownChain[]): Table {
  const rows = shown.flatMap(({ title, chain, clean, isChanged }) => [
    ...(chain === clean ? [] : rowsOf(clean, { chain: title, run: "clean" })),
    ...rowsOf(chain, { chain: title, run: isChanged ? "changed" : "clean" }),
  ]);
  return { header: HEADER, rows: rows.map((row) => HEADER.map((column) => row[column] ?? "")) };
}

function rowsOf({ nodes, edges }: Chain, about: Row): Row[] {
  const texts = (tokens: Chain["tokens"] | undefined) => tokens?.map(({ text }) => text).join(" ");
  return [
    ...nodes.map((node): Row => ({
      ...about,
      record: "node",
      name: node.id,
      kind: node.kind,
      position: node.position,
      increase: node.contribution,
      activation: node.activation,
      change: node.change,
      effect: node.effect,
      promotes: texts(node.promotes),
      transformed: texts(node.transformed),
    })),
    ...edges.map((edge): Row => ({
      ...about,
      record: "edge",
      name: edge.from,
      to: edge.to,
      kind: edge.kind,
      position: edge.position,
      claimed: edge.claimed,
      up: edge.up,
      gate: edge.gate,
      share: edge.share,
      measured: edge.measured?.quantity,
      before: edge.measured?.before,
      after: edge.measured?.after,
    })),
  ];
}
