import { useStore } from "zustand";
import { duration } from "#charts/number-format.ts";
import { engineSilence, restartEngine } from "#state/engine-life.ts";

/** What a person can do about an engine that may have hung; a sign of it takes this away. */
export function EngineSilence() {
  const ms = useStore(engineSilence, (state) => state.ms);
  if (ms === undefined) return null;
  return (
    <div className="notice is-fault" role="alert">
      <p>
        The engine has given no sign for {duration(ms)}. It may still come back; restarting it costs nothing of yours:
        the same model is opened again and asked the same question.
      </p>
      <button type="button" onClick={restartEngine}>
        Restart the engine
      </button>
    </div>
  );
}
