import { agreementText } from "#core/agreement.ts";
import type { WholeCheck } from "#state/link/checking/whole-check.ts";
import { inUnit, sumUnit } from "#state/link/checking/verification.ts";
import type { SubjectModel } from "#state/subject.ts";
import { BACKEND_NAMES } from "../header/backend-names.ts";
import { UNREAD_ASKED, claimNames, unreadText } from "../shared/words/claim-names.ts";
import { differenceText } from "../shared/words/difference-text.ts";

/** What came of the check, in a line that is read at a glance; with what of the link could not be read. */
export function verdictHead(check: WholeCheck): string {
  const { claimed, unread, unreadAsked } = check;
  const found = [
    (unread === 0 || unread < claimed) && foundHead(check),
    unread > 0 && unreadText(check),
    unreadAsked > 0 && UNREAD_ASKED,
  ];
  return found.filter((text) => text !== false).join("; ");
}

function foundHead({ verdict, soFar, checked, open, count }: WholeCheck): string {
  switch (verdict) {
    case "reproduced":
      return "Reproduced on this machine";
    case "differs":
      return "Differs on this machine";
    case "partly":
      if (count === 0) return "None of the link’s numbers could be checked on this machine";
      return soFar === "partly"
        ? "What could be checked is reproduced on this machine"
        : "What could be read is reproduced on this machine";
    case "agrees":
      return "The numbers agree, but were not computed on what the link is about";
    case "nothing claimed":
      return "The link carries no numbers to check";
    case "open":
      return checked.length === 0
        ? "Not checked on this machine yet"
        : `${sentenceStart(claimNames(checked))} ${foundSoFar(soFar)}; ${claimNames(open)} are not checked yet`;
    default:
      throw new Error(`verdict: unknown ${String(verdict satisfies never)}`);
  }
}

/** What holds of the numbers that were checked while others wait: no more than the weakest of the checks says. */
function foundSoFar(soFar: WholeCheck["soFar"]): string {
  if (soFar === "agrees") return "agree, but were not computed on what the link is about";
  return soFar === "partly" ? "are reproduced as far as they could be checked" : "are reproduced";
}

/** How closely, and on what; undefined where nothing was measured. */
export function verdictDetail(
  { count, closest, soFar, reason, checked, open }: WholeCheck,
  ran: SubjectModel,
): string | undefined {
  const isSaid = soFar === "differs" || soFar === "agrees" || soFar === "partly";
  if (count === 0 && !isSaid) return undefined;
  return [
    isSaid ? reason : closely(count, closest, checked.length + open.length === 1 ? checked : []),
    `Computed by ${ranOn(ran)}.`,
  ]
    .filter((each) => each !== "")
    .join(" ");
}

/**
 * The number that takes most of what it is allowed, in its unit.
 *
 * @param checked what all of them are of, where it is one thing: a figure that stands there without a claim is not reproduced with the answer
 */
function closely(count: number, closest: WholeCheck["closest"], checked: WholeCheck["checked"]): string {
  const of = checked.includes("answer") ? " of the answer" : "";
  const numbers = count === 1 ? `One number${of} was` : `${count} numbers${of} were`;
  if (!closest) return `${numbers} computed anew, and the same.`;
  const { row, allowed } = closest;
  const unit = sumUnit([row]) ?? "";
  return `${numbers} computed anew: the largest difference is ${inUnit(differenceText(Math.abs(row.difference)), unit)}, of ${inUnit(String(Number(allowed.toPrecision(2))), unit)} that rounding may make.`;
}

/** The model and what it ran on: `abacus in q8 on WebGPU (Apple M3), which agrees with float64 to 3e-7`. */
function ranOn({ name, dtype, backend, gpu = "", agreement }: SubjectModel): string {
  const device = backend === undefined ? "" : ` on ${BACKEND_NAMES[backend]}${gpu === "" ? "" : ` (${gpu})`}`;
  const near = agreement === undefined ? "" : `, which agrees with float64 to ${agreementText(agreement)}`;
  return `${name}${dtype === undefined ? "" : ` in ${dtype}`}${device}${near}`;
}

const sentenceStart = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
