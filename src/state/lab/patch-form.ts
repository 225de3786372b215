import { createStore } from "zustand/vanilla";
import { otherNumbers } from "../ablation-source.ts";
import { DEFAULT_PATCH } from "../link/finding.ts";
import type { PatchForm } from "../link/finding.ts";

/** What stands in the fields of the patching tab: it outlives a look at another one. */
export const patchForm = createStore<PatchForm>(() => DEFAULT_PATCH);

export const editPatch = (change: Partial<PatchForm>) => patchForm.setState(change);

/** The prompt with another last number, as many digits long; "" where it has none. */
export function suggestedCorrupted(prompt: string): string {
  const last = /\d+(?=\D*$)/.exec(prompt);
  if (!last) return "";
  const others = otherNumbers(prompt).map((other) => /\d+(?=\D*$)/.exec(other)![0]);
  const other = others.find((number) => number !== last[0]);
  return other === undefined
    ? ""
    : `${prompt.slice(0, last.index)}${other}${prompt.slice(last.index + last[0].length)}`;
}

/** A form as it is asked: with what the page suggests in the place of what was left empty. */
export const askedPatch = (form: PatchForm, prompt: string): PatchForm => ({
  ...form,
  corrupted: form.corrupted || suggestedCorrupted(prompt),
});

/** A form's key: all that decides the numbers, and nothing of a site that is not asked for. */
const key = ({ corrupted, site, direction, metric, right, wrong, position, neurons }: PatchForm) =>
  JSON.stringify([
    corrupted,
    site,
    direction,
    metric,
    right,
    wrong,
    site === "z" ? position : undefined,
    site === "post" ? neurons : "",
  ]);

/** Whether two forms, as they are asked, give the same numbers. */
export const isSamePatch = (a: PatchForm, b: PatchForm) => key(a) === key(b);

/** What of a form is not the default. */
export const changedPatch = (form: PatchForm): Partial<PatchForm> =>
  Object.fromEntries(
    Object.entries(form).filter(
      ([name, value]) => value !== undefined && value !== DEFAULT_PATCH[name as keyof PatchForm],
    ),
  );
