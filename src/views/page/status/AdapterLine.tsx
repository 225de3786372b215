import { useStore } from "zustand";
import { adapter, adapterLabel, adapterName } from "#state/model/adapter.ts";
import { attachProgress } from "#state/model/attach-progress.ts";
import { attachAdapter, detachAdapter } from "#state/model/attaching.ts";
import { model } from "#state/model/model.ts";
import { question } from "#state/question.ts";
import { progressSentence } from "./loading-sentence.ts";

/** An adapter on its way, at the window's foot: its arrival moves nothing that a person looks at. */
export function AttachingLine() {
  const { choice, status } = useStore(adapter);
  const report = useStore(attachProgress);
  const isReady = useStore(model, (state) => state.status.kind === "ready");
  if (!choice || !isReady || status.kind !== "attaching") return null;
  return (
    <div className="model-status is-loading" role="group" aria-label="Adapter status">
      <p>
        Attaching the adapter <code>{adapterName(choice)}</code>
        {report.progress ? `. ${progressSentence({ ...report, progress: report.progress })}` : "…"}
      </p>
      <button type="button" onClick={() => void detachAdapter()}>
        Stop
      </button>
    </div>
  );
}

/** The line about an adapter that a link offers. */
export function AdapterLine() {
  const { choice, status } = useStore(adapter);
  const isReady = useStore(model, (state) => state.status.kind === "ready");
  const isNeeded = useStore(question, ({ variant }) => variant === "adapted");
  if (!choice || !isReady) return null;
  if (status.kind !== "offered") return null;
  return (
    <div className="model-status" role="group" aria-label="Adapter status">
      <p>
        This finding is about the model with the adapter <code>{adapterName(choice)}</code>. Nothing is downloaded until
        you say so{isNeeded ? ", and nothing computed without it" : ""}.
      </p>
      <button type="button" className="primary" onClick={() => void attachAdapter(choice)}>
        Attach {adapterLabel(choice)}
      </button>
      <button type="button" onClick={() => void detachAdapter()}>
        Go on with the base
      </button>
    </div>
  );
}
