import { useState } from "react";
import { useStore } from "zustand";
import type { MarkedFigure } from "#charts/figure-marks.ts";
import { marksSvg } from "#charts/figure-marks-svg.ts";
import { fitsInLink, experimentForm } from "#state/experiments/form.ts";
import { experiments } from "#state/experiments/runs.ts";
import type { ExperimentResult } from "#state/experiments/runs.ts";
import { Exports, shareAddress } from "../exports/Exports.tsx";
import type { Table } from "../exports/csv.ts";
import { download } from "../exports/download.ts";
import { copyLink } from "../shared/copy-link.ts";
import { originCaption, originOf } from "./result-origin.ts";

interface ExperimentExportsProps {
  readonly name: string;
  readonly result: ExperimentResult;
  readonly figure: (isDark: boolean) => MarkedFigure;
  readonly title: string;
  readonly sentence: string;
  readonly table: () => Table;
}

/** Figure and table as files, the whole result as one, and its link. */
export function ExperimentExports({ name, result, figure, title, sentence, table }: ExperimentExportsProps) {
  const [isDark, setDark] = useState(false);
  const [isCopied, setCopied] = useState(false);
  const fits = useStore(experimentForm, fitsInLink);
  // a link is about what this page computed, and its numbers would be claimed as found here
  const isOfPage = useStore(experiments, (slots) => slots[result.kind].saved === undefined);
  const hasLink = fits && isOfPage && !isOfFolders(result);
  const copy = async () => {
    if (await copyLink(shareAddress())) setCopied(true);
  };
  const save = () =>
    download(
      `${name}-result.json`,
      "application/json",
      JSON.stringify({ ...originOf(result).record, experiment: result }, null, 2),
    );
  return (
    <>
      <Exports
        name={name}
        svg={() => marksSvg(figure(isDark), { title, caption: [sentence, originCaption(result)] }, isDark)}
        table={() => withProvenance(result, table())}
        about={() => originOf(result).record}
      />
      <label className="small">
        <input type="checkbox" checked={isDark} onChange={(event) => setDark(event.target.checked)} /> dark figure
      </label>
      <button type="button" className="quiet" onClick={save}>
        Save result
      </button>
      {hasLink && (
        <button type="button" className="quiet" onClick={() => void copy()}>
          {isCopied ? "Link copied" : "Copy link"}
        </button>
      )}
    </>
  );
}

/** A link leads nobody to a folder on somebody's disk. */
const isOfFolders = ({ request }: ExperimentResult) =>
  request.kind === "adapters" && request.adapters.some(({ source }) => source.kind === "files");

/** Every row says what it is about, so that a table without its file's name still does. */
function withProvenance(result: ExperimentResult, { header, rows }: Table): Table {
  const { request, suite } = result;
  const { from, model, link } = originOf(result);
  const prompts = request.suite.kind === "pasted" ? "pasted" : request.suite.definition.name;
  const about = [prompts, suite.cases, request.seed, model.name, model.revision, model.dtype, link, from];
  return {
    header: [...header, "suite", "cases", "seed", "model", "revision", "dtype", "link", "from"],
    rows: rows.map((row) => [...row, ...about]),
  };
}
