import { formatHead } from "#model/ids.ts";
import type { Chain } from "#protocol/chain.ts";
import type { NamedNumber } from "../finding.ts";
import { readNamedNumber } from "../link-values.ts";
import type { Discrepancy } from "../checking/circumstances.ts";
import { compared, verdictOf } from "../checking/verification.ts";
import type { Verification } from "../checking/verification.ts";

/** Parts of one stage that a link claims the effect of, besides the predicting head. */
const CLAIMED_OF_A_STAGE = 2;

const STAGES = "stages";

/** What a link claims of a chain that is no part's effect in nats, and how the page names it. */
const BARE = {
  [STAGES]: "stages with evidence",
  "promoting-share": "share of the compared neurons that promote the target",
  "deep-neurons": "deep neurons",
} as const;

const isBare = (name: string): name is keyof typeof BARE => Object.hasOwn(BARE, name);

/** Ids of what a chain can switch off: `L0H7`, `L2A`, `L4N425`; of what writes at another position than the last `L1A@3`, `L1N12@2`. */
const PART = String.raw`L\d+(?:H\d+|(?:A|N\d+)(?:@\d+)?)`;
const IS_PART = new RegExp(`^${PART}$`);
/** An edge from one to another: `L0H7~L4N425`, `E@2~L0H7`; what attention moved with the position that it came from, `L2A~L3H1@1`. */
const IS_EDGE = new RegExp(String.raw`^(${PART}|E@\d+)~(${PART}|prediction)(?:@(\d+))?$`);

/** Edges that a link claims the effect of, where they were measured. */
const CLAIMED_EDGES = 3;

/**
 * The numbers that tell most of a chain, for whoever opens its link to check: the effect of the predicting head, of the strongest other
 * parts of each stage, from the prediction backwards, of the strongest edges where they were measured, and how many stages have evidence. Of a chain that has no predicting head: the
 * effect of the head that came closest, and what was measured of the criterion that failed.
 */
export function chainClaims(chain: Chain): NamedNumber[] {
  const numbers = chainNumbers(chain);
  const failed = predictingStage(chain).criteria.find(({ holds }) => !holds);
  const claimed = [
    headOf(chain),
    failed?.measure,
    ...[...chain.stages].reverse().flatMap(({ nodes }) => strongest(nodes, numbers, headOf(chain))),
    ...strongestEdges(chain),
    STAGES,
  ];
  return claimed.flatMap((name) => {
    const value = name === undefined ? undefined : numbers.get(name);
    return name === undefined || value === undefined ? [] : [{ name, value }];
  });
}

function strongest(nodes: readonly string[], numbers: ReadonlyMap<string, number>, head: string | undefined) {
  const size = (id: string) => Math.abs(numbers.get(id)!);
  return nodes
    .filter((id) => id !== head && numbers.has(id))
    .filter((id, index, ids) => ids.findIndex((other) => switchOf(other) === switchOf(id)) === index)
    .sort((a, b) => size(b) - size(a))
    .slice(0, CLAIMED_OF_A_STAGE);
}

/** A layer's attention is ablated as one, wherever it writes: `L1A` and `L1A@3` have one effect. */
const switchOf = (id: string) => id.replace(/A@\d+$/, "A");

const strongestEdges = ({ edges }: Chain) =>
  edges
    .flatMap((edge) => (edge.path ? [{ name: edgeName(edge), size: Math.abs(edge.path.effect) }] : []))
    .sort((a, b) => b.size - a.size)
    .slice(0, CLAIMED_EDGES)
    .map(({ name }) => name);

const edgeName = ({ from, to, kind, position }: Chain["edges"][number]) =>
  `${from}~${to}${kind === "transfers" ? `@${position}` : ""}`;

/** Whether some of the claimed numbers are there only once edges were measured. */
export const claimsEdges = (claimed: readonly NamedNumber[]) => claimed.some(({ name }) => IS_EDGE.test(name));

/** Every number that a link can claim. */
function chainNumbers(chain: Chain): ReadonlyMap<string, number> {
  const { evidence, criteria } = predictingStage(chain);
  const numbers = new Map<string, number>();
  const add = (name: string, value: number | undefined) => {
    if (value !== undefined && Number.isFinite(value)) numbers.set(name, value);
  };
  for (const { id, effect } of chain.nodes) add(id, effect);
  for (const edge of chain.edges) add(edgeName(edge), edge.path?.effect);
  if (evidence?.stage === "feature-predicting") add(formatHead(evidence.head), evidence.effect);
  for (const { measure, value } of criteria) if (isBare(measure)) add(measure, value);
  add(STAGES, chain.stages.filter(({ hasEvidence }) => hasEvidence).length);
  return numbers;
}

const predictingStage = ({ stages }: Chain) => stages.find(({ name }) => name === "feature-predicting")!;

const headOf = (chain: Chain) => {
  const { evidence } = predictingStage(chain);
  return evidence?.stage === "feature-predicting" ? formatHead(evidence.head) : undefined;
};

/** A claim as a link writes it. */
export function readChainClaim(text: string): NamedNumber | string {
  const claim = readNamedNumber(text);
  return typeof claim !== "string" && (IS_PART.test(claim.name) || IS_EDGE.test(claim.name) || isBare(claim.name))
    ? claim
    : `it needs to be a part or an edge of a chain or one of ${Object.keys(BARE).join(", ")}, with its number, as L0H7:1.234`;
}

/** A claim of a link from before effects had one sign: there an effect was what log p gains without the part. Counts and shares are as now. */
export function readTurnedClaim(text: string): NamedNumber | string {
  const claim = readChainClaim(text);
  // 0 − 0 is 0, as −0 would not be
  return typeof claim === "string" || isBare(claim.name) ? claim : { ...claim, value: 0 - claim.value };
}

/** What a claim is about, in words, and its unit. */
export const aboutClaim = (name: string) =>
  isBare(name) ? ({ title: BARE[name], unit: "none" } as const) : ({ title: titleOf(name), unit: "nats" } as const);

function titleOf(name: string): string {
  const [, from, to, position] = IS_EDGE.exec(name) ?? [];
  if (from === undefined || to === undefined) return partTitle(name);
  return `the edge ${partTitle(from)} → ${partTitle(to)}${position === undefined ? "" : `, from ${position}`}`;
}

/** A part's id as a person reads it: `L4N425`, `L12N4072 at 2`, `attention L15`, `attention L1 at 3`. */
export const partTitle = (id: string) =>
  id
    .replace(/^(L\d+)A(?=@|$)/, "attention $1")
    .replace(/^E(?=@)/, "the word")
    .replace("@", " at ");

/** What attention moved, what wrote it there, and an edge from or to one of these. */
const MOVED = String.raw`L\d+(?:A(?:@\d+)?|N\d+@\d+)`;
const IS_OF_MOVE = new RegExp(`(?:^|~)${MOVED}(?:~|@|$)`);

/**
 * Holds what a link claims of a chain against the one that was computed here; see `verify`. Which moves are drawn is a rule of the page,
 * and an earlier one drew more: where all else that is claimed is there, a move that is not is no difference of numbers.
 */
export function verifyChain(
  claimed: readonly NamedNumber[],
  chain: Chain,
  others: readonly Discrepancy[],
  blame = "",
): Verification {
  const numbers = chainNumbers(chain);
  const rows = claimed.flatMap(({ name, value }) => {
    const { title, unit } = aboutClaim(name);
    // which parts make a chain is what it finds: one that is none here speaks against the claim, as a number does that is none
    return compared(unit === "nats" ? `effect of ${title}` : title, value, numbers.get(name) ?? Number.NaN, unit);
  });
  const isMissing = claimed.map(({ name }) => !numbers.has(name));
  const isUndrawn =
    predictingStage(chain).hasEvidence &&
    claimed.every(({ name }, place) => !isMissing[place] || IS_OF_MOVE.test(name));
  const there = rows.filter((_, place) => !isMissing[place]);
  if (!isUndrawn || there.length === rows.length || there.length === 0) return verdictOf(rows, others, blame);
  const found = verdictOf(there, others, blame);
  return {
    ...found,
    rows,
    verdict: found.verdict === "reproduced" ? "partly" : found.verdict,
    reason: `${found.reason} ${undrawnSentence(rows.filter((_, place) => isMissing[place]))}`,
  };
}

const undrawnSentence = (rows: Verification["rows"]) =>
  `Not drawn here: ${rows.map(({ name }) => name.replace(/^effect of /, "")).join(", ")}. By the rule now what attention moves is part of a chain only with evidence of its own; that does not make the finding false.`;
