import type { MarkedFigure } from "#charts/marks/mark.ts";
import { experimentClaims } from "#state/experiments/claims.ts";
import { fitsInLink } from "#state/experiments/form/form.ts";
import type { ExperimentOrigin, ExperimentSlot } from "#state/experiments/slots.ts";
import type { ExperimentResult } from "#protocol/experiments.ts";
import { RESULT_UNIT, settingsOf, suiteNameOf } from "#protocol/saved-result.ts";
import type { Finding } from "#state/link/finding.ts";
import { findingOf } from "#state/link/shown-claims.ts";
import type { Table } from "../../exports/csv.ts";
import type { Drawn, FigureLook, Origin, Stamp } from "../../exports/drawn.ts";
import { factsOf, linkOf, savedLink } from "../../exports/facts.ts";
import { fileName } from "../../exports/file-name.ts";
import type { ExportedFile } from "../../exports/files.ts";

/** A result with how its page shows it. */
export interface ExperimentView {
  readonly name: string;
  readonly result: ExperimentResult;
  /** As wide as the page draws it for a file, where nothing else is asked. */
  readonly figure: (look: FigureLook) => MarkedFigure;
  readonly title: string;
  /** The title without the researcher’s numbers; left out, the same. */
  readonly plainTitle?: string;
  readonly sentence: (isPlain: boolean) => string;
  readonly table: () => Table;
}

/**
 * An experiment's figure and table as they leave the page.
 *
 * @param slot what the page computed it of, or what the file that it was opened from says of itself
 */
export function drawnExperiment(
  of: ExperimentView,
  { from, saved }: Pick<ExperimentSlot, "from" | "saved">,
  isDark: boolean,
): Drawn {
  const { name, result, figure, title, plainTitle = title, sentence, table } = of;
  const titled = (text: string) => (from ? `${text}, in ${from.about.model.name}` : text);
  return {
    name,
    title: titled(title),
    plainTitle: titled(plainTitle),
    says: (isPlain) => [sentence(isPlain)],
    origin: originOf({ from, saved }),
    link: linkTo(result, from),
    settings: settingsOf(result),
    unit: RESULT_UNIT,
    table,
    figure,
    isDark,
  };
}

/** A result of a file keeps the model and the link that the file has; only those of this page are this page's. */
export const originOf = ({ from, saved }: Pick<ExperimentSlot, "from" | "saved">): Origin =>
  from ? { kind: "computed", subject: from.about } : { kind: "file", saved };

/** A link to a complete run: it leads nobody to a folder on somebody's disk, and holds no long list. */
function linkTo(result: ExperimentResult, from: ExperimentOrigin | undefined): Finding | undefined {
  if (!from || !fitsInLink(from.form) || isOfFolders(result)) return undefined;
  const isWhole = result.steps >= result.stepsInAll;
  return {
    ...findingOf(from.about),
    view: "experiments",
    experiment: from.form,
    expected: isWhole ? { experiment: experimentClaims(result) } : {},
  };
}

const isOfFolders = ({ request }: ExperimentResult) =>
  request.kind === "adapters" && request.adapters.some(({ source }) => source.kind === "files");

function rowOrigin(origin: Origin) {
  if (origin.kind === "computed") {
    const { name, revision, source, dtype = "" } = origin.subject.model;
    return { name, revision: revision ?? source?.revision ?? "", dtype, from: "this page" };
  }
  const { name = "", revision, source, dtype = "" } = (origin.kind === "file" ? origin.saved?.model : undefined) ?? {};
  const ofSource = typeof source === "object" ? source.revision : undefined;
  return { name, revision: revision ?? ofSource ?? "", dtype, from: "a file" };
}

/** Every row says what it is about too, so that the tables of several runs can be put below each other. */
export function withRowFacts(drawn: Drawn, result: ExperimentResult, stamp: () => Stamp): Drawn {
  const { name, revision, dtype, from } = rowOrigin(drawn.origin);
  const about = () => [
    suiteNameOf(result),
    result.suite.cases,
    result.request.seed,
    name,
    revision,
    dtype,
    linkOf(drawn, stamp()) ?? savedLink(drawn.origin) ?? "",
    from,
  ];
  return {
    ...drawn,
    table() {
      const { header, rows } = drawn.table();
      const facts = about();
      return {
        header: [...header, "suite", "cases", "seed", "model", "revision", "dtype", "link", "from"],
        rows: rows.map((row) => [...row, ...facts]),
      };
    },
  };
}

/** The whole result, to be opened again. */
export const resultFile = (drawn: Drawn, result: ExperimentResult, stamp: Stamp): ExportedFile => ({
  name: `${fileName(drawn)}-result.json`,
  type: "application/json",
  content: JSON.stringify({ ...factsOf(drawn, stamp), finding: findingIn(drawn), experiment: result }, null, 2),
});

const findingIn = ({ link, origin }: Drawn) => link ?? (origin.kind === "file" ? origin.saved?.finding : undefined);
