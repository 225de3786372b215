import { useState } from "react";
import { prunedJson, prunedSnippet } from "#analysis/experiments/pruned-set.ts";
import type { PrunedSet } from "#analysis/experiments/pruned-set.ts";
import { formatHead } from "#model/ids.ts";
import { useStore } from "zustand";
import { fitsInLink } from "#state/experiments/form/form.ts";
import { experiments } from "#state/experiments/slots.ts";
import type { ExperimentOrigin, ExperimentSlot } from "#state/experiments/slots.ts";
import type { ExperimentResult } from "#protocol/experiments.ts";
import { encodeFinding } from "#state/link/permalink.ts";
import { findingOf } from "#state/link/shown-claims.ts";
import { download } from "../../exports/download.ts";
import { addressOf } from "../../shared/copy-link.ts";
import { fileSentence } from "../../exports/facts.ts";

type Result = Extract<ExperimentResult, { readonly kind: "pruning" }>;

/** One of the sets as files: what stays, and a function that prunes a PyTorch model to it. */
export function PrunedSetExport({ result }: { readonly result: Result }) {
  const { rows } = result.found;
  const [chosen, setChosen] = useState<number>();
  const slot = useStore(experiments, (slots) => slots.pruning);
  const row = rows.find(({ count }) => count === chosen) ?? rows.at(-1);
  if (!row || result.steps < result.stepsInAll) return null;
  const set = () => setOf(result, row, slot);
  return (
    <div className="run-bar">
      <label className="small">
        neurons kept{" "}
        <select value={row.count} onChange={(event) => setChosen(Number(event.target.value))}>
          {rows.map(({ count, neurons }) => (
            <option key={count} value={count}>
              N = {count}: {neurons}
            </option>
          ))}
        </select>
      </label>
      <button type="button" onClick={() => download("kept-neurons.json", "application/json", prunedJson(set()))}>
        Kept neurons as JSON
      </button>
      <button type="button" onClick={() => download("prune.py", "text/x-python", prunedSnippet(set()))}>
        Prune in PyTorch
      </button>
      <p className="small faint">
        The function sets the other neurons’ columns of down_proj to 0, in modules laid out as transformers’ Llama,
        Mistral or Qwen.
      </p>
    </div>
  );
}

function setOf(
  { found, request }: Result,
  row: Result["found"]["rows"][number],
  { from, saved }: Pick<ExperimentSlot, "from" | "saved">,
): PrunedSet {
  const suite = request.foundOn.kind === "pasted" ? "pasted cases" : request.foundOn.definition.name;
  const by = request.head ? `what is lost with ${formatHead(request.head)} off` : "log-probability increase";
  const where = saved ? fileSentence(saved) : from && fitsInLink(from.form) ? linkTo(from) : "";
  return {
    model: from?.about.model.name ?? saved?.model?.name ?? "a model that the file does not name",
    foundBy: [
      `${by}, the first ${row.count} of each of ${found.tokens} answer tokens of ${suite}`,
      ...(where === "" ? [] : [where]),
    ].join(", "),
    neuronsPerLayer: found.deep / row.kept.length,
    kept: row.kept,
  };
}

const linkTo = ({ about, form }: ExperimentOrigin) =>
  addressOf(encodeFinding({ ...findingOf(about), view: "experiments", experiment: form }));
