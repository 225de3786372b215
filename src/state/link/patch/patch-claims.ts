import { formatNeuron, parseNeuron } from "#model/ids.ts";
import type { PatchMap, PatchMetric } from "#protocol/patching.ts";
import { askedPatch, isSamePatch, patchForm } from "../../lab/patch-form.ts";
import { lab } from "../../lab/tools.ts";
import type { DrawnPatch, LabSlot } from "../../lab/tools.ts";
import { question } from "../../question.ts";
import { standingOf } from "../checking/answering.ts";
import type { Finding, NamedNumber, PatchForm } from "../finding.ts";
import { readNamedNumber } from "../link-values.ts";
import { compared, verdictOf } from "../checking/verification.ts";
import type { Verification } from "../checking/verification.ts";

/** Patches that a link claims the metric of, besides both prompts' own. */
const CLAIMED_CELLS = 4;

/** `L2P4` is a position of a layer's residual or output, `L0H7` a head, `L4N425P3` a neuron at a position. */
const NAME = /^(?:clean|corrupted|L\d+(?:P\d+|H\d+|N\d+P\d+))$/;

/** A cell of a map. */
export interface PatchCell {
  readonly name: string;
  readonly row: number;
  readonly col: number;
  /** As the map has them. */
  readonly value: number;
  readonly raw: number;
}

/** Every cell that is known, named as links and files name it. */
export function cellsOf(map: PatchMap, { neurons }: Pick<PatchForm, "neurons">): PatchCell[] {
  const named = neuronsIn(neurons);
  return map.raw.flatMap((row, at) =>
    row.flatMap((raw, col) => {
      if (Number.isNaN(raw)) return [];
      return [{ name: cellName(map, named, at, col), row: at, col, raw, value: map.values[at]![col]! }];
    }),
  );
}

function cellName({ site }: PatchMap, neurons: readonly string[], row: number, col: number): string {
  if (site === "post") return `${neurons[row]}P${col}`;
  return site === "z" ? `L${row}H${col}` : `L${row}P${col}`;
}

/** The neurons of a text, each as `L4N425`; what is none is left out. */
export const neuronsIn = (text: string): string[] =>
  text.split(/[\s,;]+/).flatMap((word) => {
    const at = parseNeuron(word);
    return at ? [formatNeuron(at)] : [];
  });

/** The metric of the run that goes on: a patch that does nothing gives this. */
export const receiverOf = ({ direction, clean, corrupted }: Pick<PatchMap, "direction" | "clean" | "corrupted">) =>
  direction === "denoise" ? corrupted : clean;

/** The cells that move the metric most. */
export const strongestCells = (map: PatchMap, form: Pick<PatchForm, "neurons">, count: number): PatchCell[] => {
  const own = receiverOf(map);
  return cellsOf(map, form)
    .sort((a, b) => Math.abs(b.raw - own) - Math.abs(a.raw - own))
    .slice(0, count);
};

/** What both prompts have of the metric, and the patches that move it most, for whoever opens the link to check. */
export const patchClaims = ({ map, asked }: DrawnPatch): NamedNumber[] => [
  { name: "clean", value: map.clean },
  { name: "corrupted", value: map.corrupted },
  ...strongestCells(map, asked, CLAIMED_CELLS).map(({ name, raw }) => ({ name, value: raw })),
];

export function readPatchClaim(text: string): NamedNumber | string {
  const claim = readNamedNumber(text);
  return typeof claim !== "string" && NAME.test(claim.name)
    ? claim
    : "it needs to be clean, corrupted or a patched part with its number, as L2P4:13.7742 or L0H7:13.3532";
}

/** The numbers of the whole map that the form as it stands gave here. */
export function patchMeasured(): readonly NamedNumber[] | undefined {
  const { value } = lab.getState().patch;
  const isOfForm =
    value?.isWhole &&
    value.prompt === question.getState().prompt &&
    isSamePatch(value.asked, askedPatch(patchForm.getState(), value.prompt));
  return isOfForm ? patchClaims(value) : undefined;
}

const UNITS = { logitDifference: "logits", logProbability: "nats", probability: "share" } as const satisfies Record<
  PatchMetric,
  string
>;

/** What the map that was made here says to the claims of a link; undefined while there is none that answers them. */
export function checkPatch(finding: Finding, { value, about }: LabSlot<DrawnPatch>): Verification | undefined {
  if (!value?.isWhole) return undefined;
  const standing = standingOf(finding, {
    provenance: "computed here",
    about,
    asked: { kind: "patch", form: value.asked },
  });
  if (standing.kind !== "checks") return undefined;
  const { map, asked } = value;
  const measured = new Map([
    ["clean", map.clean],
    ["corrupted", map.corrupted],
    ...cellsOf(map, asked).map(({ name, raw }) => [name, raw] as const),
  ]);
  const rows = (finding.expected.patch ?? []).flatMap(({ name, value: claimed }) =>
    compared(aboutPatch(name), claimed, measured.get(name), UNITS[map.metric]),
  );
  return verdictOf(rows, standing.others, standing.blame);
}

/** What a claim is about, in words. */
export const aboutPatch = (name: string) =>
  name === "clean" || name === "corrupted" ? `the ${name} prompt` : `${name.replace("P", " at position ")} patched`;
