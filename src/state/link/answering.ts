import { adapterNamed } from "../model/adapter.ts";
import { blame, discrepancies } from "./circumstances.ts";
import type { Discrepancy } from "./circumstances.ts";
import { writeForm, fitsInLink } from "../experiments/form/form.ts";
import type { ExperimentForm } from "../experiments/form/form.ts";
import { DEFAULT_PATCH } from "./finding.ts";
import type { ChainSettings, Finding, PatchForm } from "./finding.ts";
import { askedPatch, isSamePatch } from "../lab/patch-form.ts";
import { settingsKey } from "../run/chain-demands.ts";
import { switchesText } from "../subject.ts";
import type { Question } from "../question.ts";
import type { Subject } from "../subject.ts";

/** Where a result's numbers come from: a computation of this page, a file that somebody opened, or the page's own recordings. */
export type Provenance = "computed here" | "from a file" | "recorded";

/** What was asked: the answer to a prompt, the chain behind it, what is carried into it from another, or an experiment. */
export type Asked =
  | { readonly kind: "answer" }
  | { readonly kind: "chain"; readonly settings: ChainSettings }
  | { readonly kind: "patch"; readonly form: PatchForm }
  | { readonly kind: "experiment"; readonly form: ExperimentForm };

/** A result, as far as it decides whether it can check a claim. */
export interface Given {
  readonly provenance: Provenance;
  /** The model that gave it, and what it was asked; undefined where nobody knows. */
  readonly about: Subject | undefined;
  readonly asked: Asked;
}

export type Standing =
  /** Numbers may be held against each other; they are reproduced only where there are no others; where they differ, `blame` says whose fault it is. */
  | { readonly kind: "checks"; readonly others: readonly Discrepancy[]; readonly blame: string }
  | { readonly kind: "checks nothing"; readonly why: string };

/**
 * Whether a result answers what a finding claims. Only what this page computed, of the same model and question, does; what the link
 * names beyond that and the result is not of is listed; see `discrepancies`.
 */
export function standingOf(finding: Finding, { provenance, about, asked }: Given): Standing {
  if (provenance === "from a file")
    return nothing(
      "These numbers come from a file and were not computed on this page: they check nothing of the link.",
    );
  if (provenance === "recorded")
    return nothing("These numbers came with the page and were not computed here: they check nothing of the link.");
  if (!about) return nothing("It is not known which model gave these numbers: they check nothing of the link.");
  if (finding.model !== about.model.id)
    return nothing(
      `The link is about the model ${finding.model}, these numbers are of ${about.model.id}: they check nothing of it.`,
    );
  if (!isSameVariant(finding, about) || !isSameQuestion(finding, about, asked))
    return nothing("The link asks something else: these numbers check nothing of it.");
  return {
    kind: "checks",
    others: discrepancies(finding, about.model, about.variant),
    blame: blame(finding, about.model),
  };
}

const nothing = (why: string): Standing => ({ kind: "checks nothing", why });

/** Of two variants the same, and of an adapted one the same adapter, whichever its revision. */
function isSameVariant(finding: Finding, about: Subject): boolean {
  if ((finding.variant ?? "base") !== about.variant) return false;
  if (about.variant === "base") return true;
  const { lora } = about.model;
  if (finding.adapter === undefined || !lora) return false;
  return adapterNamed(finding.adapter)?.id === (adapterNamed(lora.named)?.id ?? lora.named);
}

/** Whether a finding asks this question, whichever model it is asked of. */
export function isSameQuestion(finding: Finding, about: AskedOf, asked: Asked): boolean {
  switch (asked.kind) {
    case "answer":
      return (
        isSamePrompt(finding, about) &&
        switchesText(finding.interventions) === switchesText(about.interventions) &&
        // what stands in for parts that nobody switched off changes nothing of what is claimed
        (about.interventions.length === 0 || ablationSourceText(finding) === ablationSourceText(about))
      );
    case "chain":
      return (
        isSamePrompt(finding, about) &&
        ablationSourceText(finding) === ablationSourceText(about) &&
        asked.settings.published === undefined &&
        settingsKey(finding.chain ?? {}) === settingsKey(asked.settings)
      );
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

type AskedOf = Pick<Question, "prompt" | "target" | "interventions" | "ablationSource">;

const isSamePrompt = (finding: Finding, { prompt, target }: AskedOf) =>
  finding.prompt === prompt && finding.target === target;

/** As links write them: of a text that no link can carry, nobody knows whether it is the link's. */
const isSameForm = (claimed: ExperimentForm, form: ExperimentForm) =>
  fitsInLink(form) && writeForm(claimed) === writeForm(form);

const ablationSourceText = ({ ablationSource = [] }: Pick<Question, "ablationSource">) =>
  JSON.stringify(ablationSource);
