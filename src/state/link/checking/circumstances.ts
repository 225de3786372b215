import { agreementText } from "#core/agreement.ts";
import type { Dtype } from "#model/checkpoint.ts";
import type { Variant } from "#protocol/engine.ts";
import { adapterNamed } from "../../model/named.ts";
import { shortContent } from "../finding.ts";
import type { Finding } from "../finding.ts";
import type { SubjectModel } from "../../subject.ts";

/** One way in which what ran here is not what a link is about. */
export interface Discrepancy {
  readonly kind: "content" | "revision" | "precision" | "adapter" | "variant" | "unread";
  /** Without a capital and a full stop. */
  readonly sentence: string;
}

/** The circumstances that a link may name besides the question itself; what it does not name it does not claim. */
export type Named = Pick<Finding, "content" | "revision" | "dtype" | "adapter" | "adapterContent" | "variant">;

/**
 * How the model that computed a result differs from the one that a link names: nothing where the result can reproduce the link's
 * numbers. The model's own name, the prompt and what is ablated are the question, and are compared before.
 */
export function discrepancies(named: Named, ran: SubjectModel, variant: Variant = "base"): Discrepancy[] {
  const { content, source, dtype, lora } = ran;
  return [
    variantDiscrepancy(named.variant ?? "base", variant),
    contentDiscrepancy("content", "", named.content, content),
    revisionDiscrepancy("revision", "", named.revision, [ran.revision, source?.revision, source?.requested]),
    precisionDiscrepancy(named.dtype, dtype),
    ...((named.variant ?? "base") === "adapted" ? adapterDiscrepancies(named, lora) : []),
  ].filter((each) => each !== undefined);
}

/** A graphics processor that is nearer than this to float64 leaves a tenth of what is allowed to every number of a link. */
const ABOVE_SUSPICION = 1e-4;

/** Whether a machine or the finding is to blame where numbers differ: by how near to float64 each side's processor proved to be. */
export function blame(
  { agreement: claimed }: Pick<Finding, "agreement">,
  { backend, agreement }: SubjectModel,
): string {
  if (backend === undefined) return "";
  if (backend === "webgpu" && agreement === undefined) return "";
  if (agreement !== undefined && agreement > ABOVE_SUSPICION) {
    return `This machine may be to blame: its graphics processor agrees with float64 to ${agreementText(agreement)} only. The same on WASM tells.`;
  }
  const here =
    agreement === undefined
      ? "This machine is not to blame: it ran on WASM, without a graphics processor."
      : `This machine is not to blame: its graphics processor agrees with float64 to ${agreementText(agreement)}.`;
  if (claimed === undefined) return `${here} The link does not say what its own machine proved.`;
  return claimed > ABOVE_SUSPICION
    ? `${here} The link’s may be: its own agreed to ${agreementText(claimed)} only.`
    : `${here} Nor is the link’s, whose own agreed to ${agreementText(claimed)}: the finding is.`;
}

function variantDiscrepancy(named: Variant, ran: Variant): Discrepancy | undefined {
  if (named === ran) return undefined;
  const words = { base: "without an adapter", adapted: "with an adapter" };
  return { kind: "variant", sentence: `the link is about the model ${words[named]}, here it ran ${words[ran]}` };
}

function contentDiscrepancy(
  kind: "content" | "adapter",
  ofWhat: string,
  named: string | undefined,
  ran: string | undefined,
): Discrepancy | undefined {
  if (named === undefined || ran?.startsWith(named)) return undefined;
  const here = ran === undefined ? "an unknown one" : shortContent(ran);
  return {
    kind,
    sentence: `another content${ofWhat} under this name: the link is about ${named}, here is ${here}`,
  };
}

/** A link names an adapter's revision with the adapter. */
function adapterDiscrepancies({ adapter, adapterContent }: Named, lora: SubjectModel["lora"]) {
  const revision = adapter === undefined ? undefined : adapterNamed(adapter)?.revision;
  return [
    contentDiscrepancy("adapter", " of the adapter", adapterContent, lora?.content),
    revisionDiscrepancy("adapter", " of the adapter", revision, [lora?.source.revision, lora?.source.requested]),
  ];
}

/** The first digits of a commit, which is how a link may name it: at least as many as Git shortens it to. */
const SHORT_COMMIT = /^[0-9a-f]{7,39}$/;

/** A branch that was loaded goes by its commit, but is still what a link to the branch is about. */
function revisionDiscrepancy(
  kind: "revision" | "adapter",
  ofWhat: string,
  named: string | undefined,
  ran: readonly (string | undefined)[],
): Discrepancy | undefined {
  if (named === undefined || ran.includes(named)) return undefined;
  if (SHORT_COMMIT.test(named) && ran.some((revision) => revision?.startsWith(named))) return undefined;
  const here = ran.find((revision) => revision !== undefined) ?? "none";
  return { kind, sentence: `the link is about the revision ${named}${ofWhat}, here is ${here}` };
}

function precisionDiscrepancy(named: Dtype | undefined, ran: Dtype | undefined): Discrepancy | undefined {
  return named === undefined || named === ran
    ? undefined
    : {
        kind: "precision",
        sentence: `the numbers were found in ${named} and checked in ${ran ?? "another precision"}`,
      };
}
