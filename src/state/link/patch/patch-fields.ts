import { PATCH_DIRECTIONS, PATCH_METRICS, PATCH_SITES } from "#protocol/patching.ts";
import type { PatchForm } from "../finding.ts";
import { claimsField } from "../claims-field.ts";
import { joinedNumbers, readCount } from "../link-values.ts";
import type { Field } from "../link-values.ts";
import { readPatchClaim } from "./patch-claims.ts";

/** The patches between two prompts, as a link has them; the clean prompt is the link's own. */
export const PATCH_FIELDS: readonly Field[] = [
  patchText("pc", "corrupted", "a prompt"),
  patchChoice("ps", "site", PATCH_SITES),
  patchChoice("pd", "direction", PATCH_DIRECTIONS),
  patchChoice("pm", "metric", PATCH_METRICS),
  patchText("pr", "right", "a token"),
  patchText("pw", "wrong", "a token"),
  {
    key: "pp",
    decides: "question",
    needs: "a position, a whole number from 0",
    write: ({ patch }) => patch?.position?.toString(),
    read(text) {
      const position = readCount(text);
      return position === undefined ? undefined : { patch: { position } };
    },
  },
  patchText("pn", "neurons", "neurons, as L4N425 L5N13"),
  claimsField({
    key: "pe",
    name: "patch",
    needs: "numbers of patches, as clean:13.7742;L0H7:13.3532",
    read: readPatchClaim,
    write: joinedNumbers,
  }),
];

function patchText(key: string, name: "corrupted" | "right" | "wrong" | "neurons", needs: string): Field {
  return {
    key,
    decides: "question",
    needs,
    write: ({ patch }) => patch?.[name] || undefined,
    read: (text) => ({ patch: { [name]: text } }),
  };
}

function patchChoice<Name extends "site" | "direction" | "metric">(
  key: string,
  name: Name,
  choices: readonly NonNullable<PatchForm[Name]>[],
): Field {
  return {
    key,
    decides: "question",
    needs: `one of ${choices.join(", ")}`,
    write: ({ patch }) => patch?.[name],
    read(text) {
      const chosen = choices.find((known) => known === text);
      return chosen && { patch: { [name]: chosen } };
    },
  };
}
