import { DEFAULT_THRESHOLDS } from "#analysis/chain/thresholds.ts";
import { formatHead, parseHead } from "#model/ids.ts";
import type { ChainThresholds } from "#protocol/chain.ts";
import { VARIANTS } from "#protocol/engine.ts";
import { readChainClaim, readTurnedClaim } from "./chain-claims.ts";
import { DEFAULT_CHAIN, PUBLISHED } from "../finding.ts";
import { claimsField } from "../claims-field.ts";
import { isExact, joined, joinedNumbers, quote, readList, readNumber } from "../link-values.ts";
import type { Field } from "../link-values.ts";

type ThresholdName = keyof ChainThresholds;

const NAMES = Object.keys(DEFAULT_THRESHOLDS) as ThresholdName[];

/** How the chain is looked at, as a link has it. */
export const CHAIN_FIELDS: readonly Field[] = [
  {
    key: "chain",
    decides: "question",
    needs: `one of ${PUBLISHED.join(", ")}`,
    write: ({ chain }) => chain?.published,
    read(text) {
      const published = PUBLISHED.find((known) => known === text);
      return published && { chain: { published } };
    },
  },
  {
    key: "cmp",
    decides: "question",
    needs: "a prompt",
    write: ({ chain }) => chain?.other || undefined,
    read: (text) => ({ chain: { other: text } }),
  },
  {
    key: "cmpv",
    decides: "question",
    needs: `one of ${VARIANTS.join(", ")}`,
    write: ({ chain }) => chain?.otherVariant,
    read(text) {
      const otherVariant = VARIANTS.find((known) => known === text);
      return otherVariant && { chain: { otherVariant } };
    },
  },
  {
    key: "ph",
    decides: "question",
    needs: "a head, as L0H7",
    write: ({ chain }) => chain?.head && formatHead(chain.head),
    read(text) {
      const head = parseHead(text);
      return head && isExact(head.layer, head.head) ? { chain: { head } } : undefined;
    },
  },
  {
    key: "min",
    decides: "question",
    needs: `thresholds with their values, as headEffect:0.3, of ${NAMES.join(", ")}`,
    write: ({ chain }) =>
      joined(
        NAMES.flatMap((name) => {
          const value = chain?.thresholds?.[name];
          return value === undefined ? [] : [{ name, value }];
        }),
        ({ name, value }) => `${name}:${value}`,
      ),
    read(text, notice) {
      const moved = readList("min", text, readThreshold, notice);
      if (moved.length === 0) return {};
      return { chain: { thresholds: Object.fromEntries(moved.map(({ name, value }) => [name, value])) } };
    },
  },
  {
    key: "edges",
    decides: "view",
    needs: "a share from 0 to 1",
    write: ({ chain }) =>
      chain?.leastShare === undefined || chain.leastShare === DEFAULT_CHAIN.leastShare
        ? undefined
        : String(chain.leastShare),
    read(text) {
      const leastShare = readNumber(text);
      return leastShare !== undefined && leastShare >= 0 && leastShare <= 1 ? { chain: { leastShare } } : undefined;
    },
  },
  {
    key: "em",
    decides: "question",
    needs: "1: every edge of the chain is cut alone",
    write: ({ chain }) => (chain?.isMeasured ? "1" : undefined),
    read: (text) => (text === "1" ? { chain: { isMeasured: true } } : undefined),
  },
  claimsField({
    key: "ce",
    name: "chain",
    needs: "numbers of a chain, as L0H7:7.9241;L1N452:0.3819;stages:2",
    read: readChainClaim,
    write: joinedNumbers,
  }),
  // links from before effects had one sign are read for good, and written again under the key above
  claimsField({
    key: "cr",
    holdsSameAs: "ce",
    name: "chain",
    needs: "numbers of a chain, as L0H7:-7.9241;L1N452:-0.3819;stages:2",
    read: readTurnedClaim,
  }),
];

function readThreshold(text: string): { readonly name: ThresholdName; readonly value: number } | string {
  const [written = "", number = ""] = text.split(":");
  const name = NAMES.find((known) => known === written.trim());
  if (!name) return `${quote(written)} is no threshold; there are ${NAMES.join(", ")}`;
  const value = readNumber(number);
  return value === undefined || value < 0 ? "what follows : needs to be a number from 0" : { name, value };
}
