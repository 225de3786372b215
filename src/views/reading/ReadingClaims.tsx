import { useStore } from "zustand";
import { inNats } from "#charts/factor.ts";
import { nats } from "#charts/number-format.ts";
import { asksTheSameReading } from "#state/link/reading/check-reading.ts";
import type { Look } from "#state/link/finding.ts";
import { opened } from "#state/link/opened.ts";
import { aboutReading } from "#state/link/reading/reading-claims.ts";
import { model } from "#state/model/model.ts";
import { question } from "#state/question.ts";
import { view } from "#state/view.ts";
import { useOpenedCheck } from "../shared/use-opened-check.ts";
import { usePlain } from "../shared/use-plain.ts";
import { Verdict } from "../shared/Verdict.tsx";

/** What the opened link claims of this look, there before any model; then what this machine says to it. */
export function ReadingClaims() {
  const finding = useStore(opened, (state) => state.finding);
  const now = useStore(question);
  const check = useOpenedCheck();
  const reading = useStore(view, (state) => state.reading);
  const modelId = useStore(model, (state) => state.choice?.id);
  const isPlain = usePlain();
  const claimed = finding?.expected.reading;
  if (!finding || !claimed || !asksTheSameReading(finding, now, modelId)) return null;
  const numbers = claimed.map(({ name, value }) =>
    isPlain
      ? plainly(aboutReading(name, reading), value, reading.look)
      : `${aboutReading(name, reading)} ${nats(value)}`,
  );
  return <Verdict claims={`The link says: ${numbers.join(", ")}.`} check={check?.of.reading} />;
}

/** A claim of the look without nats; direct effects stay in logits, and scores are shares. */
function plainly(about: string, value: number, look: Look): string {
  if (look === "lens") return `${about.replace("log p", "probability")} ${inNats(value, "logProbability", true)}`;
  return `${about} ${look === "effect" ? inNats(value, "effect", true) : nats(value)}`;
}
