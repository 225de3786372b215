import { experiments } from "#state/experiments/runs.ts";
import type { ExperimentResult, SavedOrigin } from "#state/experiments/runs.ts";
import { provenance, shareAddress } from "../exports/Exports.tsx";

/** What a result's files and figures say of where it comes from. */
interface ResultOrigin {
  /** Of a file: "a file"; else of this page. */
  readonly from: "this page" | "a file";
  readonly model: { readonly name: string; readonly revision: string; readonly dtype: string };
  readonly link: string;
  /** For a file of the whole result. */
  readonly record: object;
}

/** A result of a file keeps the model and the link that the file has; only those of this page are this page's. */
export function originOf(result: ExperimentResult): ResultOrigin {
  const { value, saved } = experiments.getState()[result.kind];
  if (value === result && saved) {
    const { model, link, finding } = saved;
    const { name = "", source, dtype = "" } = model ?? {};
    return {
      from: "a file",
      model: { name, revision: source?.revision ?? "", dtype },
      link,
      record: { from: "a file", finding, link, model, unit: "nats" },
    };
  }
  const record = provenance();
  const { model, link } = record;
  return {
    from: "this page",
    model: { name: model?.name ?? "", revision: model?.source.revision ?? "", dtype: model?.dtype ?? "" },
    link,
    record,
  };
}

/** For a figure's foot. */
export function originCaption(result: ExperimentResult): string {
  const { from, model, link } = originOf(result);
  return from === "a file" ? `${fromFile(model.name)} ${link}`.trim() : shareAddress();
}

export const savedSentence = ({ model }: SavedOrigin) =>
  `${fromFile(model?.name ?? "")} It was not computed on this page, and checks nothing that a link claims.`;

const fromFile = (name: string) =>
  name === "" ? "From a file that names no model." : `From a file, which says that it is of the model ${name}.`;
