import { BACKEND_NAMES } from "../header/backend-names.ts";
import { hubPath } from "#model/checkpoint.ts";
import type { SourceIdentity } from "#model/checkpoint.ts";
import { agreementText } from "#core/agreement.ts";
import { grouped } from "#core/grouped.ts";
import { interventionKey } from "#model/interventions.ts";
import type { SavedOrigin } from "#state/experiments/result-file.ts";
import { MAX_LINK_CHARACTERS, readableFragment } from "#state/link/permalink.ts";
import type { Subject, SubjectModel } from "#state/subject.ts";
import { ablationWords } from "../shared/words/ablation-words.ts";
import { changesText } from "../shared/words/part-name.ts";
import { tokenText } from "../shared/words/token-text.ts";
import type { Facts } from "./csv.ts";
import type { Drawn, Origin, Stamp } from "./drawn.ts";

/** What every file says of itself, in this order: what was found, whose it is, how it was asked, and where to look again. */
export function factsOf(drawn: Drawn, stamp: Stamp): Facts {
  const link = linkOf(drawn, stamp);
  const says = drawn.says(false);
  return {
    title: drawn.title,
    ...(says.length > 0 && { says: says.join(" ") }),
    view: drawn.name,
    ...originFacts(drawn),
    ...drawn.settings,
    unit: drawn.unit,
    link: link ?? savedLink(drawn.origin) ?? "none",
    software: `Arithmoscope ${stamp.version}`,
    date: stamp.date.toISOString(),
  };
}

/** The link of a figure as text; none where it would be too long to be read again. */
export function linkOf({ link }: Drawn, { address }: Stamp): string | undefined {
  const fragment = link && readableFragment(link);
  return fragment === undefined ? undefined : `${address}#${fragment}`;
}

/** Characters that are shown of a link that is too long to be read by anybody. */
const SHOWN_LINK = 120;

/** What a file that was opened says is its link. */
export const savedLink = (origin: Origin): string | undefined =>
  origin.kind === "file" && origin.saved && origin.saved.link !== "" ? origin.saved.link : undefined;

/** The origin of an opened file's numbers, by the file's own word. */
export function fileSentence(saved: SavedOrigin | undefined): string {
  const name = saved?.model?.name ?? "";
  const named =
    name === "" ? "From a file that names no model." : `From a file, which says that it is of the model ${name}.`;
  const of = [named, ...(saved?.computed ? [computedSentence(saved.computed)] : [])].join(" ");
  if (!saved || saved.link === "") return of;
  const { length } = saved.link;
  return length > MAX_LINK_CHARACTERS
    ? `${of} The file's link has ${grouped(length)} characters and begins ${saved.link.slice(0, SHOWN_LINK)}…`
    : `${of} The file's link: ${saved.link}`;
}

/** Who computed it, and how far two of them were apart where they ran the same, by the file's own word. */
function computedSentence({ by, again }: NonNullable<SavedOrigin["computed"]>): string {
  const machines = new Set(by.map(({ host }) => host)).size;
  const on = [...new Set(by.map(({ provider }) => provider))].slice(0, 4).join(" and ");
  const who = `It says that ${machines === 1 ? "one machine" : `${grouped(machines)} machines`} computed it on ${on}`;
  if (again.steps === 0) return `${who}, and that no step was run twice to compare.`;
  const steps = again.steps === 1 ? "one step was" : `${grouped(again.steps)} steps were`;
  const apart = again.largest === 0 ? "no difference" : `a largest difference of ${agreementText(again.largest)}`;
  const others = again.others === 0 ? "" : ` and ${grouped(again.others)} ranks or tokens that differ`;
  return `${who}, and that ${steps} run on another machine or provider as well, with ${apart}${others}.`;
}

function originFacts({ origin, isAblating = false }: Drawn): Facts {
  switch (origin.kind) {
    case "computed":
      return subjectFacts(origin.subject, isAblating);
    case "published": {
      const { model, source, prompt, tokens, target } = origin;
      return {
        published: { kind: "published", model, source },
        prompt,
        tokens: tokens.map(({ text }) => text),
        target,
        interventions: "none",
      };
    }
    case "file":
      return {
        origin: "a file that was opened; its numbers were not computed here",
        ...(origin.saved?.model && { model: origin.saved.model }),
        ...(origin.saved?.computed && { computed: origin.saved.computed }),
      };
    default:
      throw new Error(`export: unknown origin ${String(origin satisfies never)}`);
  }
}

function subjectFacts(subject: Subject, isAblating: boolean): Facts {
  const { variant, against, prompt, tokens, token, interventions, ablationSource } = subject;
  const isAblated = isAblating || interventions.length > 0;
  return {
    model: modelFacts(subject.model),
    variant: against ? `base against ${against}` : variant,
    ...(prompt !== "" && { prompt, tokens: tokens.map(({ text }) => text), token_ids: tokens.map(({ id }) => id) }),
    ...(token && { target: { id: token.id, text: token.text } }),
    interventions:
      interventions.length > 0 ? interventions.map((change) => `${interventionKey(change)}*${change.scale}`) : "none",
    ...(isAblated && {
      ablation: ablationWords(ablationSource).name,
      ...(ablationSource && { stand_ins: ablationSource }),
    }),
  };
}

const modelFacts = ({
  id,
  revision,
  name,
  source,
  content,
  dtype,
  backend,
  gpu,
  agreement,
  recordedBy,
  lora,
}: SubjectModel) => ({
  name,
  id,
  ...((revision ?? source?.revision) !== undefined && { revision: revision ?? source?.revision }),
  ...(source && { source: hubPath(source) }),
  ...(content !== undefined && { content: `sha256:${content}` }),
  ...(dtype && { dtype }),
  ...(backend && { backend }),
  ...(gpu !== undefined && gpu !== "" && { gpu }),
  ...(agreement !== undefined && { gpu_agrees_with_float64_to: agreementText(agreement) }),
  ...(recordedBy !== undefined && { recorded_by: recordedBy }),
  ...(lora && {
    adapter: {
      name: lora.named,
      source: lora.source.name,
      ...(lora.content !== undefined && { content: `sha256:${lora.content}` }),
    },
  }),
});

/** The facts for the caption of a picture, in sentences. */
export function captionOf(drawn: Drawn, stamp: Stamp): string[] {
  const link = linkOf(drawn, stamp);
  return [
    ...drawn.says(false),
    originSentence(drawn.origin, drawn.isAblating ?? false),
    `Arithmoscope ${stamp.version}, ${stamp.date.toISOString().slice(0, 10)}${link === undefined ? "; no link leads to it." : "."}`,
    ...(link === undefined ? [] : [link]),
  ];
}

function originSentence(origin: Origin, isAblating: boolean): string {
  switch (origin.kind) {
    case "computed":
      return `${modelSentence(origin.subject)} ${questionSentence(origin.subject, isAblating)}`;
    case "published":
      return `Published, not computed here: ${origin.model}; ${origin.source}. Prompt: ${tokensText(origin.tokens)}. Target: ${tokenText(origin.target)}.`;
    case "file":
      return `${fileSentence(origin.saved)} Its numbers were not computed here.`;
    default:
      throw new Error(`export: unknown origin ${String(origin satisfies never)}`);
  }
}

function modelSentence({ model: of, variant, against }: Subject): string {
  const { name, source, content, dtype, backend, agreement, recordedBy, lora, revision } = of;
  const near = agreement === undefined ? "" : `, which agrees with float64 to ${agreementText(agreement)}`;
  const parts = [
    name,
    ...(dtype ? [dtype] : []),
    ...(backend ? [`${BACKEND_NAMES[backend]}${near}`] : []),
    ...(recordedBy === undefined ? [] : [`recorded by ${recordedBy}`]),
    ...(source && source.name !== name ? [sourceText(source)] : []),
    ...(revision === undefined || source?.revision !== undefined ? [] : [`revision ${revision}`]),
    ...(content === undefined ? [] : [`SHA-256 ${content}`]),
  ];
  const adapter =
    lora && (variant === "adapted" || against) ? ` with the adapter ${lora.named}${contentText(lora.content)}` : "";
  return `Model: ${parts.join(", ")}${adapter}${against ? ", against the base" : ""}.`;
}

const contentText = (content: string | undefined) => (content === undefined ? "" : `, SHA-256 ${content}`);

const sourceText = (source: SourceIdentity) =>
  source.revision === undefined ? hubPath(source) : `${hubPath(source)}@${source.revision}`;

function questionSentence(
  { prompt, tokens, token, interventions, ablationSource }: Subject,
  isAblating: boolean,
): string {
  const { name } = ablationWords(ablationSource);
  const changes =
    interventions.length > 0 ? `With ${changesText(interventions)} (${name}).` : "Nothing is switched off.";
  const oneByOne = isAblating ? ` A part that is off for a measurement: ${name}.` : "";
  const asked = prompt === "" ? "" : `Prompt: ${tokensText(tokens)}. `;
  return `${asked}${token ? `Target: ${tokenText(token.text)}. ` : ""}${changes}${oneByOne}`;
}

/** A caption has room for this many; all of them are in the other files, and in the description inside an SVG. */
const MOST_TOKENS = 240;

function tokensText(tokens: readonly { readonly text: string }[]): string {
  const shown = tokens.slice(0, MOST_TOKENS).map(({ text }) => tokenText(text));
  const rest = tokens.length - shown.length;
  return `${shown.join(" ")}${rest > 0 ? ` … (${tokens.length} tokens)` : ""}`;
}
