import { MAX_SCALE } from "#model/interventions.ts";
import type { Ablation } from "#analysis/experiments/ablation.ts";
import type { PatchDirection, PatchSite } from "../patching.ts";
import type { Per } from "#analysis/experiments/tables/accuracy.ts";

/** The name of the suite that a person pastes. */
export const PASTED = "pasted";
/** The number that stands for all cases of a suite in the form and in a link. */
export const ALL_CASES = 0;
/** Limit of a text of several lines in a link; a result that was asked with a longer one is saved to a file. */
export const MAX_LINKED_TEXT = 600;
/** Limit of a head's name, however it is written. */
const MAX_HEAD_TEXT = 20;
const MAX_SEED_TYPED = 999_999;

/** How an input is drawn, where nothing of its own is drawn for it. */
type Control =
  | { readonly as: "choice"; readonly options: Readonly<Record<string, string>> }
  | { readonly as: "flag" }
  | { readonly as: "number"; readonly least: number; readonly most: number; readonly step: number }
  /** By a component of its own. */
  | { readonly as: "own" };

/** What a person sets of an experiment: its place in the form and in a link. */
export interface Input<Value> {
  /** Its key in a link. */
  readonly link: string;
  readonly label: string;
  /** As it first stands; left out of a link. */
  readonly initial: Value;
  readonly control: Control;
  write(value: Value): string;
  /** What a link's value has to be, for the notice about one that is not. */
  readonly needs: string;
  /** @returns undefined for what cannot be used, which then stands as it first stands */
  read(text: string): Value | undefined;
}

type Described = Pick<Input<unknown>, "link" | "label">;

const own = { as: "own" } as const;

/** A name of letters, digits and dashes, as a suite's. */
const name = (described: Described, initial: string): Input<string> => ({
  ...described,
  initial,
  control: own,
  needs: "the name of a suite",
  write: (value) => value,
  read: (text) => (/^[\w-]{1,40}$/.test(text) ? text : undefined),
});

const whole = (described: Described, initial: number, control: Control = own): Input<number> => ({
  ...described,
  initial,
  control,
  needs: "a whole number of at most 9 digits",
  write: String,
  read: (text) => (/^\d{1,9}$/.test(text) ? Number(text) : undefined),
});

const choice = <Name extends string>(described: Described, options: Readonly<Record<Name, string>>): Input<Name> => {
  const names = Object.keys(options) as Name[];
  return {
    ...described,
    initial: names[0]!,
    control: { as: "choice", options },
    needs: `one of ${names.join(", ")}`,
    write: (value) => value,
    read: (text) => names.find((known) => known === text),
  };
};

/** An input of text, with lines and signs of any kind. */
const lines = (described: Described): Input<string> => ({
  ...described,
  initial: "",
  control: own,
  needs: `at most ${MAX_LINKED_TEXT} characters`,
  write: encodeURIComponent,
  read(text) {
    const typed = unescaped(text);
    return typed.length <= MAX_LINKED_TEXT ? typed : undefined;
  },
});

/** What can be patched over many pairs: single neurons are one pair's. */
export type MapSite = Exclude<PatchSite, "post">;
const SITE_TEXTS = {
  z: "heads",
  resid_pre: "residual before a layer",
  resid_mid: "residual between attention and FFN",
  resid_post: "residual behind a layer",
  attn_out: "attention output",
  mlp_out: "FFN output",
} satisfies Readonly<Record<MapSite, string>>;
export const MAP_SITES = Object.keys(SITE_TEXTS) as MapSite[];

/** All that a person can set, one suite and one way to count for all experiments; in the order in which a link has them. */
export const INPUTS = {
  /** The name of a suite, or `PASTED`. */
  suite: name({ link: "suite", label: "suite" }, "abacus-2d"),
  /** Cases of each group; `ALL_CASES`: all. */
  count: whole({ link: "n", label: "cases of each" }, 20),
  seed: whole({ link: "seed", label: "seed" }, 1, { as: "number", least: 0, most: MAX_SEED_TYPED, step: 1 }),
  per: choice<Per>({ link: "per", label: "accuracy per" }, { token: "answer token", answer: "whole answer" }),
  onlyCorrect: {
    link: "correct",
    label: "only correct ones",
    initial: false,
    control: { as: "flag" },
    needs: "1, or 0",
    write: (value) => (value ? "1" : "0"),
    read: (text) => (text === "1" ? true : text === "0" ? false : undefined),
  } satisfies Input<boolean> as Input<boolean>,
  ablation: choice<Ablation>(
    { link: "off", label: "switched off" },
    { zero: "zero", mean: "mean", resample: "another case’s" },
  ),
  /** As it is typed; "" leaves the choice to the experiment. */
  head: {
    ...name({ link: "head", label: "head off" }, ""),
    needs: "a head, as L0H7",
    read: (text: string) => (text.length <= MAX_HEAD_TEXT ? text : undefined),
  },
  /** Of the concepts, whitespace between them; "": the list that comes with the page. */
  words: lines({ link: "words", label: "concepts, one word after another; each counts where it is one token" }),
  /** The name of a suite of pairs, or `PASTED`. */
  pairs: name({ link: "pairs", label: "suite" }, "pronouns-abacus"),
  /** The name of a suite of contrasts, or `PASTED`. */
  contrasts: name({ link: "contrasts", label: "suite" }, "contrasts-abacus"),
  site: choice<MapSite>({ link: "site", label: "patch" }, SITE_TEXTS),
  direction: choice<PatchDirection>(
    { link: "way", label: "direction" },
    { denoise: "clean into corrupted", noise: "corrupted into clean" },
  ),
  /** What the neurons that serve a bias are multiplied by. */
  scale: {
    link: "scale",
    label: "multiply by",
    initial: 0,
    control: { as: "number", least: -MAX_SCALE, most: MAX_SCALE, step: 0.1 },
    needs: `a number from −${MAX_SCALE} to ${MAX_SCALE}`,
    write: String,
    read: (text) => (text !== "" && Math.abs(Number(text)) <= MAX_SCALE ? Number(text) : undefined),
  } satisfies Input<number> as Input<number>,
  /** The suite that the neurons to keep are found on. */
  foundOn: name({ link: "found", label: "neurons found on" }, "abacus-1d"),
  /** Whether neurons to keep are ranked by what they lose with the head ablated, or by their increase. */
  ranking: choice({ link: "by", label: "by" }, { head: "what they lose with a head off", increase: "their increase" }),
  /** LoRA adapters, one a line: `owner/name`, with `@revision`, or an address; "": those that come with the page. */
  adapters: lines({ link: "adapters", label: "LoRA adapters, one a line" }),
  /** The cases that are pasted. */
  text: { ...lines({ link: "text", label: "a case a line" }), read: unescaped },
} as const;

export type InputName = keyof typeof INPUTS;

/** The values of all inputs, by their names. */
export type InputValues = {
  readonly [Name in InputName]: (typeof INPUTS)[Name]["initial"];
};

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // cut off within an escape: what is there is shown, to be mended by hand
  }
}
