import { useStore } from "zustand";
import { isForResearchers, view } from "#state/view.ts";

/** Whether all is said without the researcher’s numbers. */
export const usePlain = () => !useStore(view, isForResearchers);
