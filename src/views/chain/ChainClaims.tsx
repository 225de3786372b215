import { useStore } from "zustand";
import { inNats } from "#charts/factor.ts";
import { aboutClaim } from "#state/link/chain/chain-claims.ts";
import { asksTheSameChain, checkChain } from "#state/link/claims.ts";
import { opened } from "#state/link/opened.ts";
import type { NamedNumber } from "#state/link/finding.ts";
import { model } from "#state/model/model.ts";
import { question } from "#state/question.ts";
import { results } from "#state/run/results.ts";
import { view } from "#state/view.ts";
import { usePlain } from "../shared/use-plain.ts";
import { Verdict } from "../shared/Verdict.tsx";

/** What the opened link claims of the chain, there before any model; then what this machine says to it. */
export function ChainClaims() {
  const finding = useStore(opened, (state) => state.finding);
  const now = useStore(question);
  const slots = useStore(results);
  const settings = useStore(view, (state) => state.chain);
  const modelId = useStore(model, (state) => state.choice?.id);
  const isPlain = usePlain();
  const claimed = finding?.expected.chain;
  if (!claimed || !asksTheSameChain(finding, now, { modelId, settings })) return null;
  return <Verdict claims={claimText(claimed, isPlain)} check={checkChain(finding, slots, now, settings)} />;
}

function claimText(claimed: readonly NamedNumber[], isPlain: boolean): string {
  const claims = claimed.map(({ name, value }) => ({ ...aboutClaim(name), value }));
  const effects = claims
    .filter(({ unit }) => unit === "nats")
    .map(({ title, value }) => `${inNats(value, "effect", isPlain)} ${isPlain ? "without" : "of"} ${title}`);
  const others = claims.filter(({ unit }) => unit === "none").map(({ title, value }) => `${title}: ${value}`);
  const worth =
    effects.length > 0 ? [isPlain ? `the answer ${effects.join(", ")}` : `effect ${effects.join(", ")} (nats)`] : [];
  return `The link says: ${[...worth, ...others].join("; ")}.`;
}
