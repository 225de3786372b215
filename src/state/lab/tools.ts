import { createStore } from "zustand/vanilla";
import type { Engine } from "#client/engine.ts";
import { isEngineEnd } from "#core/fault.ts";
import type { Progress as Done, Variant } from "#protocol/engine.ts";
import type { Asked } from "#protocol/calls.ts";
import type {
  ConceptSearchResult,
  IndexInfo,
  NeuronGroup,
  NeuronWiring,
  OperandPlot,
  TokenSearchResult,
} from "#protocol/lab.ts";
import type { PatchMap } from "#protocol/patching.ts";
import type { PatchForm } from "../link/finding.ts";
import { dismiss, notifyFault } from "../notices.ts";
import { currentEngine } from "../run/engine-port.ts";
import type { Progress } from "../run/results.ts";
import { subjectNow } from "../subject.ts";
import type { Subject } from "../subject.ts";
import { timeLeft } from "../requests/time-left.ts";

export type {
  ConceptSearchResult,
  NeuronGroup,
  NeuronWiring,
  OperandPlot,
  PlotQuantity,
  TokenSearchResult,
} from "#protocol/lab.ts";

/** A plot and what it was asked; while it is being drawn, without what is not known yet. */
export interface DrawnPlot {
  readonly asked: Asked<"operandPlot">;
  readonly values: readonly (readonly number[])[];
  readonly whole: OperandPlot | undefined;
}

/** Patches between two prompts and what they were asked; while they are made, without what is not known yet. */
export interface DrawnPatch {
  /** With what the page suggested in the place of what was left empty. */
  readonly asked: PatchForm;
  readonly prompt: string;
  readonly map: PatchMap;
  readonly isWhole: boolean;
}

/** A group, where it comes from, and the target's text. */
export interface MeasuredGroup {
  readonly of: string;
  readonly prompt: string;
  readonly target: string;
  /** What the group was as in where it was off; undefined: 0. */
  readonly ablationSource: readonly string[] | undefined;
  readonly found: NeuronGroup;
}

/** What the lab asks the engine for, when a person says so. */
export interface LabResults {
  readonly index: IndexInfo;
  readonly plot: DrawnPlot;
  readonly tokens: { readonly asked: Pick<Asked<"searchNeurons">, "by" | "end">; readonly found: TokenSearchResult };
  readonly concepts: ConceptSearchResult;
  readonly group: MeasuredGroup;
  readonly wiring: NeuronWiring;
  readonly patch: DrawnPatch;
}

export type LabKind = keyof LabResults;

export interface LabSlot<T> {
  /** The latest answer, partial while computing. */
  readonly value: T | undefined;
  /** What `value` was asked of. */
  readonly about: Subject | undefined;
  readonly status: "idle" | "computing" | "done" | "failed" | "stopped";
  readonly progress: Progress | undefined;
}

type LabSlots = { readonly [K in LabKind]: LabSlot<LabResults[K]> };

const EMPTY: LabSlot<never> = { value: undefined, about: undefined, status: "idle", progress: undefined };
const KINDS = ["index", "plot", "tokens", "concepts", "group", "wiring", "patch"] as const satisfies readonly LabKind[];
const empty = () => Object.fromEntries(KINDS.map((kind) => [kind, EMPTY])) as unknown as LabSlots;

export const lab = createStore<LabSlots>(empty);

export interface LabReports<T> {
  readonly signal: AbortSignal;
  readonly partial: (value: T) => void;
  readonly progress: (progress: Done) => void;
}

const underWay = new Map<LabKind, AbortController>();

/**
 * Asks; an earlier question of the kind is given up. What goes wrong becomes a notice.
 *
 * @param about what is asked of; left out: of the weights of the shown variant
 */
export async function start<K extends LabKind>(
  kind: K,
  ask: (engine: Engine, reports: LabReports<LabResults[K]>) => Promise<LabResults[K]>,
  about: Subject | undefined = subjectNow(),
): Promise<void> {
  underWay.get(kind)?.abort();
  const controller = new AbortController();
  const { signal } = controller;
  underWay.set(kind, controller);
  const startedAt = performance.now();
  // reports come another way than the answer and may arrive behind it
  const isOpen = () => underWay.get(kind) === controller;
  dismiss(kind);
  patch(kind, { status: "computing", progress: undefined });
  try {
    const value = await ask(currentEngine(), {
      signal,
      partial: (part) => {
        if (isOpen()) patch(kind, { value: part, about });
      },
      progress: ({ done, total }) => {
        if (isOpen()) patch(kind, { progress: { done, total, leftMs: timeLeft(startedAt, done, total) } });
      },
    });
    if (!signal.aborted) settle(kind, { value, about, status: "done", progress: undefined });
  } catch (reason) {
    if (signal.aborted) return;
    settle(kind, isEngineEnd(reason) ? halted(kind) : { status: "failed", progress: undefined });
    notifyFault(kind, reason);
  }
}

/** What has arrived stays. */
export function stopTool(kind: LabKind): void {
  if (!underWay.has(kind)) return;
  underWay.get(kind)?.abort();
  settle(kind, { status: "stopped", progress: undefined });
}

/** Nothing of the kind was ever asked. */
export function dropTool(kind: LabKind): void {
  underWay.get(kind)?.abort();
  settle(kind, EMPTY);
}

/** The same model from another load: what was found stays, and what is under way was asked of the one that is gone. */
export function stopLab(): void {
  giveUp();
  for (const kind of KINDS) if (lab.getState()[kind].status === "computing") patch(kind, halted(kind));
}

/** The index is the page's own to begin again, everything else a person's. */
const halted = (kind: LabKind): Pick<LabSlot<never>, "status" | "progress"> => ({
  status: kind === "index" ? "idle" : "stopped",
  progress: undefined,
});

/** What was found of the variant that is not shown. */
let aside: { readonly variant: Variant; readonly slots: LabSlots } | undefined;

/** For another model: nothing that was found is of it. */
export function clearLab(): void {
  giveUp();
  aside = undefined;
  lab.setState(empty(), true);
}

/** For the other variant of the model: what was found of this one is there again when it is shown again. */
export function swapLab(from: Variant, to: Variant): void {
  giveUp();
  const entries = Object.entries(lab.getState()).map(([kind, slot]) => [
    kind,
    slot.status === "computing" ? { ...slot, status: slot.value ? "stopped" : "idle", progress: undefined } : slot,
  ]);
  const kept = aside?.variant === to ? aside.slots : empty();
  aside = { variant: from, slots: Object.fromEntries(entries) as LabSlots };
  lab.setState(kept, true);
}

/** The adapter is another one, or gone. */
export function forgetAdapted(shown: Variant): void {
  if (shown === "adapted") {
    giveUp();
    lab.setState(empty(), true);
  } else aside = undefined;
}

function giveUp(): void {
  for (const controller of underWay.values()) controller.abort();
  underWay.clear();
}

function settle<K extends LabKind>(kind: K, slot: Partial<LabSlot<LabResults[K]>>): void {
  underWay.delete(kind);
  patch(kind, slot);
}

function patch<K extends LabKind>(kind: K, slot: Partial<LabSlot<LabResults[K]>>): void {
  lab.setState((slots) => ({ [kind]: { ...slots[kind], ...slot } }));
}
