import type { Claimed } from "#state/link/checking/whole-check.ts";
import { joined } from "./sentence.ts";

const NAMES = {
  answer: "the answer’s numbers",
  experiment: "the experiment’s numbers",
  chain: "the chain’s numbers",
  reading: "the map’s numbers",
  patch: "the patches’ numbers",
} as const satisfies Record<Claimed, string>;

/** What a link claims numbers of, as it stands in a sentence. */
export const claimNames = (names: readonly Claimed[]) => joined(names.map((name) => NAMES[name]));
