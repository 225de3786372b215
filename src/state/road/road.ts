import { createStore } from "zustand/vanilla";

/** Whether the list of models to choose from is open. What is in it comes with the list. */
export const road = createStore<{ readonly isOpen: boolean }>(() => ({ isOpen: false }));

export const openModels = () => road.setState({ isOpen: true });
export const closeModels = () => road.setState({ isOpen: false });
