import { createStore } from "zustand/vanilla";

/** Whether the ways to share the finding lie over the page. */
export const shareSheet = createStore<{ readonly isOpen: boolean }>(() => ({ isOpen: false }));

export const setShareOpen = (isOpen: boolean) => shareSheet.setState({ isOpen });
