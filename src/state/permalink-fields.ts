import { faultCode } from "#core/fault.ts";
import { DTYPES } from "#model/checkpoint.ts";
import { formatHead, formatNeuron, parseHead, parseNeuron } from "#model/ids.ts";
import { interventionKey, readIntervention } from "#model/interventions.ts";
import type { Intervention } from "#model/interventions.ts";
import { VARIANTS } from "#protocol/engine.ts";
import { readClaims, writeClaims } from "./experiments/claims.ts";
import { readForm, writeForm } from "./experiments/form.ts";
import { BUNDLED_MODEL, NO_FINDING, VIEWS, isAddress, isRepo, isRevision } from "./finding.ts";
import type { ClaimedNeuron, Finding, Selection } from "./finding.ts";

/** Every head of the largest models fits; a longer list would only freeze the page that draws it. */
const MAX_LIST_ITEMS = 4_096;

/** What a notice quotes of a value, so that a damaged link does not fill the page. */
const MAX_QUOTED_CHARACTERS = 60;

/** Decimals of the claimed numbers: 0.00005 nats of rounding, a twentieth of what a check allows. */
export const CLAIM_DECIMALS = 4;

const VERSION = 1;

export type Notice = (sentence: string) => void;

/** One key of the link. */
export interface Field {
  readonly key: string;
  /** What a value has to be, for the notice about one that is not. */
  readonly needs: string;
  /** @returns undefined for a default, which is left out */
  write(finding: Finding): string | undefined;
  /** @returns undefined for what it cannot use; of a list it uses what it can and reports the rest */
  read(text: string, notice: Notice): Partial<Finding> | undefined;
}

/** Every key that a link can have, in the order in which they are written. */
export const FIELDS: readonly Field[] = [
  {
    key: "v",
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
    needs: `${BUNDLED_MODEL}, owner/name on the Hub (with @revision), or an http(s) address`,
    // always written: the default may be another model some day
    write: ({ model, revision }) => (revision === undefined || isAddress(model) ? model : `${model}@${revision}`),
    read: readModel,
  },
  {
    key: "d",
    needs: `one of ${DTYPES.join(", ")}`,
    write: ({ dtype }) => dtype,
    read(text) {
      const dtype = DTYPES.find((known) => known === text);
      return dtype && { dtype };
    },
  },
  {
    key: "a",
    needs: "an adapter: owner/name on the Hub (with @revision), or an http(s) address",
    write: ({ adapter }) => adapter,
    read: (text) => (readModel(text) ? { adapter: text } : undefined),
  },
  {
    key: "variant",
    needs: `one of ${VARIANTS.join(", ")}`,
    write: ({ variant }) => (variant === "adapted" ? variant : undefined),
    read(text) {
      const variant = VARIANTS.find((known) => known === text);
      return variant && { variant };
    },
  },
  {
    key: "p",
    needs: "a prompt",
    write: ({ prompt }) => prompt || undefined,
    read: (text) => ({ prompt: text }),
  },
  {
    key: "t",
    needs: "a token id, a whole number from 0",
    write: ({ target }) => target?.toString(),
    read(text) {
      const target = readCount(text);
      return target === undefined ? undefined : { target };
    },
  },
  {
    key: "x",
    needs: "heads and neurons with a scale, as L0H7*0;L4N425*0.5",
    write: ({ interventions }) => joined(interventions, (change) => `${interventionKey(change)}*${change.scale}`),
    read: (text, notice) => ({ interventions: readList("x", text, readChange, notice) }),
  },
  {
    key: "view",
    needs: `one of ${VIEWS.join(", ")}`,
    write: ({ view }) => (view === NO_FINDING.view ? undefined : view),
    read(text) {
      const view = VIEWS.find((known) => known === text);
      return view && { view };
    },
  },
  {
    key: "sel",
    needs: "a head or a neuron, as L0H7 or L4N425",
    write: ({ selected }) => selected && formatSelection(selected),
    read(text) {
      const selected = readSelection(text);
      return selected && { selected };
    },
  },
  {
    key: "sort",
    needs: "a column, with - before it for the largest first, as -change",
    write: ({ sort }) => sort && `${sort.descending ? "-" : ""}${sort.column}`,
    read(text) {
      const [, minus, column] = /^(-?)([A-Za-z]\w*)$/.exec(text) ?? [];
      return column === undefined ? undefined : { sort: { column, descending: minus === "-" } };
    },
  },
  {
    key: "ex",
    needs: "an experiment, as heads;suite:abacus-2d;n:20",
    write: ({ experiment }) => experiment && writeForm(experiment),
    read(text) {
      const experiment = readForm(text);
      return experiment && { experiment };
    },
  },
  {
    key: "er",
    needs: "numbers of an experiment, as accuracy:0.98;L0H7:0.42",
    write: ({ expected: { experiment = [] } }) => (experiment.length > 0 ? writeClaims(experiment) : undefined),
    read: (text) => ({ expected: { experiment: readClaims(text) } }),
  },
  {
    key: "b",
    needs: "a log-probability in nats, 0 or less",
    write: ({ expected }) => formatClaim(expected.baseline),
    read(text) {
      const baseline = readLogProbability(text);
      return baseline === undefined ? undefined : { expected: { baseline } };
    },
  },
  {
    key: "c",
    needs: "a log-probability in nats, 0 or less",
    write: ({ expected }) => formatClaim(expected.changed),
    read(text) {
      const changed = readLogProbability(text);
      return changed === undefined ? undefined : { expected: { changed } };
    },
  },
  {
    key: "n",
    needs: "neurons with their change in nats, as L4N425:0.697;L3N17:0.21",
    write: ({ expected: { neurons = [] } }) =>
      joined(
        neurons.filter(({ change }) => Number.isFinite(change)),
        formatClaimedNeuron,
      ),
    read(text, notice) {
      const neurons = readList("n", text, readClaimedNeuron, notice);
      return neurons.length === 0 ? {} : { expected: { neurons } };
    },
  },
];

export const quote = (text: string) =>
  text.length <= MAX_QUOTED_CHARACTERS ? `“${text}”` : `“${text.slice(0, MAX_QUOTED_CHARACTERS)}…”`;

function readModel(text: string): Partial<Finding> | undefined {
  if (isAddress(text)) return { model: text };
  const at = text.indexOf("@");
  const [model, revision] = at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
  if (!isRepo(model)) return undefined;
  if (revision === undefined) return { model };
  return isRevision(revision) ? { model, revision } : undefined;
}

const joined = <Item>(items: readonly Item[], format: (item: Item) => string) =>
  items.length === 0 ? undefined : items.map(format).join(";");

/** `read` gives an item, or a sentence about what it cannot use. */
function readList<Item>(key: string, text: string, read: (item: string) => Item | string, notice: Notice): Item[] {
  const texts = text.split(";").filter((item) => item.trim() !== "");
  if (texts.length > MAX_LIST_ITEMS) {
    notice(`link: ${key} lists ${texts.length} items; the first ${MAX_LIST_ITEMS} are used`);
  }
  const items: Item[] = [];
  for (const each of texts.slice(0, MAX_LIST_ITEMS)) {
    const item = read(each);
    if (typeof item === "string") notice(`link: ${key} lists ${quote(each)}; ${item}`);
    else items.push(item);
  }
  return items;
}

/** `L0H7*0`; a missing scale is 0. */
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

export const formatClaimedNeuron = ({ at, change }: ClaimedNeuron) => `${formatNeuron(at)}:${formatNats(change)}`;

const formatSelection = (selected: Selection) =>
  selected.kind === "head" ? formatHead(selected.at) : formatNeuron(selected.at);

/** Two bare numbers (`17.22`) are a head. */
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

/** Digits without end still match the notation, but no longer name one thing. */
const isExact = (...indices: number[]) => indices.every((index) => Number.isSafeInteger(index));

/** What is not a number, as of a run that was stopped, claims nothing. */
const formatClaim = (nats: number | undefined) =>
  nats === undefined || !Number.isFinite(nats) ? undefined : formatNats(nats);

// + 0 turns −0 into 0
const formatNats = (nats: number) => String(Number(nats.toFixed(CLAIM_DECIMALS)) + 0);

/** A decimal number and nothing else: `Number` alone would take "" for 0 and "0x10" for 16. */
function readNumber(text: string): number | undefined {
  const plain = text.trim().replace("−", "-");
  const value = /^[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?$/i.test(plain) ? Number(plain) : Number.NaN;
  return Number.isFinite(value) ? value + 0 : undefined;
}

function readCount(text: string): number | undefined {
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(count) ? count : undefined;
}

function readLogProbability(text: string): number | undefined {
  const value = readNumber(text);
  return value !== undefined && value <= 0 ? value : undefined;
}
