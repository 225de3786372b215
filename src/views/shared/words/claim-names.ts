import type { Claimed, WholeCheck } from "#state/link/checking/whole-check.ts";
import { joined } from "./sentence.ts";

const NAMES = {
  answer: "the answer’s numbers",
  experiment: "the experiment’s numbers",
  chain: "the chain’s numbers",
  reading: "the map’s numbers",
  patch: "the patches’ numbers",
  topNeurons: "the neurons’ numbers",
  maps: "the two maps’ numbers",
} as const satisfies Record<Claimed, string>;

/** What a link claims numbers of, as it stands in a sentence. */
export const claimNames = (names: readonly Claimed[]) => joined(names.map((name) => NAMES[name]));

/** That what is computed may not be what the link asks, as a sentence without its full stop. */
export const UNREAD_ASKED = "a part of what the link asks could not be read";

/** How many of a link's claims could not be read, as a sentence without its full stop. */
export function unreadText({ claimed, unread }: Pick<WholeCheck, "claimed" | "unread">): string {
  if (unread < claimed) return `${unread} of the link’s ${claimed} claims could not be read`;
  return claimed === 1
    ? "The link’s only claim could not be read"
    : `None of the link’s ${claimed} claims could be read`;
}
