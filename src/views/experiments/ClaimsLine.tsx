import { useStore } from "zustand";
import { findingOfExperiment, opened } from "#state/claims.ts";
import { discrepancies } from "#state/circumstances.ts";
import { verifyExperiment } from "#state/experiments/claims.ts";
import { experiments } from "#state/experiments/runs.ts";
import type { ExperimentKind } from "#state/experiments/form.ts";
import { model } from "#state/model.ts";
import { Verdict } from "../shared/Verdict.tsx";

/** What the opened link claims of an experiment; then what a run of this page, and no file, says to it. */
export function ClaimsLine({ kind }: { readonly kind: ExperimentKind }) {
  const { value, from, status } = useStore(experiments, (slots) => slots[kind]);
  useStore(opened);
  useStore(model);
  const finding = findingOfExperiment();
  if (!finding || finding.experiment?.kind !== kind) return null;
  const { experiment: claimed } = finding.expected;
  const check =
    value && from && status === "done"
      ? verifyExperiment(claimed, value, discrepancies(finding, from.about.model, from.about.variant))
      : undefined;
  return <Verdict claims={`The link says: ${claimed.map(claimText).join("; ")}.`} check={check} />;
}

const claimText = ({ name, value }: { readonly name: string; readonly value: number }) => `${name}: ${value}`;
