import { useSyncExternalStore } from "react";
import { useStore } from "zustand";
import { nats } from "#charts/number-format.ts";
import { asksTheSame } from "#state/link/checking/asks-the-same.ts";
import { followOpenedCheck, openedCheck } from "#state/link/checking/whole-check.ts";
import { opened } from "#state/link/opened.ts";
import { model } from "#state/model/model.ts";
import { question } from "#state/question.ts";
import { Verdict } from "../shared/Verdict.tsx";

/** What the opened link claims of the neurons that give the answer most, there before any model; then what this machine says to it. */
export function TopClaims() {
  const finding = useStore(opened, (state) => state.finding);
  const check = useSyncExternalStore(followOpenedCheck, openedCheck);
  const now = useStore(question);
  const modelId = useStore(model, (state) => state.choice?.id);
  const claimed = finding?.expected.topNeurons;
  if (!claimed || !asksTheSame(finding, now, modelId)) return null;
  const numbers = claimed.map(({ name, value }) => `${name} raises the answer by ${nats(value)}`);
  return <Verdict claims={`The link says: ${numbers.join(", ")} (nats).`} check={check?.of.topNeurons} />;
}
