import { useStore } from "zustand";
import { HUB } from "#model/checkpoint.ts";
import { startAgain } from "#state/engine-life.ts";
import { model, modelLabel } from "#state/model/model.ts";
import type { OfferOptions } from "#state/model/load-offer.ts";
import type { ModelChoice, ModelState, ModelStatus } from "#state/model/model.ts";
import { laterModule } from "../../shared/later.tsx";
import { asClause } from "../../shared/words/sentence.ts";

const offers = laterModule(() => import("#state/model/load-offer.ts"));
const again = async (options?: OfferOptions) => (await offers()).offerAgain(options);

/** Why no model answers, and what a person can do. */
export function ModelStatusLine() {
  const state = useStore(model);
  const { status, choice } = state;
  if (status.kind === "ready" || status.kind === "loading" || !choice) return null;
  return (
    <div className="model-status" role="group" aria-label="Model status">
      {status.kind === "offered" && (
        <>
          <p>
            This finding is about <code>{modelLabel(choice)}</code>
            {hostOf(choice) && <> from {hostOf(choice)}</>}. Nothing is downloaded until you say so.
          </p>
          <LoadButton state={state} verb="Load" />
        </>
      )}
      {status.kind === "nothing" && (
        <>
          <p>
            The model <code>{modelLabel(choice)}</code> is not loaded.
          </p>
          <LoadButton state={state} verb="Load" />
        </>
      )}
      {status.kind === "lost" && <Lost state={state} status={status} />}
      {status.kind === "failed" && (
        <>
          <p>
            The model <code>{modelLabel(choice)}</code> could not be loaded; your prompt, interventions and results are
            kept.
          </p>
          <LoadButton state={state} verb="Try again:" />
          {isOnGpu(state) && status.fault.code === "no-webgpu" && (
            <button type="button" onClick={() => void again({ backend: "wasm" })}>
              Run on WASM
            </button>
          )}
        </>
      )}
    </div>
  );
}

function hostOf({ source }: ModelChoice): string | undefined {
  if (source.kind === "hub") return new URL(source.hub ?? HUB).host;
  return source.kind === "url" ? new URL(source.base).host : undefined;
}

/** Left to itself, the engine takes the GPU where there is one; a model that has run says what it ran on. */
const isOnGpu = ({ backend, info }: ModelState) =>
  backend === "webgpu" || (backend === "auto" && info?.backend !== "wasm" && "gpu" in navigator);

function LoadButton({ state, verb }: { readonly state: ModelState; readonly verb: string }) {
  return (
    <button type="button" className="primary" onClick={() => void again()}>
      {verb} {state.choice && modelLabel(state.choice)} ({state.dtype})
    </button>
  );
}

/** What WASM can do without, a GPU that is lost again and again cannot: each has one way on. */
function Lost({
  state,
  status: { fault, times },
}: {
  readonly state: ModelState;
  readonly status: Extract<ModelStatus, { kind: "lost" }>;
}) {
  const onGpu = isOnGpu(state);
  return (
    <>
      <p>
        The engine stopped {times} times within a minute, the last time because {asClause(fault.message)}; your prompt,
        interventions and results are kept.
      </p>
      <button type="button" className="primary" onClick={() => void startAgain(onGpu ? { backend: "wasm" } : {})}>
        {onGpu ? "Run on WASM" : "Start the engine again"}
      </button>
    </>
  );
}
