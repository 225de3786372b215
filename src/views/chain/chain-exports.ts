import { chainLayout } from "#charts/chain/chain-layout.ts";
import type { ChainScale } from "#charts/chain/chain-marks.ts";
import { chainFigure } from "#charts/chain/chain-figure.ts";
import type { Chain } from "#analysis/chain/chain.ts";
import type { MarkedFigure } from "#charts/marks/mark.ts";
import { chainClaims } from "#state/link/chain/chain-claims.ts";
import { changedSettings, isNodeAblated } from "#state/chain-nodes.ts";
import { claimsAbout, findingOf } from "#state/link/shown-claims.ts";
import { NO_FINDING } from "#state/link/finding.ts";
import type { Finding, PublishedName } from "#state/link/finding.ts";
import type { Slots } from "#state/run/results.ts";
import { EFFECT_UNIT } from "../exports/drawn.ts";
import type { Drawn, FigureLook, Origin } from "../exports/drawn.ts";
import type { CsvValue, Facts, Table } from "../exports/csv.ts";
import { isMeasured, measuredKey, plainMeasuredKey, plainNumbersKey, widthText } from "./words/chain-words.ts";
import type { ShownChain } from "./shown-chains.ts";
import { STAGE_WORDS, emptySentence, stageSentence } from "./words/stage-sentences.ts";

/** Width of each chain in a file: the page's own at 1280. */
const EXPORT_PX = 828;

interface Look {
  readonly scale: ChainScale;
  /** Said below the drawings. */
  readonly lines: (isPlain: boolean) => readonly string[];
  readonly published: PublishedName | undefined;
  readonly slots: Slots;
}

/** One chain, or two beside each other, as they leave the page; those that have nothing to draw are only in the table. */
export function drawnChain(shown: readonly ShownChain[], { scale, lines, published, slots }: Look): Drawn | undefined {
  const [first, second] = shown;
  if (!first?.origin) return undefined;
  const drawn = shown.filter(({ chain }) => emptySentence(chain) === undefined);
  const sentences = (isPlain: boolean) =>
    drawn.flatMap(({ chain, title }) => [
      ...(shown.length > 1 ? [title] : []),
      ...chain.stages.map(
        (stage, index) => `${index + 1} ${STAGE_WORDS[stage.name]}. ${stageSentence(chain, stage, isPlain)}`,
      ),
    ]);
  return {
    name: "chain",
    title: `The logic chain of ${shown.map(({ title }) => `“${title}”`).join(" and ")} in ${modelOf(first.origin)}`,
    says: (isPlain) => [...sentences(isPlain), ...lines(isPlain), legend(first.chain, isPlain)],
    origin: first.origin,
    link: linkTo(first, second, { published, slots, leastShare: scale.threshold }),
    isAblating: true,
    settings: {
      ...(first.clean.thresholds && { thresholds: first.clean.thresholds }),
      least_share: scale.threshold,
      edges_measured: isMeasured(first.clean),
      ...(second && { beside: besideFacts(second) }),
      bars: Object.fromEntries(shown.map(({ title, beforeName, afterName }) => [title, [beforeName, afterName]])),
    },
    unit: `nats for increases and changes; ${EFFECT_UNIT}; inner products and activations have none; of a token before and after are probabilities`,
    table: () => exportTable(shown),
    notebook: "chain",
    ...(drawn.length > 0 && {
      figure: (look) => ownFigure(drawn, scale, look),
    }),
  };
}

const modelOf = (origin: Origin) =>
  origin.kind === "computed" ? origin.subject.model.name : origin.kind === "published" ? origin.model : "a file";

function besideFacts({ title, origin }: ShownChain): Facts {
  if (origin?.kind !== "computed") return { title };
  const { prompt, tokens, variant } = origin.subject;
  return { prompt, tokens: tokens.map(({ text }) => text), variant };
}

/** A published chain's link opens the record, whatever model is on the page. */
function linkTo(
  { origin, clean }: ShownChain,
  second: ShownChain | undefined,
  { published, slots, leastShare }: Pick<Look, "published" | "slots"> & { readonly leastShare: number },
): Finding | undefined {
  if (origin?.kind === "published") {
    return published && { ...NO_FINDING, prompt: origin.prompt, view: "chain", chain: { published } };
  }
  if (origin?.kind !== "computed") return undefined;
  const { subject } = origin;
  const beside = second?.origin?.kind === "computed" ? second.origin.subject : undefined;
  const chain = changedSettings({
    thresholds: {},
    ...subject.chain,
    leastShare,
    ...(beside && beside.prompt !== subject.prompt && { other: beside.prompt }),
    ...(beside && beside.variant !== subject.variant && { otherVariant: beside.variant }),
    ...(isMeasured(clean) && { isMeasured: true as const }),
  });
  return {
    ...findingOf(subject),
    view: "chain",
    ...(chain && { chain }),
    expected: { ...claimsAbout(subject, slots), chain: chainClaims(clean) },
  };
}

/** The drawing as a figure of its own. */
function ownFigure(
  shown: readonly ShownChain[],
  scale: ChainScale,
  { width = EXPORT_PX, isDark, isPlain }: FigureLook,
): MarkedFigure {
  const drawn = shown.map(({ chain, tokens, title, origin, beforeName, afterName }) => ({
    title,
    layout: chainLayout(chain, width, tokens, scale),
    look: {
      off: offIn(chain, origin),
      selected: undefined,
      cursor: undefined,
      lit: undefined,
      beforeName,
      afterName,
      isInteractive: false,
      isPlain,
      name: () => "",
    },
  }));
  return chainFigure(drawn, isDark);
}

/** The nodes that are ablated in the run that is drawn. */
function offIn({ nodes }: Chain, origin: Origin | undefined): ReadonlySet<string> {
  const interventions = origin?.kind === "computed" ? origin.subject.interventions : [];
  return new Set(nodes.filter((node) => isNodeAblated(node, interventions)).map(({ id }) => id));
}

function legend(chain: Chain, isPlain: boolean): string {
  const numbers = isPlain
    ? sentenceOf(plainNumbersKey)
    : "Numbers, nats: a deep neuron’s increase (with its sign); of all else the effect, which is what log p loses when it is off.";
  const measured = isMeasured(chain) ? ` ${sentenceOf(isPlain ? plainMeasuredKey : measuredKey)}` : "";
  return `Width: ${widthText(chain)}. Blue towards, red and dashed against where the receiver stands. ${numbers}${measured}`;
}

const sentenceOf = (key: string) => `${key[0]!.toUpperCase()}${key.slice(1)}.`;

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
  "place_share",
  "measured",
  "before",
  "after",
  "edge_effect",
  "edge_before",
  "edge_after",
  "increase",
  "activation",
  "change",
  "effect",
  "promotes",
  "transformed",
];

type Row = Readonly<Record<string, CsvValue | undefined>>;

/** Every node and edge with its numbers, of the clean run and of the one that is shown, and of that the bars of the prediction. */
export function exportTable(shown: readonly ShownChain[]): Table {
  const rows = shown.flatMap(({ title, chain, clean, isChanged, tokens }) => {
    const about = { chain: title, run: isChanged ? "changed" : "clean" };
    return [
      ...(chain === clean ? [] : rowsOf(clean, { chain: title, run: "clean" })),
      ...rowsOf(chain, about),
      ...tokens.map(({ text, isTarget, before, after }): Row => ({
        ...about,
        record: "token",
        name: text,
        kind: isTarget ? "target" : "",
        before,
        after,
      })),
    ];
  });
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
      place_share: edge.placeShare,
      measured: edge.measured?.quantity,
      before: edge.measured?.before,
      after: edge.measured?.after,
      edge_effect: edge.path?.effect,
      edge_before: edge.path?.activation?.before,
      edge_after: edge.path?.activation?.after,
    })),
  ];
}
