import { useSyncExternalStore } from "react";
import { followOpenedCheck, openedCheck } from "#state/link/checking/whole-check.ts";

/** What came of all that the opened link claims, made once for all who show a part of it; undefined while the page asks something else. */
export const useOpenedCheck = () => useSyncExternalStore(followOpenedCheck, openedCheck);
