import { useStore } from "zustand";
import { adapter, adapterLabel, adapterName } from "#state/adapter.ts";
import { attachAdapter, detachAdapter } from "#state/attaching.ts";
import { model } from "#state/model.ts";
import { question } from "#state/question.ts";

/** What is said of an adapter that is not there yet: a link offers it, or it is on its way. */
export function AdapterLine() {
  const { choice, status } = useStore(adapter);
  const isReady = useStore(model, (state) => state.status.kind === "ready");
  const isNeeded = useStore(question, ({ variant }) => variant === "adapted");
  if (!choice || !isReady) return null;
  if (status.kind === "attaching") {
    return (
      <div className="model-status" role="group" aria-label="Adapter status">
        <p>
          Attaching the adapter <code>{adapterName(choice)}</code>…
        </p>
        <button type="button" onClick={() => void detachAdapter()}>
          Stop
        </button>
      </div>
    );
  }
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
