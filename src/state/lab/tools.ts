import { createStore } from "zustand/vanilla";
import type { Variant } from "#protocol/engine.ts";
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
import { Requests } from "../requests/requests.ts";
import type { Course, RequestSlot, ValuesOf } from "../requests/requests.ts";
import { subjectNow } from "../subject.ts";
import type { Subject } from "../subject.ts";

export type { ConceptSearchResult, NeuronGroup, NeuronWiring, OperandPlot, PlotQuantity } from "#protocol/lab.ts";

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
  /** What the group was as in where it was ablated; undefined: 0. */
  readonly ablationSource: readonly string[] | undefined;
  readonly found: NeuronGroup;
}

export interface LabSlot<T> extends RequestSlot<T> {
  /** What `value` was asked of. */
  readonly about: Subject | undefined;
}

const EMPTY_SLOT: LabSlot<never> = { value: undefined, about: undefined, status: "idle", progress: undefined };
const nothing = <T>(): LabSlot<T> => EMPTY_SLOT;

/** What the lab asks the engine for, when a person says so. */
const EMPTY = {
  index: nothing<IndexInfo>(),
  plot: nothing<DrawnPlot>(),
  tokens: nothing<{ readonly asked: Pick<Asked<"searchNeurons">, "by" | "end">; readonly found: TokenSearchResult }>(),
  concepts: nothing<ConceptSearchResult>(),
  group: nothing<MeasuredGroup>(),
  wiring: nothing<NeuronWiring>(),
  patch: nothing<DrawnPatch>(),
};

type LabSlots = Readonly<typeof EMPTY>;
export type LabKind = keyof LabSlots;
export type LabResults = ValuesOf<LabSlots>;

export const lab = createStore<LabSlots>(() => EMPTY);

/** The index is the page's own to begin again, everything else a person's. */
const gone = (kind: LabKind) => (kind === "index" ? "idle" : "stopped");
const requests = new Requests<LabResults, LabSlots, LabSlot<unknown>>(lab, { about: (kind) => kind, gone });

/** @param about what is asked of; left out: of the weights of the shown variant */
export async function start<K extends LabKind>(
  kind: K,
  ask: Course<LabResults[K], unknown>["ask"],
  about: Subject | undefined = subjectNow(),
): Promise<void> {
  await requests.start(kind, { ask, shows: () => ({ about }) });
}

export const stopTool = (kind: LabKind) => void requests.stop(kind);

/** Empties a tool's slot, as if it had never been asked. */
export const dropTool = (kind: LabKind) => requests.settle(kind, EMPTY_SLOT);

/** Ends what is under way where the same model comes from another load: what was found stays. */
export function stopLab(): void {
  for (const kind of requests.underWay) requests.settle(kind, { status: gone(kind) });
}

/** What was found of the variant that is not shown. */
let aside = EMPTY;

/** Empties the lab for another model: nothing that was found is of it. */
export function clearLab(): void {
  requests.cancelAll();
  aside = EMPTY;
  lab.setState(EMPTY, true);
}

/** Shows what was found of the model's other variant; what was found of this one is there again when it is shown again. */
export function swapLab(): void {
  requests.cancelAll();
  const entries = Object.entries(lab.getState()).map(([kind, slot]) => [
    kind,
    slot.status === "computing" ? { ...slot, status: slot.value ? "stopped" : "idle", progress: undefined } : slot,
  ]);
  const found = aside;
  aside = Object.fromEntries(entries) as LabSlots;
  lab.setState(found, true);
}

/** Forgets what was found with an adapter that is another one now, or gone. */
export function forgetAdapted(shown: Variant): void {
  if (shown === "adapted") {
    requests.cancelAll();
    lab.setState(EMPTY, true);
  } else aside = EMPTY;
}
