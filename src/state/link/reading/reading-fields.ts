import { VARIANTS } from "#protocol/engine.ts";
import { HEAD_SCORES, LENS_NORMS } from "#protocol/lens.ts";
import { DEFAULT_READING, LENS_CELLS, LOOKS } from "../finding.ts";
import type { Finding } from "../finding.ts";
import { claimsField } from "../claims-field.ts";
import { joinedNumbers, readCount } from "../link-values.ts";
import type { Decides, Field } from "../link-values.ts";
import { readMapClaim } from "./map-claims.ts";
import { readReadingClaim } from "./reading-claims.ts";

/** How heads and the stream are looked at, as a link has it. */
export const READING_FIELDS: readonly Field[] = [
  chosen("look", "look", LOOKS, "look"),
  {
    key: "under",
    decides: "look",
    needs: "1: heads are swept with what is switched off staying off",
    write: ({ reading }) => (reading?.isUnder ? "1" : undefined),
    read: (text) => (text === "1" ? { reading: { isUnder: true } } : undefined),
  },
  chosen("norm", "norm", LENS_NORMS, "look"),
  chosen("lens", "cells", LENS_CELLS, "view"),
  {
    key: "lp",
    decides: "view",
    needs: "a place of the lens, as 2:5: behind two layers, at position 5",
    write: ({ reading: { place } = {} }) => place && `${place.stage}:${place.position}`,
    read(text) {
      const [stage, position, ...more] = text.split(":").map(readCount);
      return stage === undefined || position === undefined || more.length > 0
        ? undefined
        : { reading: { place: { stage, position } } };
    },
  },
  counted("vs", "against", "a token id, a whole number from 0"),
  counted("nl", "layer", "a layer, a whole number from 0"),
  chosen("score", "score", HEAD_SCORES, "look"),
  {
    key: "hcmp",
    decides: "look",
    needs: "a prompt",
    write: ({ reading }) => reading?.other || undefined,
    read: (text) => ({ reading: { other: text } }),
  },
  {
    key: "hcmpv",
    decides: "look",
    needs: `one of ${VARIANTS.join(", ")}`,
    write: ({ reading }) => reading?.otherVariant,
    read(text) {
      const otherVariant = VARIANTS.find((known) => known === text);
      return otherVariant && { reading: { otherVariant } };
    },
  },
  claimsField({
    key: "le",
    name: "reading",
    needs: "numbers of what the tab of heads shows, as total:9.7465;L5F:3.9371",
    read: readReadingClaim,
    write: joinedNumbers,
  }),
  claimsField({
    key: "he",
    name: "maps",
    needs: "numbers of two maps beside each other, as baseline:-0.3211;L0H7:0.42;other-L0H7:7.9",
    read: readMapClaim,
    write: joinedNumbers,
  }),
];

function chosen(
  key: string,
  name: "look" | "norm" | "cells" | "score",
  choices: readonly string[],
  decides: Decides,
): Field {
  return {
    key,
    decides,
    needs: `one of ${choices.join(", ")}`,
    write: ({ reading }) => (reading?.[name] === DEFAULT_READING[name] ? undefined : reading?.[name]),
    read(text) {
      const found = choices.find((known) => known === text);
      return found === undefined ? undefined : { reading: { [name]: found } };
    },
  };
}

function counted(key: string, name: "against" | "layer", needs: string): Field {
  return {
    key,
    decides: "look",
    needs,
    write: ({ reading }: Finding) => reading?.[name]?.toString(),
    read(text) {
      const value = readCount(text);
      return value === undefined ? undefined : { reading: { [name]: value } };
    },
  };
}
