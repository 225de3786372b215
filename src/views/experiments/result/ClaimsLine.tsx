import { useStore } from "zustand";
import { checkExperiment } from "#state/experiments/claims.ts";
import { opened } from "#state/link/opened.ts";
import type { ExperimentKind } from "#state/experiments/form/form.ts";
import { experiments } from "#state/experiments/slots.ts";
import { Verdict } from "../../shared/Verdict.tsx";

/** What the opened link claims of an experiment; then what a run of this page, and no file, says to it. */
export function ClaimsLine({ kind }: { readonly kind: ExperimentKind }) {
  const slot = useStore(experiments, (slots) => slots[kind]);
  const finding = useStore(opened, (state) => state.finding);
  const claimed = finding?.expected.experiment ?? [];
  if (!finding || claimed.length === 0 || finding.experiment?.kind !== kind) return null;
  const check = checkExperiment(finding, slot);
  return (
    <Verdict
      claims={`The link says: ${claimed.map(claimText).join("; ")}.`}
      check={typeof check === "string" ? undefined : check}
      unchecked={typeof check === "string" ? check : undefined}
    />
  );
}

const claimText = ({ name, value }: { readonly name: string; readonly value: number }) => `${name}: ${value}`;
