import { agreementText } from "#core/agreement.ts";
import { faultCode } from "#core/fault.ts";
import { DTYPES } from "#model/checkpoint.ts";
import { formatHead, formatNeuron, parseHead, parseNeuron } from "#model/ids.ts";
import { interventionKey, readIntervention } from "#model/interventions.ts";
import type { Intervention } from "#model/interventions.ts";
import { ggufOnHub, isAddress, isRepo, isRevision, isSha256 } from "#model/source-names.ts";
import { VARIANTS } from "#protocol/engine.ts";
import { CHAIN_FIELDS } from "./chain/chain-fields.ts";
import { READING_FIELDS } from "./reading/reading-fields.ts";
import { PATCH_FIELDS } from "./patch/patch-fields.ts";
import { PLOT_FIELDS } from "./plot-fields.ts";
import { WORDS_FIELDS } from "./words/words-fields.ts";
import { claimsField } from "./claims-field.ts";
import { readTopClaim } from "./neurons/top-claims.ts";
import { experimentsDoor } from "../experiments/door.ts";
import { BUNDLED_MODEL, NO_FINDING, VIEWS, folderNamed, isShortContent } from "./finding.ts";
import type { ClaimedNeuron, Finding, Selection } from "./finding.ts";
import {
  formatNumber,
  isExact,
  joined,
  joinedNumbers,
  readCount,
  readList,
  readNamedNumber,
  readNumber,
} from "./link-values.ts";
import type { Decides, Field } from "./link-values.ts";
import { MAX_ABLATION_SOURCE } from "../ablation-source.ts";

const VERSION = 1;

/** More claims, and more parts of a question, than the longest link that is read has room for. */
export const MAX_UNREAD = 99_999;

/** Every key that a link can have, in the order in which they are written. */
export const FIELDS: readonly Field[] = [
  {
    key: "v",
    decides: "question",
    needs: `the format’s version, ${VERSION}`,
    write: () => String(VERSION),
    read(text, notice) {
      const version = readCount(text);
      if (version === undefined || version === 0) return undefined;
      if (version > VERSION) {
        notice(`link: written in version ${version} of the format, this page reads ${VERSION}; what it knows is shown`);
      }
      return {};
    },
  },
  {
    key: "m",
    decides: "question",
    needs: `${BUNDLED_MODEL}, owner/name or owner/name/file.gguf on the Hub (with @revision), folder:name, or an http(s) address`,
    // always written: the default may be another model some day
    write: ({ model, revision }) => (revision === undefined || isAddress(model) ? model : `${model}@${revision}`),
    read: readModel,
  },
  {
    key: "h",
    decides: "question",
    needs: "the first 12 digits of the content of a model, hexadecimal",
    write: ({ content }) => content,
    read: (text) => (isShortContent(text) ? { content: text } : undefined),
  },
  {
    key: "d",
    decides: "question",
    needs: `one of ${DTYPES.join(", ")}`,
    write: ({ dtype }) => dtype,
    read(text) {
      const dtype = DTYPES.find((known) => known === text);
      return dtype && { dtype };
    },
  },
  {
    key: "a",
    decides: "question",
    needs: "an adapter: owner/name on the Hub (with @revision), or an http(s) address",
    write: ({ adapter }) => adapter,
    read: (text) => (readModel(text) && !ggufOnHub(text.split("@")[0]!) ? { adapter: text } : undefined),
  },
  {
    key: "ah",
    decides: "question",
    needs: "the first 12 digits of the content of an adapter, hexadecimal",
    write: ({ adapterContent }) => adapterContent,
    read: (text) => (isShortContent(text) ? { adapterContent: text } : undefined),
  },
  {
    key: "variant",
    decides: "question",
    needs: `one of ${VARIANTS.join(", ")}`,
    write: ({ variant }) => (variant === "adapted" ? variant : undefined),
    read(text) {
      const variant = VARIANTS.find((known) => known === text);
      return variant && { variant };
    },
  },
  {
    key: "g",
    decides: "view",
    needs: "how near a graphics processor was to float64, a number from 0 to 1, as 3e-7",
    write: ({ agreement }) => (agreement === undefined ? undefined : agreementText(agreement)),
    read(text) {
      const agreement = readNumber(text);
      return agreement === undefined || agreement < 0 || agreement > 1 ? undefined : { agreement };
    },
  },
  {
    key: "rn",
    decides: "view",
    needs: "1, where the researcher’s numbers are shown",
    write: ({ isForResearchers }) => (isForResearchers ? "1" : undefined),
    read: (text) => (text === "1" ? { isForResearchers: true } : undefined),
  },
  {
    key: "p",
    decides: "question",
    needs: "a prompt",
    write: ({ prompt }) => prompt || undefined,
    read: (text) => ({ prompt: text }),
  },
  {
    key: "t",
    decides: "question",
    needs: "a token id, a whole number from 0",
    write: ({ target }) => target?.toString(),
    read(text) {
      const target = readCount(text);
      return target === undefined ? undefined : { target };
    },
  },
  {
    key: "x",
    decides: "question",
    needs: "heads and neurons with a scale, as L0H7*0;L4N425*0.5",
    write: ({ interventions }) => joined(interventions, (change) => `${interventionKey(change)}*${change.scale}`),
    read: (text, notice) => ({ interventions: readList("x", text, firstOfEach(), notice) }),
  },
  {
    key: "si",
    decides: "question",
    needs: `prompts, one a line, 1 to ${MAX_ABLATION_SOURCE}`,
    write: ({ ablationSource }) => ablationSource?.join("\n"),
    read(text) {
      const ablationSource = text.split("\n").filter((prompt) => prompt !== "");
      return ablationSource.length > 0 && ablationSource.length <= MAX_ABLATION_SOURCE ? { ablationSource } : undefined;
    },
  },
  {
    key: "view",
    decides: "view",
    needs: `one of ${VIEWS.join(", ")}`,
    write: ({ view }) => (view === NO_FINDING.view ? undefined : view),
    read(text) {
      const view = VIEWS.find((known) => known === text);
      return view && { view };
    },
  },
  {
    key: "sel",
    decides: "view",
    needs: "a head or a neuron, as L0H7 or L4N425",
    write: ({ selected }) => selected && formatSelection(selected),
    read(text) {
      const selected = readSelection(text);
      return selected && { selected };
    },
  },
  {
    key: "sort",
    decides: "view",
    needs: "a column, with - before it for the largest first, as -change",
    write: ({ sort }) => sort && `${sort.descending ? "-" : ""}${sort.column}`,
    read(text) {
      const [, minus, column] = /^(-?)([A-Za-z]\w*)$/.exec(text) ?? [];
      return column === undefined ? undefined : { sort: { column, descending: minus === "-" } };
    },
  },
  ...CHAIN_FIELDS,
  ...READING_FIELDS,
  ...PATCH_FIELDS,
  ...PLOT_FIELDS,
  {
    key: "ex",
    decides: "question",
    needs: "an experiment, as heads;suite:abacus-2d;n:20",
    write: ({ experiment }) => experiment && experimentsDoor()?.write(experiment),
    read(text, notice) {
      const experiment = experimentsDoor()?.read(text, notice);
      return experiment && { experiment };
    },
  },
  {
    key: "ef",
    decides: "question",
    needs: "a saved result: the SHA-256 of its bytes, @ and its http(s) address",
    write: ({ result }) => result && `${result.sha256}@${result.address}`,
    read(text) {
      const [, sha256 = "", address = ""] = /^([^@]*)@(.*)$/.exec(text) ?? [];
      return isSha256(sha256) && isAddress(address) ? { result: { address, sha256 } } : undefined;
    },
  },
  claimsField({
    key: "er",
    name: "experiment",
    needs: "numbers of an experiment, as accuracy:0.98;L0H7:0.42",
    read: readNamedNumber,
    write: joinedNumbers,
  }),
  {
    key: "b",
    decides: "claim",
    needs: "a log-probability in nats, 0 or less",
    write: ({ expected }) => formatClaim(expected.baseline),
    read(text) {
      const baseline = readLogProbability(text);
      return baseline === undefined ? undefined : { expected: { baseline } };
    },
  },
  {
    key: "c",
    decides: "claim",
    needs: "a log-probability in nats, 0 or less",
    write: ({ expected }) => formatClaim(expected.changed),
    read(text) {
      const changed = readLogProbability(text);
      return changed === undefined ? undefined : { expected: { changed } };
    },
  },
  claimsField({
    key: "n",
    name: "neurons",
    needs: "neurons with their change in nats, as L4N425:0.697;L3N17:0.21",
    read: readClaimedNeuron,
    write: (neurons) =>
      joined(
        neurons.filter(({ change }) => Number.isFinite(change)),
        formatClaimedNeuron,
      ),
  }),
  claimsField({
    key: "te",
    name: "topNeurons",
    needs: "neurons with their increase in nats, as L4N425:0.697;L3N17:0.21",
    read: readTopClaim,
    write: joinedNumbers,
  }),
  unreadField("un", "claim", "unread", "how many claims of an earlier link could not be read"),
  unreadField("uq", "question", "unreadAsked", "how many parts of what an earlier link asked could not be read"),
  ...WORDS_FIELDS,
];

function unreadField(key: string, decides: Decides, name: "unread" | "unreadAsked", what: string): Field {
  return {
    key,
    decides,
    needs: `${what}, a whole number up to ${MAX_UNREAD}`,
    write: ({ expected: { [name]: count = 0 } }) => (count > 0 ? String(count) : undefined),
    read(text) {
      const count = readCount(text);
      return count === undefined || count > MAX_UNREAD ? undefined : { expected: { [name]: count } };
    },
  };
}

function readModel(text: string): Partial<Finding> | undefined {
  if (isAddress(text) || folderNamed(text) !== undefined) return { model: text };
  const at = text.indexOf("@");
  const [model, revision] = at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
  if (!isRepo(model) && !ggufOnHub(model)) return undefined;
  if (revision === undefined) return { model };
  return isRevision(revision) ? { model, revision } : undefined;
}

/** `L0H7*0`; a missing scale is 0. */
/** Of one part the first change counts: a second would be asked in its place, or be shown and not be asked. */
function firstOfEach(): typeof readChange {
  const seen = new Set<string>();
  return (text) => {
    const change = readChange(text);
    if (typeof change === "string") return change;
    const key = interventionKey(change);
    if (seen.has(key)) return `${key} stands there already, and the first is used`;
    seen.add(key);
    return change;
  };
}

function readChange(text: string): Intervention | string {
  const star = text.indexOf("*");
  const part = star === -1 ? text : text.slice(0, star);
  const scale = star === -1 ? 0 : readNumber(text.slice(star + 1));
  if (scale === undefined) return "what follows * needs to be a number";
  const selected = readSelection(part);
  if (!selected) return "it needs to be a head or a neuron, as L0H7*0 or L4N425*0.5";
  try {
    const { kind, at } = selected;
    return readIntervention(kind === "head" ? { head: formatHead(at), scale } : { neuron: formatNeuron(at), scale });
  } catch (reason) {
    if (faultCode(reason) !== "bad-request") throw reason;
    return (reason as Error).message;
  }
}

function readClaimedNeuron(text: string): ClaimedNeuron | string {
  const colon = text.lastIndexOf(":");
  const at = readNeuron(text.slice(0, Math.max(colon, 0)));
  const change = readNumber(text.slice(colon + 1));
  return at && change !== undefined ? { at, change } : "it needs to be a neuron with its change, as L4N425:0.697";
}

export const formatClaimedNeuron = ({ at, change }: ClaimedNeuron) => `${formatNeuron(at)}:${formatNumber(change)}`;

const formatSelection = (selected: Selection) =>
  selected.kind === "head" ? formatHead(selected.at) : formatNeuron(selected.at);

/** Reads what a link selects; two bare numbers (`17.22`) are a head. */
function readSelection(text: string): Selection | undefined {
  const head = parseHead(text);
  if (head && isExact(head.layer, head.head)) return { kind: "head", at: head };
  const neuron = readNeuron(text);
  return neuron && { kind: "neuron", at: neuron };
}

function readNeuron(text: string) {
  const at = parseNeuron(text);
  return at && isExact(at.layer, at.neuron) ? at : undefined;
}

/** A claim as a link writes it; what is not a number, as of a run that was stopped, claims nothing. */
const formatClaim = (nats: number | undefined) =>
  nats === undefined || !Number.isFinite(nats) ? undefined : formatNumber(nats);

function readLogProbability(text: string): number | undefined {
  const value = readNumber(text);
  return value !== undefined && value <= 0 ? value : undefined;
}
