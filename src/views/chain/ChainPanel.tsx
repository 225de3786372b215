import { useMemo } from "react";
import { useStore } from "zustand";
import { predictingEvidence } from "#analysis/chain/chain.ts";
import { publishedChains, setPublished } from "#state/chain-view.ts";
import { PUBLISHED } from "#state/link/finding.ts";
import type { PublishedName } from "#state/link/finding.ts";
import { model } from "#state/model/model.ts";
import { question } from "#state/question.ts";
import { isStale, results } from "#state/run/results.ts";
import type { ResultKind, Slots } from "#state/run/results.ts";
import { stopAsked } from "#state/run/session.ts";
import { view } from "#state/view.ts";
import { KnownOtherWorth } from "../heads/OtherWorthLine.tsx";
import { SelectedCard } from "../inspector/Inspector.tsx";
import { ProgressLine } from "../shared/ProgressLine.tsx";
import { RunAgain } from "../shared/RunState.tsx";
import { useAwaited } from "../shared/use-awaited.ts";
import { PUBLISHED_MODELS } from "../shared/words/published-names.ts";
import { usePlain } from "../shared/use-plain.ts";
import { ChainClaims } from "./ChainClaims.tsx";
import { ChainControls } from "./ChainControls.tsx";
import { ChainEvidence } from "./ChainEvidence.tsx";
import { chainLines, publishedLine } from "./chain-lines.ts";
import { StageShare } from "./share/StageShare.tsx";
import { changedChain, ownChains, withoutHead } from "./shown-chains.ts";
import "./chain.css";

/** How the answer travels: the paper's four stages for the prompt at hand, or as they were published. */
export function ChainPanel() {
  const published = useStore(view, (state) => state.chain.published);
  return (
    <section aria-label="Chain" className="panel chain-panel">
      <header className="panel-head">
        <h2>How the answer travels</h2>
        {published !== undefined && (
          <span className="tag" title="Numbers that others recorded on a model that does not run here">
            published, not computed here
          </span>
        )}
        <span className="panel-tools">
          <SourceChoice published={published} />
        </span>
      </header>
      {published === undefined ? <OwnChain /> : <PublishedChain name={published} />}
    </section>
  );
}

function SourceChoice({ published }: { readonly published: PublishedName | undefined }) {
  const chains = useStore(publishedChains);
  return (
    <span role="group" aria-label="Whose chain" className="choice">
      <button type="button" aria-pressed={published === undefined} onClick={() => setPublished(undefined)}>
        this model
      </button>
      {PUBLISHED.map((name) => (
        <button key={name} type="button" aria-pressed={name === published} onClick={() => setPublished(name)}>
          {[PUBLISHED_MODELS[name], chains[name]?.prompt].filter(Boolean).join(", ")}
        </button>
      ))}
    </span>
  );
}

function PublishedChain({ name }: { readonly name: PublishedName }) {
  const chain = useStore(publishedChains, (chains) => chains[name]);
  const shown = useMemo(() => chain && [withoutHead(chain.prompt ?? name, chain)], [chain, name]);
  if (!chain || !shown) return <p className="empty">The published numbers could not be read.</p>;
  return (
    <>
      <p className="small">
        The chain of <code>{chain.prompt}</code> in {PUBLISHED_MODELS[name]} as Yu &amp; Ananiadou (2024) and their
        notebooks give it. Where they give no number there is none here. Nothing of it can be switched off, since the
        model does not run here.
      </p>
      <ChainEvidence shown={shown} lines={[publishedLine(chain)]} published={name} />
    </>
  );
}

function OwnChain() {
  const slots = useStore(results);
  const asked = useStore(question);
  const settings = useStore(view, (state) => state.chain);
  const isReady = useStore(model, (state) => state.status.kind === "ready");
  const awaited = useAwaited();
  const { chain, chainAblated, chainEdges, prediction, predictionAblated, otherChain } = slots;
  const isChanged = asked.interventions.length > 0;
  const isMeasured = settings.isMeasured ?? false;
  const isOtherAsked = settings.other !== undefined || settings.otherVariant !== undefined;
  const changed = isChanged ? changedChain(slots) : undefined;
  // one of an earlier question stands nowhere: its place is beside this one
  const isBeside = isOtherAsked && !isStale(otherChain);
  // not anew with every row of a sweep
  const shown = useMemo(
    () =>
      ownChains(
        { chain, chainAblated, chainEdges, otherChain, prediction, predictionAblated },
        { isChanged, isBeside, isMeasured },
      ),
    [chain, chainAblated, chainEdges, otherChain, prediction, predictionAblated, isChanged, isBeside, isMeasured],
  );
  const isDim = isStale(chain) || (isChanged && (!changed || isStale(chainAblated) || isStale(predictionAblated)));
  const predicted = chain.value && !isStale(chain) ? predictingEvidence(chain.value) : undefined;
  const isPlain = usePlain();
  const lines = chainLines(slots, isChanged, isPlain);
  return (
    <>
      <ChainControls chain={chain.value} />
      <ChainClaims />
      <Doing slots={slots} />
      {chain.value ? (
        <div className={isDim ? "stale" : ""} aria-busy={isDim && !DOING.some(([kind]) => isHalted(slots[kind]))}>
          {predicted && chain.about && (
            <KnownOtherWorth
              at={predicted.head}
              about={{ ...chain.about, interventions: [] }}
              effect={predicted.effect}
            />
          )}
          <ChainEvidence shown={shown} lines={lines} />
          <StageShare />
        </div>
      ) : (
        <>
          {chain.status === "idle" && (
            <p className="empty">
              The chain of the prompt is put together here{awaited}.
              {!isReady && " The published one of Llama-7B can be read meanwhile."}
            </p>
          )}
          <SelectedCard />
        </>
      )}
    </>
  );
}

const DOING = [
  ["chain", "Putting the chain together"],
  ["chainAblated", "Asking the chain again"],
  ["otherChain", "Putting the other chain together"],
  ["chainEdges", "Measuring the edges"],
] as const satisfies readonly (readonly [ResultKind, string])[];

/** Whether nothing is under way, and nothing will be until somebody says so. */
const isHalted = ({ status }: Slots[ResultKind]) => status === "stopped" || status === "failed";

/** What is under way, and what was stopped. */
function Doing({ slots }: { readonly slots: Slots }) {
  return DOING.map(([kind, doing]) => {
    const slot = slots[kind];
    const { status, progress } = slot;
    if (status === "computing") {
      return <ProgressLine key={kind} doing={doing} progress={progress} onStop={() => stopAsked(kind)} />;
    }
    if (!isHalted(slot)) return null;
    return (
      <div key={kind} className="run-progress">
        <span className="small">
          {doing} {status === "stopped" ? "was stopped." : "failed."}
        </span>
        <RunAgain kind={kind} />
      </div>
    );
  });
}
