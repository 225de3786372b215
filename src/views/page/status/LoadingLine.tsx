import { useStore } from "zustand";
import { pauseLoading, stopLoading } from "#state/model/loading.ts";
import { model, modelLabel } from "#state/model/model.ts";
import type { ModelStatus } from "#state/model/model.ts";
import { loadingSentence } from "./loading-sentence.ts";

/** A load under way, at the window's foot: its end moves nothing that a person looks at. */
export function LoadingLine() {
  const { status, choice } = useStore(model);
  if (status.kind !== "loading" || !choice) return null;
  return (
    <div className="model-status is-loading" role="group" aria-label="Model status">
      <Loading name={modelLabel(choice)} status={status} />
    </div>
  );
}

function Loading({
  name,
  status,
}: {
  readonly name: string;
  readonly status: Extract<ModelStatus, { kind: "loading" }>;
}) {
  const { progress, isPaused } = status;
  const share = progress && progress.total > 0 ? progress.done / progress.total : undefined;
  return (
    <>
      <progress aria-label={`Loading ${name}`} max={1} {...(share !== undefined && { value: share })} />
      <p className="small">{loadingSentence(name, status)}</p>
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
