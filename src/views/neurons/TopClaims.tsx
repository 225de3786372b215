import { useStore } from "zustand";
import { likelier } from "#charts/factor.ts";
import { signedNats } from "#charts/number-format.ts";
import { asksTheSame } from "#state/link/checking/asks-the-same.ts";
import { opened } from "#state/link/opened.ts";
import { model } from "#state/model/model.ts";
import { question } from "#state/question.ts";
import { useOpenedCheck } from "../shared/use-opened-check.ts";
import { usePlain } from "../shared/use-plain.ts";
import { READ_OFF } from "../shared/words/read-off.ts";
import { Verdict } from "../shared/Verdict.tsx";

/** What the opened link claims of the neurons that give the answer most, there before any model; then what this machine says to it. */
export function TopClaims() {
  const finding = useStore(opened, (state) => state.finding);
  const check = useOpenedCheck();
  const now = useStore(question);
  const modelId = useStore(model, (state) => state.choice?.id);
  const claimed = finding?.expected.topNeurons;
  const isPlain = usePlain();
  if (!claimed || !asksTheSame(finding, now, modelId)) return null;
  const numbers = claimed.map(({ name, value }) =>
    isPlain
      ? `${name} makes the answer ${likelier(value)}, ${READ_OFF}`
      : `${name} adds ${signedNats(value)} to log p(answer)`,
  );
  return (
    <Verdict claims={`The link says: ${numbers.join(", ")}${isPlain ? "" : " (nats)"}.`} check={check?.of.topNeurons} />
  );
}
