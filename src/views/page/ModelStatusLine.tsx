import { useStore } from "zustand";
import type { FaultCode } from "#core/fault.ts";
import { duration, megabytes } from "#charts/number-format.ts";
import { HUB } from "#model/checkpoint.ts";
import { offerAgain } from "#state/load-offer.ts";
import { pauseLoading, stopLoading } from "#state/loading.ts";
import { model, modelLabel } from "#state/model.ts";
import type { ModelChoice, ModelState, ModelStatus } from "#state/model.ts";
import type { LoadProgress } from "#protocol/engine.ts";

const STAGES = {
  reading: "Reading",
  waiting: "Waiting",
  checking: "Checking",
  fetching: "Fetching",
  preparing: "Preparing",
  "warming-up": "Warming up",
} as const satisfies Record<LoadProgress["stage"], string>;

/** What the model is doing while it does not answer: how much, how long, and what a person can do. */
export function ModelStatusLine() {
  const state = useStore(model);
  const { status, choice } = state;
  if (status.kind === "ready" || !choice) return null;
  return (
    <div className="model-status" role="group" aria-label="Model status">
      {status.kind === "loading" && <Loading name={modelLabel(choice)} status={status} />}
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
      {status.kind === "failed" && (
        <>
          <p>
            The model <code>{modelLabel(choice)}</code> could not be loaded; your prompt, interventions and results are
            kept.
          </p>
          <LoadButton state={state} verb="Try again:" />
          {isOnGpu(state) && GPU_FAULTS.has(status.fault.code) && (
            <button type="button" onClick={() => void offerAgain({ backend: "wasm" })}>
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

/** Where another backend may do what this one could not; a file that is missing is missing on both. */
const GPU_FAULTS: ReadonlySet<FaultCode> = new Set(["device-lost", "engine-stopped", "no-webgpu"]);

/** Left to itself, the engine takes the GPU where there is one; a model that has run says what it ran on. */
const isOnGpu = ({ backend, info }: ModelState) =>
  backend === "webgpu" || (backend === "auto" && info?.backend !== "wasm" && "gpu" in navigator);

function LoadButton({ state, verb }: { readonly state: ModelState; readonly verb: string }) {
  return (
    <button type="button" className="primary" onClick={() => void offerAgain()}>
      {verb} {state.choice && modelLabel(state.choice)} ({state.dtype})
    </button>
  );
}

function Loading({
  name,
  status,
}: {
  readonly name: string;
  readonly status: Extract<ModelStatus, { kind: "loading" }>;
}) {
  const { progress, leftMs, bytesPerSecond, isPaused } = status;
  const share = progress && progress.total > 0 ? progress.done / progress.total : undefined;
  return (
    <>
      <progress aria-label={`Loading ${name}`} max={1} {...(share !== undefined && { value: share })} />
      <p className="small">
        {progress ? `${STAGES[progress.stage]}: ${progress.part}` : `Starting on ${name}`}
        {progress && progress.total > 0 && `, ${megabytes(progress.done)} of ${megabytes(progress.total)}`}
        {bytesPerSecond !== undefined && `, ${megabytes(bytesPerSecond)}/s`}
        {leftMs !== undefined && leftMs > 0 && `, ${duration(leftMs)} left`}
        {isPaused && ", paused"}
      </p>
      {progress?.stage === "fetching" && (
        <button type="button" onClick={() => void pauseLoading(!isPaused)}>
          {isPaused ? "Go on" : "Pause"}
        </button>
      )}
      <button type="button" onClick={stopLoading}>
        Stop loading
      </button>
    </>
  );
}
