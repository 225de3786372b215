import { useState } from "react";
import { useStore } from "zustand";
import { experiments } from "#state/experiments/slots.ts";
import { Exports, stampNow } from "../../exports/Exports.tsx";
import { save } from "../../exports/save-as.ts";
import { linkOf } from "../../exports/facts.ts";
import { copyLink } from "../../shared/copy-link.ts";
import { drawnExperiment, resultFile, withRowFacts } from "./experiment-export.ts";
import type { ExperimentView } from "./experiment-export.ts";

/** Figure and table as files, the whole result as one, and its link. */
export function ExperimentExports(of: ExperimentView) {
  const { result } = of;
  const [isDark, setDark] = useState(false);
  const [isCopied, setCopied] = useState(false);
  const slot = useStore(experiments, (slots) => slots[result.kind]);
  const drawn = drawnExperiment(of, slot, isDark);
  const copy = async () => {
    const address = linkOf(drawn, stampNow());
    if (address !== undefined && (await copyLink(address))) setCopied(true);
  };
  const { link } = drawn;
  return (
    <>
      <Exports drawn={withRowFacts(drawn, result, stampNow)} />
      <label className="small">
        <input type="checkbox" checked={isDark} onChange={(event) => setDark(event.target.checked)} /> dark figure
      </label>
      <button type="button" className="quiet" onClick={() => save(resultFile(drawn, result, stampNow()))}>
        Save result
      </button>
      {link !== undefined && (
        <button type="button" className="quiet" onClick={() => void copy()}>
          {isCopied ? "Link copied" : "Copy link"}
        </button>
      )}
    </>
  );
}
