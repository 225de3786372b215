import { createStore } from "zustand/vanilla";
import type { LoadProgress } from "#protocol/engine.ts";
import { LOOK_MS, LoadPace, NO_PACE } from "./load-pace.ts";
import type { LoadSpeed } from "./load-pace.ts";

/** How far the adapter is that is on its way. */
interface AttachProgress extends LoadSpeed {
  readonly progress: LoadProgress | undefined;
}

const NOTHING: AttachProgress = { progress: undefined, ...NO_PACE };

/** Beside the adapter's own state, which everything that is asked of the model follows. */
export const attachProgress = createStore<AttachProgress>(() => NOTHING);

/** Follows one adapter on its way. @returns what to tell of it, and what ends it */
export function followAttaching() {
  const pace = new LoadPace();
  attachProgress.setState(NOTHING);
  const clock = setInterval(() => attachProgress.setState(pace.at()), LOOK_MS);
  return {
    onProgress: (progress: LoadProgress) => attachProgress.setState({ progress, ...pace.after(progress) }),
    end: () => clearInterval(clock),
  };
}
