import { experimentsDoor } from "../../experiments/door.ts";
import type { ExperimentForm } from "../../experiments/form/form.ts";
import { askedPatch, isSamePatch } from "../../lab/patch-form.ts";
import type { Question } from "../../question.ts";
import { settingsKey } from "../../run/later/chain-demands.ts";
import { interventionsKey } from "../../subject.ts";
import { DEFAULT_PATCH, DEFAULT_READING } from "../finding.ts";
import type { ChainSettings, Finding, PatchForm, ReadingSettings } from "../finding.ts";

/** What was asked: the answer to a prompt, the chain behind it, two maps beside each other, what is carried into it from another, or an experiment. */
export type Asked =
  | { readonly kind: "answer" }
  | { readonly kind: "chain"; readonly settings: ChainSettings }
  | { readonly kind: "maps"; readonly reading: ReadingSettings }
  | { readonly kind: "patch"; readonly form: PatchForm }
  | { readonly kind: "experiment"; readonly form: ExperimentForm };

/** Whether a finding asks this question, whichever model it is asked of. */
export function isSameQuestion(finding: Finding, about: AskedOf, asked: Asked): boolean {
  switch (asked.kind) {
    case "answer":
      return (
        isSamePrompt(finding, about) &&
        interventionsKey(finding.interventions) === interventionsKey(about.interventions) &&
        // what stands in for parts that nobody ablated changes nothing of what is claimed
        (about.interventions.length === 0 || ablationSourceText(finding) === ablationSourceText(about))
      );
    case "chain":
      return (
        isSamePrompt(finding, about) &&
        ablationSourceText(finding) === ablationSourceText(about) &&
        asked.settings.published === undefined &&
        settingsKey(finding.chain ?? {}) === settingsKey(asked.settings)
      );
    case "maps": {
      const named = { ...DEFAULT_READING, ...finding.reading };
      return (
        isSamePrompt(finding, about) &&
        ablationSourceText(finding) === ablationSourceText(about) &&
        isSamePair(named, asked.reading) &&
        (!named.isUnder || interventionsKey(finding.interventions) === interventionsKey(about.interventions))
      );
    }
    case "patch":
      return (
        finding.prompt === about.prompt &&
        isSamePatch(askedPatch({ ...DEFAULT_PATCH, ...finding.patch }, finding.prompt), asked.form)
      );
    case "experiment":
      return finding.experiment !== undefined && isSameForm(finding.experiment, asked.form);
    default:
      throw new Error(`claim: unknown question ${String(asked satisfies never)}`);
  }
}

/** Whether two maps stand beside each other as in the other look. */
const isSamePair = (a: ReadingSettings, b: ReadingSettings) =>
  a.look === "effect" &&
  b.look === "effect" &&
  a.isUnder === b.isUnder &&
  a.other === b.other &&
  a.otherVariant === b.otherVariant;

type AskedOf = Pick<Question, "prompt" | "target" | "interventions" | "ablationSource">;

const isSamePrompt = (finding: Finding, { prompt, target }: AskedOf) =>
  finding.prompt === prompt && finding.target === target;

/** Whether two forms are the same as links write them: of a text that no link can carry, nobody knows whether it is the link's. */
function isSameForm(claimed: ExperimentForm, form: ExperimentForm): boolean {
  const door = experimentsDoor();
  return door !== undefined && door.fits(form) && door.write(claimed) === door.write(form);
}

const ablationSourceText = ({ ablationSource = [] }: Pick<Question, "ablationSource">) =>
  JSON.stringify(ablationSource);
