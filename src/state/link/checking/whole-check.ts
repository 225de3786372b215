import { experimentsDoor, followExperimentsDoor } from "../../experiments/door.ts";
import { lab } from "../../lab/tools.ts";
import { adapter } from "../../model/adapter.ts";
import { model } from "../../model/model.ts";
import { question } from "../../question.ts";
import type { Question } from "../../question.ts";
import { RESULT_KINDS, results } from "../../run/results.ts";
import type { Slots } from "../../run/results.ts";
import { view } from "../../view.ts";
import { checkAnswer } from "../claims.ts";
import type { Claims, Finding } from "../finding.ts";
import { opened } from "../opened.ts";
import { asksTheSame } from "./asks-the-same.ts";
import { checkBeside, claimsBeside } from "./claims-beside.ts";
import type { ClaimBeside } from "./claims-beside.ts";
import { closeness } from "./verification.ts";
import type { Closeness, Verification } from "./verification.ts";

export type Claimed = "answer" | ClaimBeside;

/** The verdict of this page's computations on all that a link claims. */
export interface WholeCheck {
  /** Of all together: what speaks most against a reproduction. "open": nothing does, and something was not held against anything yet. */
  readonly verdict: Verification["verdict"] | "open";
  /** The same of what was checked alone; undefined where nothing was. */
  readonly soFar: Verification["verdict"] | undefined;
  /** What is claimed, and checked or not checked yet. */
  readonly checked: readonly Claimed[];
  readonly open: readonly Claimed[];
  /** Numbers that the link claims, those included that could not be read. */
  readonly claimed: number;
  readonly unread: number;
  /** Parts of what the link asks that could not be read. */
  readonly unreadAsked: number;
  /** What came of each that was checked. */
  readonly of: Readonly<Partial<Record<Claimed, Verification>>>;
  /** Numbers that were measured here and held against each other. */
  readonly count: number;
  readonly closest: Closeness | undefined;
  /** Of the check that `soFar` is by, the sentence behind it. */
  readonly reason: string;
}

/** What speaks most against a reproduction first. */
const BY_WEIGHT = ["differs", "agrees", "partly", "nothing claimed", "reproduced"] as const;

/** Whether a link claims numbers of its answer. */
export const claimsAnswer = ({ baseline, changed, neurons }: Claims): boolean =>
  baseline !== undefined || changed !== undefined || (neurons?.length ?? 0) > 0;

/** What a link claims numbers of. */
const claimedIn = (finding: Finding): readonly Claimed[] => [
  ...(claimsAnswer(finding.expected) ? (["answer"] as const) : []),
  ...claimsBeside(finding),
];

/** Whether a link claims a number, though it could not be read. */
export const claimsAnything = (finding: Finding): boolean =>
  claimedIn(finding).length > 0 || finding.expected.unread !== undefined;

/** Numbers that a link claims and that could be read. */
const numbersIn = ({ baseline, changed, ...claims }: Claims): number =>
  [baseline, changed].filter((claim) => claim !== undefined).length +
  Object.values(claims).reduce<number>((sum, claim) => sum + (typeof claim === "object" ? claim.length : 0), 0);

/** Undefined where the link claims no number. What could not be read cannot be reproduced, whatever came of the rest. */
export function checkWhole(finding: Finding, slots: Slots, now: Question): WholeCheck | undefined {
  const names = claimedIn(finding);
  if (!claimsAnything(finding)) return undefined;
  const { unread = 0, unreadAsked = 0 } = finding.expected;
  const checks = names.map((name) => ({
    name,
    check:
      name === "answer"
        ? checkAnswer(finding, slots, now, view.getState().count)
        : checkBeside(name, finding, { slots, now }),
  }));
  const rows = checks.flatMap(({ check }) => check?.rows ?? []);
  const open = checks.filter(({ check }) => !check).map(({ name }) => name);
  const soFar = BY_WEIGHT.find((each) => checks.some(({ check }) => check?.verdict === each));
  return {
    verdict: wholeVerdict(soFar, { isOpen: open.length > 0, isUnread: unread + unreadAsked > 0 }),
    soFar,
    claimed: numbersIn(finding.expected) + unread,
    unread,
    unreadAsked,
    checked: checks.filter(({ check }) => check).map(({ name }) => name),
    open,
    of: Object.fromEntries(checks.flatMap(({ name, check }) => (check ? [[name, check]] : []))),
    count: rows.filter(({ difference }) => !Number.isNaN(difference)).length,
    closest: closeness(rows),
    reason: checks.find(({ check }) => check && check.verdict === soFar)?.check?.reason ?? "",
  };
}

function wholeVerdict(
  soFar: WholeCheck["soFar"],
  { isOpen, isUnread }: { readonly isOpen: boolean; readonly isUnread: boolean },
): WholeCheck["verdict"] {
  if (isOpen) return soFar === "differs" ? "differs" : "open";
  // without a claim that could be read there is nothing to compute
  if (soFar === undefined) return "nothing claimed";
  return soFar === "reproduced" && isUnread ? "partly" : soFar;
}

/** What is asked of the part under the pointer claims nothing. */
const CHECKED_KINDS = RESULT_KINDS.filter((kind) => kind !== "head" && kind !== "neuron");

/** All that a check of the opened link follows from. */
function readNow() {
  const { count, chain, reading } = view.getState();
  const { finding } = opened.getState();
  const [now, slots, of] = [question.getState(), results.getState(), model.getState()];
  const others = [adapter.getState(), count, chain, reading, lab.getState().patch, experimentsDoor()?.shown()];
  const checked = CHECKED_KINDS.map((kind) => slots[kind]);
  return { finding, now, slots, of, all: [finding, now, of, ...checked, ...others] };
}

let last: { readonly of: readonly unknown[]; readonly check: WholeCheck | undefined } | undefined;

/**
 * What came of all that the opened link claims, as long as the page asks what it asks. It is made once for everybody who shows it, and not
 * anew for what has no part in it, as a pointer that goes over a map.
 */
export function openedCheck(): WholeCheck | undefined {
  const { finding, now, slots, of, all } = readNow();
  if (last?.of.every((each, place) => each === all[place])) return last.check;
  const isAsked = finding !== undefined && asksTheSame(finding, now, of.choice?.id);
  last = { of: all, check: isAsked ? checkWhole(finding, slots, now) : undefined };
  return last.check;
}

/** Tells of whatever may change `openedCheck`. @returns what ends it */
export function followOpenedCheck(listener: () => void): () => void {
  const ends = [
    ...[opened, question, view, model, adapter, results, lab].map((store) => store.subscribe(listener)),
    followExperimentsDoor(listener),
  ];
  return () => {
    for (const end of ends) end();
  };
}
