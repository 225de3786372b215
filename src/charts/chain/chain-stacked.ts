import type { Chain, ChainNode } from "#analysis/chain/chain.ts";
import { distributionHeight } from "./chain-distribution.ts";
import type { ChainBand, ChainPlaces, ChainPlate } from "./chain-marks.ts";
import { HEAD_PX, PLATE, standing } from "./chain-places.ts";

const TITLE_PX = 24;
const PAD_PX = 8;
/** A finger reaches beyond them by half the gap. */
const TOKEN = { height: 32, gap: 12 };
const CHARACTER_PX = 7.5;
const EMPTY_BAND_PX = 32;
/** Between lines of plates of different depth: the edges between them need to be seen, and a finger finds a switch there and no plate. */
const LINE_GAP_PX = 28;
const DISTRIBUTION_GAP_PX = 28;
/** How far lines of one band stand out of the middle. */
const ASIDE_PX = 24;

/** Bands below each other, from the prompt at the top to the prediction at the bottom; each layer is a line. */
export function stackedPlaces(chain: Chain, width: number, shownTokens: number): ChainPlaces {
  const prompt = promptLine(chain, width);
  const stood = standing(chain);
  const bands: ChainBand[] = [];
  const plates: ChainPlate[] = [...prompt.plates];
  let y = prompt.height + 12;
  for (const { name, hasEvidence } of chain.stages) {
    const lines = linesOf(stood.get(name) ?? [], width - 2 * PAD_PX);
    let bottom = y + (lines.length === 0 ? EMPTY_BAND_PX : TITLE_PX + PAD_PX);
    for (const [index, line] of lines.entries()) {
      const isHead = line[0]!.kind === "head";
      const size = isHead ? { width: HEAD_PX, height: HEAD_PX } : PLATE;
      const used = line.length * (size.width + PLATE.gap) - PLATE.gap;
      const spare = width - 2 * PAD_PX - used;
      // lines that stand alternately left and right let each other's edges be seen
      const aside = lines.length > 1 && spare > 4 * ASIDE_PX ? (index % 2 === 0 ? -ASIDE_PX : ASIDE_PX) : 0;
      const left = PAD_PX + Math.max(0, spare) / 2 + aside;
      plates.push(
        ...line.map((node, slot) => ({
          id: node.id,
          kind: node.kind,
          node,
          x: left + slot * (size.width + PLATE.gap),
          y: bottom,
          width: size.width,
          height: size.height,
        })),
      );
      bottom += size.height + LINE_GAP_PX;
    }
    if (lines.length > 0) bottom += PAD_PX - LINE_GAP_PX;
    bands.push({ name, hasEvidence, x: 0, y, width, height: bottom - y });
    y = bottom + 8;
  }
  const height = distributionHeight(shownTokens);
  const top = y + DISTRIBUTION_GAP_PX;
  return {
    height: top + height + 4,
    bands,
    rows: [],
    plates,
    distribution: { x: Math.max(0, (width - 300) / 2), y: top, width: Math.min(300, width), height },
  };
}

/** The tokens that something reads, in their order, wrapped like text; in the middle, where their edges pass no band's name. */
function promptLine(chain: Chain, width: number): { readonly plates: ChainPlate[]; readonly height: number } {
  const lines: { plates: ChainPlate[]; end: number }[] = [];
  const read = chain.nodes.filter(({ kind }) => kind === "embedding").sort((a, b) => a.position - b.position);
  for (const node of read) {
    const size = Math.max(32, Math.min(120, (node.word?.length ?? 1) * CHARACTER_PX + 16));
    let line = lines.at(-1);
    if (!line || line.end + size > width - 2 * PAD_PX) {
      line = { plates: [], end: 0 };
      lines.push(line);
    }
    const y = 4 + (lines.length - 1) * (TOKEN.height + TOKEN.gap);
    line.plates.push({ id: node.id, kind: node.kind, node, x: line.end, y, width: size, height: TOKEN.height });
    line.end += size + TOKEN.gap;
  }
  const plates = lines.flatMap((line) => {
    const left = (width - line.end + TOKEN.gap) / 2;
    return line.plates.map((plate) => ({ ...plate, x: plate.x + left }));
  });
  const bottom = 4 + lines.length * (TOKEN.height + TOKEN.gap) - TOKEN.gap;
  return { plates, height: lines.length > 0 ? bottom + LINE_GAP_PX / 2 : 0 };
}

/** One line for each layer, more where it has more plates than fit. */
function linesOf(nodes: readonly ChainNode[], room: number): ChainNode[][] {
  const fit = Math.max(1, Math.floor((room + PLATE.gap) / (PLATE.width + PLATE.gap)));
  const lines: ChainNode[][] = [];
  for (const node of nodes) {
    const line = lines.at(-1);
    const isSame = line?.[0]!.layer === node.layer && line?.[0]!.kind === node.kind;
    if (line && isSame && line.length < fit) line.push(node);
    else lines.push([node]);
  }
  return lines;
}
