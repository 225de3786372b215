import { stepsNow, takeSteps } from "#state/undo/kept-steps.ts";

const STORAGE_KEY = "arithmoscope.steps";

/** Keeps undo and redo of this tab over a reload, as its history of places is kept by the browser. Once the page's address is open. */
export function followSteps(): void {
  const kept = read();
  if (kept !== null) takeSteps(kept);
  // a phone ends a tab that is out of sight without another word
  addEventListener("pagehide", write);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") write();
  });
}

function read(): string | null {
  try {
    return sessionStorage.getItem(STORAGE_KEY);
  } catch {
    return null; // storage is forbidden here: undo ends with the page
  }
}

function write(): void {
  try {
    const steps = stepsNow();
    if (steps === undefined) sessionStorage.removeItem(STORAGE_KEY);
    else sessionStorage.setItem(STORAGE_KEY, steps);
  } catch {
    // storage is forbidden or full: undo ends with the page
  }
}
