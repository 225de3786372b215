import { useStore } from "zustand";
import { inNats } from "#charts/factor.ts";
import { opened } from "#state/link/opened.ts";
import { aboutMap, asksTheSameMaps } from "#state/link/reading/map-claims.ts";
import { model } from "#state/model/model.ts";
import { question } from "#state/question.ts";
import { view } from "#state/view.ts";
import { useOpenedCheck } from "../../shared/use-opened-check.ts";
import { usePlain } from "../../shared/use-plain.ts";
import { Verdict } from "../../shared/Verdict.tsx";

/** What the opened link claims of the two maps; then what this machine says to it. */
export function MapClaims() {
  const finding = useStore(opened, (state) => state.finding);
  const check = useOpenedCheck();
  useStore(question);
  useStore(view, (state) => state.reading);
  useStore(model, (state) => state.choice);
  const isPlain = usePlain();
  const claimed = finding?.expected.maps;
  if (!claimed || !asksTheSameMaps(finding)) return null;
  const numbers = claimed.map(({ name, value }) =>
    name === "baseline" && isPlain
      ? `p(answer) of the second run ${inNats(value, "logProbability", isPlain)}`
      : `${aboutMap(name)} ${inNats(value, "effect", isPlain)}`,
  );
  return <Verdict claims={`The link says: ${numbers.join(", ")}${isPlain ? "" : " (nats)"}.`} check={check?.of.maps} />;
}
