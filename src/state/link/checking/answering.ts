import { adapterNamed } from "../../model/named.ts";
import { blame, discrepancies } from "./circumstances.ts";
import type { Discrepancy } from "./circumstances.ts";
import { isSameQuestion } from "./same-question.ts";
import type { Asked } from "./same-question.ts";
import type { Finding } from "../finding.ts";
import type { Subject } from "../../subject.ts";

/** Where a result's numbers come from: a computation of this page, a file that somebody opened, or the page's own recordings. */
export type Provenance = "computed here" | "from a file" | "recorded";

/** A result, as far as it decides whether it can check a claim. */
export interface Given {
  readonly provenance: Provenance;
  /** The model that gave it, and what it was asked; undefined where nobody knows. */
  readonly about: Subject | undefined;
  readonly asked: Asked;
}

export type Standing =
  /**
   * Numbers may be held against each other; they are reproduced only where there are no others; where they differ, `blame` says whose fault it
   * is.
   */
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
    others: [...discrepancies(finding, about.model, about.variant), ...unreadParts(finding.expected)],
    blame: blame(finding, about.model),
  };
}

/** What of the question could not be read may ask for other numbers than those of what is left. */
const unreadParts = ({ unreadAsked = 0 }: Finding["expected"]): readonly Discrepancy[] =>
  unreadAsked > 0 ? [{ kind: "unread", sentence: "a part of what the link asks could not be read" }] : [];

const nothing = (why: string): Standing => ({ kind: "checks nothing", why });

/** Whether a finding is about the same variant, and where that is adapted about the same adapter, whichever its revision. */
function isSameVariant(finding: Finding, about: Subject): boolean {
  if ((finding.variant ?? "base") !== about.variant) return false;
  if (about.variant === "base") return true;
  const { lora } = about.model;
  if (finding.adapter === undefined || !lora) return false;
  return adapterNamed(finding.adapter)?.id === (adapterNamed(lora.named)?.id ?? lora.named);
}
