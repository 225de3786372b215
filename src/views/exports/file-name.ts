import type { Drawn } from "./drawn.ts";
import { changesText } from "../shared/words/part-name.ts";
import type { Intervention } from "#model/interventions.ts";

/** Characters of a prompt in a name, so that a folder can still be read. */
const PROMPT_CHARACTERS = 32;
const NAMED_CHANGES = 2;

/** `abacus_3+5=_heads`: the model, the prompt, what is ablated, and the view; files that differ in one of them have other names. */
export const fileName = ({ name, origin }: Drawn): string =>
  [...originParts(origin), name]
    .map(namePart)
    .filter((part) => part !== "")
    .join("_");

function originParts(origin: Drawn["origin"]): string[] {
  switch (origin.kind) {
    case "computed": {
      const { model, variant, prompt, interventions } = origin.subject;
      const adapted = variant === "adapted" ? "-adapted" : "";
      return [`${model.name}${adapted}`, prompt, changesPart(interventions)];
    }
    case "published":
      return [origin.model, origin.prompt, "published"];
    case "file":
      return ["from-file"];
    default:
      throw new Error(`export: unknown origin ${String(origin satisfies never)}`);
  }
}

function changesPart(interventions: readonly Intervention[]): string {
  const text = changesText(interventions);
  return interventions.length <= NAMED_CHANGES ? text : `${interventions.length} changes ${hash(text)}`;
}

/** What every file system takes. Where something had to be left out, a checksum tells the text from others that look the same then. */
function namePart(text: string): string {
  const whole = text.normalize("NFC");
  const readable = whole.replaceAll(" ", "-").replace(/[^\p{L}\p{N}\p{M}+=.-]/gu, "-");
  const short = [...readable].slice(0, PROMPT_CHARACTERS).join("");
  const name = short.replace(/^[.-]+(?=[^.-])|\.+$/g, "");
  return name === whole ? name : `${name}-${hash(whole)}`;
}

/** FNV-1a, 32 bits. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return (value >>> 0).toString(36);
}
